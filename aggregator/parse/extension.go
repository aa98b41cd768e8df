package parse

import (
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"
)

// elements are the elements of one name space, by name.
type elements = map[string][]ext.Extension

// dublin returns what Dublin Core says, never nil.
func dublin(dc *ext.DublinCoreExtension) *ext.DublinCoreExtension {
	if dc == nil {
		return &ext.DublinCoreExtension{}
	}
	return dc
}

// extValue returns the text of the first element with a name.
func extValue(in elements, name string) string {
	if found := in[name]; len(found) > 0 {
		return found[0].Value
	}
	return ""
}

// atomSpaces are the prefixes Atom elements in other formats go by.
var atomSpaces = [...]string{"atom", "atom10", "atom03", "a10"}

// atomValue returns the text of the first Atom element with a name.
func atomValue(in ext.Extensions, name string) string {
	for _, space := range atomSpaces {
		if v := extValue(in[space], name); v != "" {
			return v
		}
	}
	return ""
}

// atomLinks returns the attributes of the Atom links in another format.
func atomLinks(in ext.Extensions) (links []map[string]string) {
	for _, space := range atomSpaces {
		for _, l := range in[space]["link"] {
			links = append(links, l.Attrs)
		}
	}
	return links
}

// extend reads what Media RSS and iTunes say of an item. Keywords are left
// alone: they are written for search engines.
func (it *item) extend(in ext.Extensions) {
	it.media(in["media"], 0)
	itunes := in["itunes"]
	for _, image := range itunes["image"] {
		it.images = append(it.images, image.Attrs["href"])
	}
	if it.summary.value == "" {
		it.summary = prose{value: extValue(itunes, "summary"), html: true}
	}
	for _, e := range it.enclosures {
		if strings.HasPrefix(e.kind, "image/") {
			it.images = append(it.images, e.url)
		}
	}
}

// media reads thumbnails and files, also those in groups and in one another.
func (it *item) media(in elements, depth int) {
	if len(in) == 0 || depth > 2 {
		return
	}
	for _, t := range in["thumbnail"] {
		it.images = append(it.images, t.Attrs["url"])
	}
	for _, c := range in["content"] {
		it.media(c.Children, depth+1)
		link, kind := c.Attrs["url"], c.Attrs["type"]
		if link == "" {
			continue
		}
		if c.Attrs["medium"] == "image" || strings.HasPrefix(kind, "image") {
			it.images = append(it.images, link)
		}
		it.enclosures = append(it.enclosures, enclosure{link, kind, c.Attrs["fileSize"]})
	}
	for _, g := range in["group"] {
		it.media(g.Children, depth+1)
	}
	if it.title.value == "" {
		it.title = prose{value: extValue(in, "title"), html: true}
	}
	if it.summary.value == "" {
		it.summary = prose{value: extValue(in, "description"), html: true}
	}
}
