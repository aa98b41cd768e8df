package ingest

import (
	"slices"
	"strconv"
	"strings"

	"wiredesk/aggregator"
)

// maxKeys is how many keys an entry is stored under: each costs the store a
// random write.
const maxKeys = 2

// candidate is an entry of a document with the keys it may be known by, the
// surest first. The first is its id should it be new.
type candidate struct {
	entry *aggregator.Entry
	keys  []aggregator.EntryID
	byID  bool // the first key is its GUID
	told  bool // the first key is its text
}

// name lets c go by its link, since its GUID is another's.
func (c *candidate) name(source string) {
	c.byID = false
	c.keys = []aggregator.EntryID{
		aggregator.EntryKey(source, aggregator.KeyLink, c.entry.Canonical),
		aggregator.EntryKey(source, aggregator.KeyText, textKey(c.entry)),
	}
}

// tell lets c go by its text, since GUID and link say nothing. Where it has
// another text its headline and date find it.
func (c *candidate) tell(source string) {
	c.byID, c.told = false, true
	c.keys = []aggregator.EntryID{aggregator.EntryKey(source, aggregator.KeyText, strconv.FormatUint(uint64(c.entry.Text), 16))}
	if c.entry.Title != "" {
		c.keys = append(c.keys, aggregator.EntryKey(source, aggregator.KeyText, textKey(c.entry)))
	}
}

// identify gives each entry of a document its keys, and says how far the
// document lets the source's GUIDs be trusted.
//
// A GUID identifies an entry if it stands on no other; else its canonical link
// does, if that stands on no other; else title and date. A second key finds it
// again when the first changes or is no longer to be trusted. Of an article
// that is listed more than once the first is taken.
func identify(source string, trust aggregator.GUIDTrust, entries []aggregator.Entry) ([]candidate, aggregator.GUIDTrust) {
	guids := clashes(entries, func(e *aggregator.Entry) string { return e.GUID }, func(a, b *aggregator.Entry) bool {
		return (a.Canonical != b.Canonical || a.Canonical == "") && (a.Title != b.Title || a.Text != b.Text)
	})
	if trust.Identifies() && guids.all() {
		trust = aggregator.GUIDShared
	}
	trusted := func(e *aggregator.Entry) bool {
		return trust.Identifies() && e.GUID != "" && !guids.clash[e.GUID] && !homePage(e.GUID)
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
		if trust == aggregator.GUIDNameless {
			c := candidate{entry: e}
			if c.tell(source); !listed[c.keys[0]] {
				listed[c.keys[0]] = true
				found = append(found, c)
			}
			continue
		}
		first := len(keys)
		if trusted(e) {
			keys = append(keys, aggregator.EntryKey(source, aggregator.KeyGUID, e.GUID))
			byID = true
		}
		if e.Canonical != "" {
			keys = append(keys, aggregator.EntryKey(source, aggregator.KeyLink, e.Canonical))
		}
		if len(keys)-first < maxKeys {
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

// chronological puts a document's entries into the order in which they were
// most likely told: by date where all have one, else the document's reversed.
func chronological(candidates []candidate) {
	slices.Reverse(candidates)
	for _, c := range candidates {
		if c.entry.Published.IsZero() {
			return
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return a.entry.Published.Compare(b.entry.Published)
	})
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

// all reports whether every entry that has a value shares it with another.
func (c clashing) all() bool { return c.hit > 1 && c.hit == c.entries }

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

// sameUnderNewKey reports whether c, whose first key is not known but whose
// second is, is the stored entry under another GUID or link, and not the next
// one behind the same address or under the same headline. shown holds the
// GUIDs and links of the document.
func sameUnderNewKey(stored *aggregator.Entry, c candidate, shown map[string]bool) bool {
	e := c.entry
	if stored.GUID != e.GUID && shown[stored.GUID] || stored.Canonical != e.Canonical && shown[stored.Canonical] {
		return false
	}
	return stored.Text == e.Text || c.byID && e.Canonical != "" && stored.Title == e.Title ||
		!e.Published.IsZero() && stored.Published.Equal(e.Published)
}
