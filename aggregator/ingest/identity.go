package ingest

import (
	"strconv"
	"strings"

	"wiredesk/aggregator"
)

// candidate is an entry of a document with the keys it may be known by, the
// surest first. The first is its id should it be new.
type candidate struct {
	entry *aggregator.Entry
	keys  []aggregator.EntryID
	byID  bool // the first key is its GUID
}

// identify gives each entry of a document its keys, and says how far the
// document lets the source's GUIDs be trusted.
//
// A GUID identifies an entry if it stands on no other; else its canonical link
// does, if that stands on no other; else title and date. Of an article that is
// listed more than once the first is taken.
func identify(source string, trust aggregator.GUIDTrust, entries []aggregator.Entry) ([]candidate, aggregator.GUIDTrust) {
	guids := clashes(entries, func(e *aggregator.Entry) string { return e.GUID }, func(a, b *aggregator.Entry) bool {
		return a.Canonical != b.Canonical && a.Title != b.Title
	})
	if trust == aggregator.GUIDTrusted && guids.most() {
		trust = aggregator.GUIDShared
	}
	trusted := func(e *aggregator.Entry) bool {
		return trust == aggregator.GUIDTrusted && e.GUID != "" && !guids.clash[e.GUID] && !homePage(e.GUID)
	}
	links := clashes(entries, func(e *aggregator.Entry) string { return e.Canonical }, func(a, b *aggregator.Entry) bool {
		if trusted(a) && trusted(b) {
			return a.GUID != b.GUID
		}
		return a.Title != b.Title
	})
	found := make([]candidate, 0, len(entries))
	keys := make([]aggregator.EntryID, 0, 2*len(entries))
	listed := make(map[aggregator.EntryID]bool, len(entries))
	for i := range entries {
		e, byID := &entries[i], false
		if links.clash[e.Canonical] {
			e.Canonical = "" // the link of a section or a live page, not of this entry
		}
		first := len(keys)
		if trusted(e) {
			keys = append(keys, aggregator.EntryKey(source, aggregator.KeyGUID, e.GUID))
			byID = true
		}
		if e.Canonical != "" {
			keys = append(keys, aggregator.EntryKey(source, aggregator.KeyLink, e.Canonical))
		}
		if first == len(keys) {
			keys = append(keys, aggregator.EntryKey(source, aggregator.KeyText, textKey(e)))
		}
		if listed[keys[first]] {
			continue
		}
		listed[keys[first]] = true
		found = append(found, candidate{entry: e, keys: keys[first:len(keys):len(keys)], byID: byID})
	}
	return found, trust
}

// textKey identifies an entry without GUID and link of its own.
func textKey(e *aggregator.Entry) string {
	if e.Title == "" {
		return strconv.FormatUint(uint64(e.Text), 16)
	}
	if e.Published.IsZero() {
		return e.Title
	}
	return e.Title + "\x00" + strconv.FormatInt(e.Published.Unix(), 10)
}

// homePage reports whether a GUID is the address of a site, not of an article.
func homePage(guid string) bool {
	return (strings.HasPrefix(guid, "http://") || strings.HasPrefix(guid, "https://")) && aggregator.CanonicalLink(guid) == ""
}

// clashing says which values stand on entries that are not the same.
type clashing struct {
	clash   map[string]bool
	entries int // that have a value
	hit     int // whose value clashes
}

// most reports whether at least half of the entries that have a value, and
// more than one, share it with another entry.
func (c clashing) most() bool { return c.hit > 1 && 2*c.hit >= c.entries }

func clashes(entries []aggregator.Entry, value func(*aggregator.Entry) string, differ func(a, b *aggregator.Entry) bool) clashing {
	first := make(map[string]int, len(entries))
	c := clashing{clash: make(map[string]bool)}
	for i := range entries {
		v := value(&entries[i])
		if v == "" {
			continue
		}
		c.entries++
		if j, seen := first[v]; !seen {
			first[v] = i
		} else if differ(&entries[j], &entries[i]) {
			c.clash[v] = true
		}
	}
	if len(c.clash) == 0 {
		return c
	}
	for i := range entries {
		if c.clash[value(&entries[i])] {
			c.hit++
		}
	}
	return c
}

// sameUnderNewGUID reports whether e, whose GUID is not known but whose link
// is, is the stored entry under another GUID and not the next one behind the
// same address. shown holds the GUIDs of the document.
func sameUnderNewGUID(stored, e *aggregator.Entry, shown map[string]bool) bool {
	if stored.GUID != "" && shown[stored.GUID] {
		return false
	}
	return stored.Title == e.Title || stored.Text == e.Text ||
		!e.Published.IsZero() && stored.Published.Equal(e.Published)
}
