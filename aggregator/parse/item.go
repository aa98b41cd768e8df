package parse

import (
	"encoding/binary"
	"html"
	"net/url"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// maxList is how many authors, categories, enclosures and pictures of an entry
// are looked at, each.
const maxList = 100

// item is what a source says of an entry, in the same shape for all formats and
// otherwise as it says it.
type item struct {
	guid      string
	link      string
	permalink bool     // guid may serve as the link
	base      *url.URL // of link, and of all else that has no base of its own

	title, summary, content prose

	language           string
	authors            []aggregator.Author
	categories         []string
	enclosures         []enclosure
	images             []string
	published, updated string
}

// prose is text as a source gives it.
type prose struct {
	value string
	html  bool
	base  *url.URL // of its links; nil: the item's
}

// enclosure is a file as a source gives it.
type enclosure struct{ url, kind, length string }

// add turns an item into an entry of the document. An item that says nothing
// is counted and left out.
func (r *reader) add(it *item) {
	it.summary.value, it.content.value = r.whole(it.summary.value), r.whole(it.content.value)
	e := aggregator.Entry{
		GUID:      it.guid,
		Link:      resolve(it.base, it.link),
		Title:     r.headline(it.title),
		Language:  language(it.language),
		Published: parseDate(it.published),
		Updated:   parseDate(it.updated),
	}
	if e.Link == "" && it.permalink && isHTTP(it.guid) {
		e.Link = resolve(nil, it.guid)
	}
	if e.Language == "" {
		e.Language = r.doc.Language
	}
	full, image := r.tell(&e, it)
	if e.GUID == "" && e.Link == "" && e.Title == "" && full.text == "" {
		r.render.forget(full)
		r.doc.Skipped++
		return
	}
	e.Canonical = aggregator.CanonicalLink(e.Link)
	e.Digest = it.digest()
	e.Text = textDigest(e.Title, full.text)
	e.Title = aggregator.Cut(e.Title, aggregator.MaxTitleBytes)
	e.Authors = it.people()
	e.Categories = it.subjects()
	e.Enclosures = it.files()
	for _, ref := range append(atMost(it.images), image) {
		if e.Image = resolve(it.base, ref); e.Image != "" {
			break
		}
	}
	r.doc.Entries = append(r.doc.Entries, e)
	r.full = append(r.full, full)
}

// settle sets the content of all entries, once it is known what is safe.
func (r *reader) settle() {
	r.render.settle(r.full)
	for i := range r.doc.Entries {
		e := &r.doc.Entries[i]
		// Nothing that the summary says already.
		if full := &r.full[i]; !full.plain || full.text != e.Summary {
			e.Content = full.html
		}
	}
}

// tell sets the entry's summary, and returns its full text and the first
// picture in it.
func (r *reader) tell(e *aggregator.Entry, it *item) (full rendered, image string) {
	var summary rendered
	if it.content.value == "" {
		full = r.prose(it.summary, it.base, true)
	} else {
		full = r.prose(it.content, it.base, true)
	}
	if it.content.value == "" || it.summary.value == "" || it.summary.value == it.content.value {
		summary = full
	} else if summary = r.prose(it.summary, it.base, false); len(summary.text) > len(full.text) {
		if full.image == "" && !showsMore(it.content.value) {
			r.render.forget(full)
			full = r.prose(it.summary, it.base, true)
		}
		full.text = summary.text
	}
	e.Summary = aggregator.Cut(first(summary.text, full.text), aggregator.MaxSummaryBytes)
	return full, first(full.image, summary.image)
}

// showsMore reports whether there is more to HTML than its words, beside
// pictures.
func showsMore(src string) bool {
	src = strings.ToLower(src)
	return strings.Contains(src, "<table") || strings.Contains(src, "<video") || strings.Contains(src, "<audio")
}

// prose renders text that may be HTML.
func (r *reader) prose(p prose, base *url.URL, markup bool) rendered {
	if p.base != nil {
		base = p.base
	}
	if len(p.value) > aggregator.MaxContentBytes {
		p.value = aggregator.Cut(p.value, aggregator.MaxContentBytes)
	}
	if p.html && strings.ContainsAny(p.value, "<&") {
		return r.render.render(p.value, base, markup)
	}
	text := paragraphs(p.value)
	out := rendered{text: text, plain: true, tags: len(r.render.tags)}
	if markup && len(text) > 0 {
		out.html = strings.ReplaceAll(html.EscapeString(text), "\n", "<br>")
	}
	return out
}

func (r *reader) headline(p prose) string {
	if p.html {
		return headline(p.value)
	}
	return folded(p.value)
}

// digest returns the digest of everything the item says. Each string stands
// behind its length, each list behind its count, so that no two items look
// alike.
func (it *item) digest() aggregator.Digest {
	h := xxhash.New()
	var size [8]byte
	count := func(n int) {
		binary.LittleEndian.PutUint64(size[:], uint64(n))
		_, _ = h.Write(size[:])
	}
	say := func(values ...string) {
		for _, s := range values {
			count(len(s))
			_, _ = h.WriteString(s)
		}
	}
	say(it.guid, it.link, it.title.value, it.summary.value, it.content.value, it.language, it.published, it.updated)
	count(len(it.authors))
	for _, a := range it.authors {
		say(a.Name, a.URL)
	}
	count(len(it.categories))
	say(it.categories...)
	count(len(it.enclosures))
	for _, e := range it.enclosures {
		say(e.url, e.kind, e.length)
	}
	count(len(it.images))
	say(it.images...)
	return some(h.Sum64())
}

// textDigest returns the digest of title and text with all white space folded.
func textDigest(title, text string) aggregator.Digest {
	h := xxhash.New()
	_, _ = h.WriteString(title)
	_, _ = h.Write([]byte{0})
	for line := range strings.SplitSeq(text, "\n") {
		_, _ = h.WriteString(line)
		_, _ = h.Write([]byte{' '})
	}
	return some(h.Sum64())
}

// some keeps a digest apart from none.
func some(sum uint64) aggregator.Digest {
	if sum == 0 {
		sum = 1
	}
	return aggregator.Digest(sum)
}

// people returns the authors as plain text, each once.
func (it *item) people() []aggregator.Author {
	var people []aggregator.Author
	for _, a := range atMost(it.authors) {
		a = aggregator.Author{Name: personName(headline(a.Name)), URL: resolve(it.base, a.URL)}
		if a.Name == "" || has(people, a.Name) {
			continue
		}
		people = append(people, a)
	}
	return people
}

func has(people []aggregator.Author, name string) bool {
	for _, p := range people {
		if p.Name == name {
			return true
		}
	}
	return false
}

// personName returns the name in "mail@example.org (Name)" and its like. Of a
// bare address it returns nothing: it is no name and not ours to spread.
func personName(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	if before, after, found := strings.Cut(s, "("); found {
		inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(after), ")"))
		if !strings.Contains(inner, "@") {
			return inner
		}
		s = before
	}
	if before, _, found := strings.Cut(s, "<"); found {
		s = before
	}
	var words []string
	for word := range strings.FieldsSeq(s) {
		if !strings.Contains(word, "@") {
			words = append(words, word)
		}
	}
	return strings.Trim(strings.Join(words, " "), `"',;-`)
}

// subjects returns the categories as plain text, each once whatever its case.
func (it *item) subjects() []string {
	var subjects []string
next:
	for _, c := range atMost(it.categories) {
		if c = headline(c); c == "" {
			continue
		}
		for _, s := range subjects {
			if strings.EqualFold(s, c) {
				continue next
			}
		}
		subjects = append(subjects, c)
	}
	return subjects
}

// files returns the enclosures that can be fetched, each once.
func (it *item) files() []aggregator.Enclosure {
	var files []aggregator.Enclosure
next:
	for _, e := range atMost(it.enclosures) {
		link := resolve(it.base, e.url)
		if link == "" {
			continue
		}
		for _, f := range files {
			if f.URL == link {
				continue next
			}
		}
		size, err := strconv.ParseInt(strings.TrimSpace(e.length), 10, 64)
		if err != nil || size < 0 {
			size = 0
		}
		kind, _, _ := strings.Cut(strings.ToLower(folded(e.kind)), ";")
		if !strings.Contains(kind, "/") {
			kind = ""
		}
		files = append(files, aggregator.Enclosure{URL: link, Type: kind, LengthBytes: size})
	}
	return files
}

// atMost returns the first values of a list.
func atMost[T any](list []T) []T { return list[:min(len(list), maxList):min(len(list), maxList)] }

func isHTTP(s string) bool {
	return len(s) > 8 && (strings.EqualFold(s[:7], "http://") || strings.EqualFold(s[:8], "https://"))
}
