package dedupe

import (
	"slices"

	"wiredesk/aggregator"
)

// pins are what operators said, by either entry.
type pins map[aggregator.EntryID][]pin

type pin struct {
	other aggregator.EntryID
	join  bool
}

// SetPins tells the judge what operators said of entries: all that is in
// force. Decide obeys it before anything else.
func (j *Judge) SetPins(all []aggregator.Pin) {
	j.version++
	j.pins = make(pins, 2*len(all))
	for _, p := range all {
		j.pins[p.A] = append(j.pins[p.A], pin{p.B, p.Join})
		j.pins[p.B] = append(j.pins[p.B], pin{p.A, p.Join})
	}
}

// pinned returns the stories that an operator parted the entry from, and the
// entry of the window that it was joined to.
func (j *Judge) pinned(e *aggregator.Entry) (banned []*story, joined *doc) {
	said := j.pins[e.ID]
	if len(said) == 0 {
		return nil, nil
	}
	for i := range j.entries.docs {
		d := &j.entries.docs[i]
		if d.story == nil {
			continue
		}
		at := slices.IndexFunc(said, func(p pin) bool { return p.other == d.id })
		switch {
		case at < 0:
		case !said[at].join:
			banned = append(banned, d.story)
		case joined == nil:
			joined = d
		}
	}
	return banned, joined
}

// parted reports whether an operator parted an entry of one story from an entry
// of the other.
func (j *Judge) parted(a, b *story) bool {
	for _, x := range a.members {
		for _, p := range j.pins[j.entries.at(x).id] {
			if !p.join && slices.ContainsFunc(b.members, func(y uint32) bool { return j.entries.at(y).id == p.other }) {
				return true
			}
		}
	}
	return false
}
