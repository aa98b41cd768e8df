package serve

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

const (
	archivedBytes = 32 << 20 // of archive documents that are kept ready to send
	// archivedFresh is how long one is sent without looking whether a story in
	// it was withdrawn.
	archivedFresh = time.Minute
)

// serveArchived answers /feeds/{slug}/archive/{name}.{format}: stories of one
// day, as they were when it was closed. What a source withdrew since is left
// out, which is all that ever changes in it.
func (s *Server) serveArchived(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	name := strings.TrimSuffix(file, path.Ext(file))
	format := publish.Format(strings.TrimPrefix(path.Ext(file), "."))
	pub := s.current.Load()
	feed, found := pub.feed(r.PathValue("slug"))
	day, named := aggregator.ParseArchiveName(name)
	if !found || !named || s.opts.Documents == nil || !slices.Contains(publish.Formats(), format) {
		s.fail(w, r, http.StatusNotFound, "There is no such archive document.")
		return
	}
	if !s.admit(w, r, &feed) {
		return
	}
	e, err := s.archivedEdition(pub, feed, name, format)
	if errors.Is(err, aggregator.ErrNotFound) {
		s.failUnarchived(w, r, feed, day)
		return
	}
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	s.send(w, r, e)
}

// archivedEdition returns the document ready to send.
func (s *Server) archivedEdition(pub *published, feed publishedFeed, name string, format publish.Format) (*edition, error) {
	key := strings.Join([]string{feed.Slug, name, string(format)}, "\x00")
	now := time.Now()
	if k := s.archived.get(key); k != nil && k.pub == pub && now.Before(k.rest) {
		return k.edition, nil
	}
	doc, err := s.opts.Documents.Archived(feed.Slug, name, true)
	if err != nil {
		return nil, err
	}
	parts, err := unpackParts(doc.Body, doc.Stories, format)
	if err != nil {
		return nil, fmt.Errorf("archive document %s of feed %s: %w", name, feed.Slug, err)
	}
	stories, err := s.opts.Documents.Stories(doc.Stories)
	if err != nil {
		return nil, err
	}
	modified := doc.Closed
	standing := parts[:0]
	for i, part := range parts {
		if !stories[i].Withdrawn {
			standing = append(standing, part)
		} else if stories[i].Updated.After(modified) {
			modified = stories[i].Updated
		}
	}
	where := publish.Document{Archive: doc.Name, PrevArchive: doc.Prev, NextArchive: doc.Next}
	made, err := publish.Assemble(pub.site, feed.Feed, where, format, doc.Modified, standing)
	if err != nil {
		return nil, err
	}
	e := makeEdition(format.ContentType(), feed.cache(cacheDay), made.ETag, modified.Truncate(time.Second), made.Body)
	e.link = []string{"<" + made.Self + `>; rel="self"`}
	e.policy = s.pages.feedPolicy
	e.compress(&s.encoder, gzipCoding)
	s.archived.put(&kept{key: key, edition: e, pub: pub, made: now, rest: now.Add(archivedFresh)})
	return e, nil
}

// failUnarchived says why there is no document of the day: it is older than
// what is kept, or there never was or is not yet one.
func (s *Server) failUnarchived(w http.ResponseWriter, r *http.Request, feed publishedFeed, day time.Time) {
	names, err := s.opts.Documents.ArchiveNames(feed.Slug)
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	if len(names) > 0 {
		oldest, err := s.opts.Documents.Archived(feed.Slug, names[0], false)
		if err != nil && !errors.Is(err, aggregator.ErrNotFound) {
			s.failInternal(w, r, err)
			return
		}
		if first, ok := aggregator.ParseArchiveName(names[0]); ok && oldest.Prev != "" && day.Before(first) {
			s.fail(w, r, http.StatusGone, "This day is older than what is kept.")
			return
		}
	}
	s.fail(w, r, http.StatusNotFound, "There is no archive document of this name, or not yet: a day has one an hour after its end (UTC).")
}

// lastArchived returns the name of the feed's last archive document, "" for
// none.
func (s *Server) lastArchived(slug string) (string, error) {
	if s.opts.Documents == nil {
		return "", nil
	}
	names, err := s.opts.Documents.ArchiveNames(slug)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[len(names)-1], nil
}
