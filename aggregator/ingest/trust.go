package ingest

import (
	"net/url"
	"slices"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// distrust finds out what the source's GUIDs and links are worth from what is
// known of the candidates, and lets their keys lead to what they are. It returns
// how far the GUIDs are trusted from now on.
func (f *fold) distrust(source string, trust aggregator.GUIDTrust, candidates []candidate) (aggregator.GUIDTrust, error) {
	if trust == aggregator.GUIDNameless {
		return trust, nil
	}
	reused := false
	for i := range candidates {
		again, err := f.reused(&candidates[i], trust)
		if err != nil {
			return trust, err
		}
		if again {
			reused = true
			candidates[i].name(source)
		}
	}
	if reused {
		return aggregator.GUIDReused, f.look(candidates)
	}
	if slices.ContainsFunc(candidates, f.isKnown) {
		if trust == aggregator.GUIDReplaced {
			trust = aggregator.GUIDTrusted // the source was made anew, once
		}
		return trust, nil
	}
	return f.replaced(source, trust, candidates)
}

func (f *fold) isKnown(c candidate) bool {
	return slices.ContainsFunc(c.keys, func(id aggregator.EntryID) bool { return f.known[id].Seq != 0 })
}

// reused reports whether the GUID of c is that of an article told earlier, which
// c is not.
func (f *fold) reused(c *candidate, trust aggregator.GUIDTrust) (bool, error) {
	behind := f.known[c.keys[0]]
	if !c.byID || behind.Seq == 0 || behind.Digest == c.entry.Digest {
		return false, nil
	}
	if other := f.known[c.keys[1]].Seq; other > behind.Seq {
		stored, err := f.entry(other)
		if err != nil || stored.GUID == c.entry.GUID {
			return err == nil, err // that was found out before
		}
	}
	stored, err := f.entry(behind.Seq)
	return err == nil && another(stored, c.entry, trust), err
}

// another reports whether e, which has the GUID of the stored entry, tells of
// something else: under another headline, behind another address, at a later
// date, and in other words, which of a source that has done so before is not
// asked. An article told anew keeps one of these.
func another(stored, e *aggregator.Entry, trust aggregator.GUIDTrust) bool {
	switch {
	case stored.Title == e.Title, stored.Text == e.Text, !e.Published.After(stored.Published), stored.Published.IsZero():
		return false
	case stored.Canonical == "", e.Canonical == "", pathOf(stored.Canonical) == pathOf(e.Canonical):
		return false
	case trust == aggregator.GUIDReused:
		return true
	}
	return !akin(stored.Title, e.Title) && !akin(stored.Title+" "+stored.Summary, e.Title+" "+e.Summary)
}

func pathOf(canonical string) string {
	u, err := url.Parse(canonical)
	if err != nil {
		return canonical
	}
	return u.Path
}

// akin reports whether two texts share a quarter of the words of the shorter,
// or whether one is too short to tell.
func akin(a, b string) bool {
	shorter, longer := words(a), words(b)
	if len(shorter) > len(longer) {
		shorter, longer = longer, shorter
	}
	shared := 0
	for word := range shorter {
		if longer[word] {
			shared++
		}
	}
	return 4*shared >= len(shorter)
}

// words returns the words of a text that are long enough to mean something.
func words(text string) map[string]bool {
	found := make(map[string]bool)
	var scan wording.Scanner
	scan.Reset(text)
	for w, ok := scan.Next(); ok; w, ok = scan.Next() {
		least := 4
		if first, _ := utf8.DecodeRune(w.Letters); unicode.Is(unicode.Hangul, first) {
			least = 2
		}
		if w.Shape&wording.ShapePiece != 0 || utf8.RuneCount(w.Letters) >= least {
			found[string(w.Letters)] = true
		}
	}
	return found
}

// replaced takes a document of which nothing is known by its names, and finds
// in it, by their words alone, the entries that the last one showed. Where most
// of it is those the source has been made anew. Where that happens again at the
// next document its GUIDs and links name nothing: they hold the number of a
// visit, or the time.
func (f *fold) replaced(source string, trust aggregator.GUIDTrust, candidates []candidate) (aggregator.GUIDTrust, error) {
	shown := f.state(source).Showing
	if len(shown) == 0 || len(candidates) < 2 {
		return trust, nil
	}
	shown = shown[max(0, len(shown)-maxShowing):]
	stored, err := f.archive.Entries(shown)
	if err != nil {
		return trust, err
	}
	last := make(map[aggregator.Digest]aggregator.Known, len(shown))
	for i, seq := range shown {
		e := &stored[i]
		if newer := f.entries[seq]; newer != nil {
			e = newer
		}
		if e.Seq == seq {
			last[e.Text] = aggregator.Known{Seq: e.Seq, Digest: e.Digest}
		}
	}
	same := make(map[aggregator.Digest]bool)
	for _, c := range candidates {
		if last[c.entry.Text].Seq != 0 {
			same[c.entry.Text] = true
		}
	}
	if len(same) < 2 || 2*len(same) < len(candidates) {
		return trust, nil
	}
	if trust == aggregator.GUIDReplaced {
		trust = aggregator.GUIDNameless
		for i := range candidates {
			candidates[i].tell(source)
		}
		if err := f.look(candidates); err != nil {
			return trust, err
		}
	} else {
		trust = aggregator.GUIDReplaced
	}
	for _, c := range candidates {
		if was := last[c.entry.Text]; was.Seq != 0 {
			f.learn(c, was.Seq, was.Digest)
		}
	}
	return trust, nil
}
