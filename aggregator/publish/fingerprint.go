package publish

import (
	"encoding/binary"
	"time"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// fingerprint is a digest of everything an item is written from: stories with
// the same one are written the same.
type fingerprint uint64

// fingerprint returns that of the story in its slot. Whatever builder.item
// reads must be in it, which TestPrinterForgetsNothing holds.
func (b *builder) fingerprint(v *aggregator.StoryView, s slot) fingerprint {
	h := hasher{Digest: xxhash.New()}
	h.texts(b.site.BaseURL)
	h.times(v.First, v.Updated, s.updated)
	h.flags(v.Withdrawn, s.content)
	h.numbers(v.Lead, uint64(len(v.Members)))
	for _, m := range v.Members {
		h.numbers(m.Seq, uint64(m.Kind))
		h.flags(m.Withdrawn)
		c := b.carrier(m.Source)
		h.texts(m.Source, c.Title, c.FeedURL, c.SiteURL, c.Language)
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		h.numbers(e.Seq)
		h.texts(e.Source, e.Title, e.Summary, e.Link)
		h.times(e.Published, e.Seen)
	}
	if v.Before != nil {
		h.texts("before", v.Before.Title, v.Before.Summary)
	}
	h.lead(v.LeadEntry(), s.content)
	return fingerprint(h.Sum64())
}

// hasher feeds a digest. A text is told by its length where it ends.
type hasher struct {
	*xxhash.Digest
	buf [8]byte
}

func (h *hasher) lead(e *aggregator.Entry, content bool) {
	if content {
		h.texts(e.Content)
	}
	h.texts(e.Language, e.Image)
	h.times(e.Revised)
	h.numbers(uint64(len(e.Labels)), uint64(len(e.Authors)), uint64(len(e.Categories)), uint64(len(e.Enclosures)))
	for _, l := range e.Labels {
		h.texts(string(l.Kind))
		h.numbers(uint64(l.Number))
	}
	for _, a := range e.Authors {
		h.texts(a.Name, a.URL)
	}
	h.texts(e.Categories...)
	for _, f := range e.Enclosures {
		h.texts(f.URL, f.Type)
		h.numbers(uint64(f.LengthBytes))
	}
}

func (h *hasher) texts(all ...string) {
	for _, s := range all {
		h.numbers(uint64(len(s)))
		_, _ = h.WriteString(s) // never fails
	}
}

func (h *hasher) numbers(all ...uint64) {
	for _, n := range all {
		binary.LittleEndian.PutUint64(h.buf[:], n)
		_, _ = h.Write(h.buf[:])
	}
}

func (h *hasher) times(all ...time.Time) {
	for _, t := range all {
		h.numbers(uint64(t.Unix()), uint64(t.Nanosecond()))
	}
}

func (h *hasher) flags(all ...bool) {
	for _, set := range all {
		n := uint64(0)
		if set {
			n = 1
		}
		h.numbers(n)
	}
}
