package config

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"wiredesk/aggregator"
)

// maxTags bounds the tags of one source.
const maxTags = 100

func (l *loader) sources(v value) {
	if !v.isNull() && !v.isList() {
		l.sourcesSeen = true
	}
	v.list(l.source)
}

func (l *loader) source(v value) {
	l.sourcesSeen = true
	var s aggregator.Source
	given := v.mappingBut(fields{
		"url":           feedURL(&s.URL),
		"id":            name(&s.ID, "-_."),
		"title":         text(&s.Title, maxTitleBytes),
		"tags":          tags(&s.Tags),
		"language":      language(&s.Language),
		"priority":      number(&s.Priority, -1000, 1000),
		"interval":      duration(&s.Interval, time.Second, 30*day),
		"allow_private": boolean(&s.AllowPrivate),
		"basic_auth":    basicAuth(&s.BasicAuth),
		"headers":       headers(&s.Headers),
		"proxy":         proxy(&s.Proxy),
		"drop":          expression(&s.Drop, Drop),
	}, refusals{
		"password": "a password must not stand here, use basic_auth with password_file or password_env",
	})
	address, ok := given["url"]
	if !ok || s.URL == "" {
		l.sourcesLost = true
	}
	if !ok {
		v.missing("url", "must have one, such as url: https://example.org/feed.xml")
		return
	}
	if auth, ok := given["basic_auth"]; ok {
		for name := range s.Headers {
			if strings.EqualFold(name, "Authorization") {
				auth.problem("stands beside an Authorization header, must be one or the other")
			}
		}
	}
	if interval, ok := given["interval"]; ok && s.Interval > 0 {
		l.afterwards(func() { l.checkInterval(interval, s.Interval) })
	}
	if s.URL == "" {
		return
	}
	id, named := given["id"]
	if !named {
		id, s.ID = address, SourceID(s.URL)
	}
	if l.unique(s, address, id, named) {
		l.config.Sources = append(l.config.Sources, s)
	}
}

// unique reports whether s differs from all sources before it in URL and id.
func (l *loader) unique(s aggregator.Source, address, id value, named bool) bool {
	key := comparableURL(s.URL)
	if first, taken := l.urls[key]; taken {
		address.problem("is the URL of %s too, must be listed once", first.place(address))
		return false
	}
	l.urls[key] = address
	if s.ID == "" {
		return false
	}
	if first, taken := l.ids[s.ID]; taken {
		if named {
			id.problem("is the id of %s too, must be its own", first.place(id))
		} else {
			id.problem("makes the id %q, which is that of %s too: give one of them another id", s.ID, first.place(id))
		}
		return false
	}
	l.ids[s.ID] = id
	return true
}

func (l *loader) checkInterval(v value, d time.Duration) {
	switch p := l.config.Poll; {
	case d < p.MinInterval:
		v.problem("is %s, must be at least poll.min_interval (%s)", formatDuration(d), formatDuration(p.MinInterval))
	case d > p.MaxInterval:
		v.problem("is %s, must be at most poll.max_interval (%s)", formatDuration(d), formatDuration(p.MaxInterval))
	}
}

// missing notes a key that must be there, unless v is no mapping at all, which
// is a problem already noted.
func (v value) missing(key, right string) {
	if v.isNull() {
		v.problem("is empty, must be a mapping with at least %s", key)
	} else if v.isMapping() {
		v.problem("has no %s, %s", key, right)
	}
}

func feedURL(into *string) field {
	return func(v value) {
		if s, ok := v.webURL("https://example.org/feed.xml", "use basic_auth with password_file or password_env"); ok {
			*into = s
		}
	}
}

// comparableURL is equal for URLs that differ only in what RFC 3986, section
// 6.2.3, calls equivalent.
func comparableURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	case "https":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// name reads an id or slug: lower-case letters, digits and what else is given.
func name(into *string, punctuation string) field {
	want := "lower-case letters a to z, digits and " + strings.Join(strings.Split(punctuation, ""), " ")
	return func(v value) {
		s, ok := v.text(want)
		switch {
		case !ok:
		case len(s) > maxNameBytes:
			v.problem("is %d bytes long, must be at most %d", len(s), maxNameBytes)
		case !only(s, func(r rune) bool { return lowerOrDigit(r) || strings.ContainsRune(punctuation, r) }):
			v.problem("has other characters than it may, must be %s", want)
		case !lowerOrDigit(rune(s[0])):
			v.problem("begins with a sign, must begin with a letter or digit")
		default:
			*into = s
		}
	}
}

func lowerOrDigit(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

func tags(into *[]string) field {
	return func(v value) {
		if n := len(v.content().Content); n > maxTags {
			v.problem("has %d tags, must have at most %d", n, maxTags)
			return
		}
		v.list(func(v value) {
			var tag string
			text(&tag, maxNameBytes)(v)
			switch {
			case tag == "":
			case slices.Contains(*into, tag):
				v.problem("stands twice in the list, remove one")
			default:
				*into = append(*into, tag)
			}
		})
	}
}

// language reads a tag by the outer form of BCP 47 (RFC 5646, section 2.1).
func language(into *string) field {
	return func(v value) {
		s, ok := v.text("a language tag such as en or pt-BR")
		if !ok {
			return
		}
		for i, part := range strings.Split(s, "-") {
			good := len(part) >= 1 && len(part) <= 8 && only(part, func(r rune) bool {
				return r < 0x80 && (unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r))
			})
			if !good || i == 0 && len(part) < 2 {
				v.problem("is not a language tag, must be like en, ar or pt-BR")
				return
			}
		}
		*into = s
	}
}
