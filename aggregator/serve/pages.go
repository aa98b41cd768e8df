package serve

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"wiredesk/aggregator/publish"
)

const typeHTML = "text/html; charset=utf-8"

//go:embed pages
var pageFiles embed.FS

// pages are the templates of everything people read.
type pages struct {
	style      template.CSS
	policy     string   // Content-Security-Policy of every answer but feeds
	feedPolicy []string // that of feeds, which name the stylesheet
	feedStyle  *edition // the stylesheet by which browsers show them
	byName     map[string]*template.Template
}

// newPages reads the embedded templates. Each page fills the blocks of the
// layout.
func newPages() (*pages, error) {
	style, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		return nil, fmt.Errorf("read style: %w", err)
	}
	sum := sha256.Sum256(style)
	p := &pages{
		style: template.CSS(style),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; img-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		byName: make(map[string]*template.Template),
	}
	feedStyle, err := pageFiles.ReadFile("pages/feed.css")
	if err != nil {
		return nil, fmt.Errorf("read style of feeds: %w", err)
	}
	p.feedStyle = newEdition("text/css; charset=utf-8", cacheDay, feedStyle)
	p.feedPolicy = []string{"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
	layout, err := template.ParseFS(pageFiles, "pages/layout.html", "pages/item.html")
	if err != nil {
		return nil, fmt.Errorf("read layout: %w", err)
	}
	for _, name := range []string{"front", "feed", "story", "sources", "error"} {
		page, err := layout.Clone()
		if err != nil {
			return nil, fmt.Errorf("read page %s: %w", name, err)
		}
		if p.byName[name], err = page.ParseFS(pageFiles, "pages/"+name+".html"); err != nil {
			return nil, fmt.Errorf("read page %s: %w", name, err)
		}
	}
	return p, nil
}

// chrome is what stands around every page.
type chrome struct {
	Title   string // of the page; empty: the front page
	Root    string // before every local link
	Host    string
	Contact string
	Version string
	Feeds   []feedLinks
	Style   template.CSS
}

// feedLinks are where a feed can be subscribed to.
type feedLinks struct {
	Title       string
	Description string
	Page        string // local link
	Formats     []formatLink
}

type formatLink struct{ Name, Type, URL string }

func (s *Server) chrome(pub *published, title string) chrome {
	c := chrome{
		Title: title, Root: pub.root, Host: pub.host(),
		Contact: pub.site.Contact, Version: s.opts.Version, Style: s.pages.style,
	}
	for _, feed := range pub.feeds {
		if feed.access.closed {
			continue
		}
		links := feedLinks{Title: feed.Title, Description: feed.Description, Page: pub.feedPath(feed.Slug, publish.Page)}
		for _, format := range publish.Formats() {
			kind, _, _ := strings.Cut(format.ContentType(), ";")
			links.Formats = append(links.Formats, formatLink{formatName(format), kind, pub.feedPath(feed.Slug, format)})
		}
		c.Feeds = append(c.Feeds, links)
	}
	return c
}

// formatName returns the format as people know it.
func formatName(format publish.Format) string {
	if format == publish.Atom {
		return "Atom"
	}
	return strings.ToUpper(string(format))
}

// render returns the page called name around main.
func (p *pages) render(name string, c chrome, main any) ([]byte, error) {
	var out bytes.Buffer
	err := p.byName[name].ExecuteTemplate(&out, "layout.html", struct {
		chrome
		Main any
	}{c, main})
	if err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
