package world

import (
	"bytes"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// page is what a person sees who follows a link into the world.
type page struct {
	Wire
	Direction string
	Home      string
	Shown     []shown
}

type shown struct {
	Title, Link string
	Text        []string
	At          time.Time
}

// newPages returns the template of all pages.
func newPages() *template.Template {
	return template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}" dir="{{.Direction}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<link rel="alternate" type="{{if eq .Format "json"}}application/feed+json{{else}}application/{{.Format}}+xml{{end}}" title="{{.Title}}" href="{{.URL}}">
<style>body{font:1rem/1.5 serif;max-width:40rem;margin:2rem auto;padding:0 1rem}footer,time{color:#666}</style>
</head>
<body>
<p><a href="{{.Home}}">{{.Title}}</a></p>
{{range .Shown}}<article>
<h2><a href="{{.Link}}">{{.Title}}</a></h2>
<time>{{.At.Format "15:04"}}</time>
{{range .Text}}<p>{{.}}</p>
{{end}}</article>
{{end}}<footer lang="en" dir="ltr"><p>An invented wire of an invented world.</p></footer>
</body>
</html>
`))
}

// serveFront shows the wire's newest headlines.
func (w *World) serveFront(rw http.ResponseWriter, r *http.Request, from *wire) {
	entries := w.entries(from, time.Now())
	for i := range entries {
		entries[i].text = nil
	}
	w.servePage(rw, r, from, entries)
}

// serveEntry shows one entry as it reads now, however old it is.
func (w *World) serveEntry(rw http.ResponseWriter, r *http.Request, from *wire) {
	now := time.Now()
	day, err := strconv.Atoi(r.PathValue("day"))
	if err != nil || day < 1 || day > w.clock.day(now) {
		http.NotFound(rw, r)
		return
	}
	entries := w.entriesOf(from, day, now)
	i := slices.IndexFunc(entries, func(e entry) bool { return e.path == r.URL.Path })
	if i < 0 {
		http.NotFound(rw, r)
		return
	}
	w.servePage(rw, r, from, entries[i:i+1])
}

func (w *World) servePage(rw http.ResponseWriter, r *http.Request, from *wire, entries []entry) {
	p := page{Wire: from.Wire, Direction: "ltr", Home: from.base + "/"}
	if from.Language == "ar" {
		p.Direction = "rtl"
	}
	for i := range entries {
		e := &entries[i]
		p.Shown = append(p.Shown, shown{Title: e.title, Link: e.link, Text: e.text, At: from.local(e.published)})
	}
	var body bytes.Buffer
	if err := w.pages.Execute(&body, p); err != nil {
		w.log.ErrorContext(r.Context(), "no page", "wire", from.ID, "err", err)
		http.Error(rw, "no page", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(body.Bytes()))
}
