package dedupe

import (
	"slices"
	"time"

	"wiredesk/aggregator"
)

// known is what the judge keeps of an entry.
type known struct {
	id     aggregator.EntryID
	seq    uint64
	story  aggregator.StoryID
	source string
	seen   time.Time
	keys   keys
	older  [keyKinds]uint64 // the number of the next older entry with each key; below queue.first: none
}

// queue holds the window's entries in the order of their Seq. Each has a
// number that it keeps while it is there; numbers start at 1.
type queue struct {
	known []known
	first uint64 // the number of known[0]
}

func (q *queue) at(number uint64) *known { return &q.known[number-q.first] }

// end returns the number the next entry will get.
func (q *queue) end() uint64 { return max(q.first, 1) + uint64(len(q.known)) }

// find returns the number of the entry with the Seq, or the one it would have.
func (q *queue) find(seq uint64) (number uint64, found bool) {
	i, found := slices.BinarySearchFunc(q.known, seq, func(k known, seq uint64) int {
		switch {
		case k.seq < seq:
			return -1
		case k.seq > seq:
			return 1
		}
		return 0
	})
	return max(q.first, 1) + uint64(i), found
}

func (q *queue) push(k known) {
	q.first = max(q.first, 1)
	q.known = append(q.known, k)
}

func (q *queue) pop() {
	q.known[0] = known{}
	q.known = q.known[1:]
	q.first++
}

// link enters the entry into the chain of each of its keys. A chain runs from
// the newest entry to the oldest.
func (j *Judge) link(number uint64) {
	entry := j.entries.at(number)
	for kind, k := range entry.keys {
		if k == 0 {
			continue
		}
		newer, next := j.neighbours(kind, k, number)
		entry.older[kind] = next
		if newer == 0 {
			j.newest[k] = number
		} else {
			j.entries.at(newer).older[kind] = number
		}
	}
}

// unlink takes the entry out of the chains of its keys.
func (j *Judge) unlink(number uint64) {
	entry := j.entries.at(number)
	for kind, k := range entry.keys {
		if k == 0 {
			continue
		}
		newer, _ := j.neighbours(kind, k, number)
		switch older := entry.older[kind]; {
		case newer != 0:
			j.entries.at(newer).older[kind] = older
		case older >= j.entries.first:
			j.newest[k] = older
		default:
			delete(j.newest, k)
		}
	}
}

// neighbours returns the entries of a chain between which number belongs; 0
// where there is none.
func (j *Judge) neighbours(kind int, k key, number uint64) (newer, older uint64) {
	older = j.newest[k]
	for older >= j.entries.first && older > number {
		newer, older = older, j.entries.at(older).older[kind]
	}
	return newer, older
}
