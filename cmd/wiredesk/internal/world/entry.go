package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// entry is what a wire shows of a happening: a telling of it, as last edited.
type entry struct {
	path      string // "/1/ferry/flash": day, happening and key
	link      string // absolute
	tags      []string
	title     string
	text      []string
	published time.Time // whole seconds, like updated
	updated   time.Time // published, where it was never edited
}

// entries returns what the wire's feed shows at the instant now, the newest
// first.
func (w *World) entries(from *wire, now time.Time) []entry {
	var shown []entry
	for day := w.clock.day(now); day > 0 && len(shown) < from.window; day-- {
		shown = append(shown, w.entriesOf(from, day, now)...)
	}
	return shown[:min(len(shown), from.window)]
}

// entriesOf returns what of the day the wire has put out by now, the newest
// first.
func (w *World) entriesOf(from *wire, day int, now time.Time) []entry {
	type dated struct {
		entry
		at time.Duration
	}
	var out []dated
	for i := range w.script {
		h := &w.script[i]
		if !slices.ContainsFunc(h.tellings, func(t telling) bool { return t.wire == from.ID }) {
			continue
		}
		shift, happens := h.on(w.opts.Seed, day)
		if !happens {
			continue
		}
		words := h.words(w.opts.Seed, day, from.Language)
		first := len(out)
		for j := range h.tellings {
			t := &h.tellings[j]
			at := time.Duration(day-1)*oneDay + t.at + shift
			claim := w.clock.claim(at)
			if t.wire != from.ID || claim.After(now) {
				continue
			}
			path := fmt.Sprintf("/%d/%s/%s", day, h.id, t.key)
			known := slices.IndexFunc(out[first:], func(d dated) bool { return d.path == path })
			if known < 0 {
				known = len(out) - first
				out = append(out, dated{at: at, entry: entry{
					path: path, link: w.link(from, t, h.id, day), tags: h.tags, published: claim.Truncate(time.Second),
				}})
			}
			e := &out[first+known]
			e.updated = claim.Truncate(time.Second)
			e.title = words.Replace(t.title)
			e.text = make([]string, len(t.text))
			for k, paragraph := range t.text {
				e.text[k] = words.Replace(paragraph)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b dated) int { return cmp.Compare(b.at, a.at) })
	entries := make([]entry, len(out))
	for i := range out {
		entries[i] = out[i].entry
	}
	return entries
}

// link returns the address of the page that a telling leads to: the wire's own,
// or for a relay the other wire's with tracking parameters.
func (w *World) link(from *wire, t *telling, happening string, day int) string {
	if !t.relay {
		return fmt.Sprintf("%s/%d/%s/%s", from.base, day, happening, t.key)
	}
	i := slices.IndexFunc(w.wires, func(other wire) bool { return other.ID == t.from.wire })
	return fmt.Sprintf("%s/%d/%s/%s?utm_source=%s&utm_medium=%s",
		w.wires[i].base, day, happening, t.from.key, from.ID, from.Format)
}

// on reports whether the happening comes to pass on the day, and how much
// later than the script says. The first day goes by the script; on later ones
// one happening in five rests, and the others shift by up to half an hour, but
// never out of their day.
func (h *happening) on(seed uint64, day int) (shift time.Duration, happens bool) {
	if day == 1 || len(h.tellings) == 0 {
		return 0, day == 1
	}
	r := draw(seed, h.id, day)
	if r.IntN(5) == 0 {
		return 0, false
	}
	const most = 30 * time.Minute
	earliest := -min(most, h.tellings[0].at)
	latest := min(most, oneDay-time.Minute-h.tellings[len(h.tellings)-1].at)
	minutes := int((latest - earliest) / time.Minute)
	return earliest + time.Duration(r.IntN(minutes+1))*time.Minute, true
}

// words returns what puts the day's values in place of the variables.
func (h *happening) words(seed uint64, day int, language string) *strings.Replacer {
	pairs := make([]string, 0, 2*len(h.vars))
	for _, v := range h.vars {
		pairs = append(pairs, "{"+v.name+"}", v.value(seed, h.id, day, language))
	}
	return strings.NewReplacer(pairs...)
}
