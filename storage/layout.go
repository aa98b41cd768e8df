package storage

import (
	"encoding/binary"
	"math"
	"time"

	"wiredesk/aggregator"
)

// The buckets. Keys that start with a sequence number only grow, so their
// pages fill from left to right. Those of keysBucket and newestBucket come in
// no order and wait until many can be written together; those of sourcesBucket,
// aliasesBucket, pinsBucket, subscriptionsBucket, followersBucket and
// archivesBucket are few.
const (
	entriesBucket       = "entries"       // seq -> entry
	keysBucket          = "keys"          // identity key -> seq
	storiesBucket       = "stories"       // seq of the first entry -> story
	newestBucket        = "newest"        // First, seq -> nothing
	revisionsBucket     = "revisions"     // seq, N -> revision
	decisionsBucket     = "decisions"     // seq, count -> decision
	sourcesBucket       = "sources"       // id -> state
	aliasesBucket       = "aliases"       // id of a story that became another -> seq of that
	pinsBucket          = "pins"          // two entry ids -> pin; the other way round -> nothing
	subscriptionsBucket = "subscriptions" // token -> subscription
	followersBucket     = "followers"     // id -> follower
	changesBucket       = "changes"       // number of the change -> seq of the story, kind
	archivesBucket      = "archives"      // feed, name -> archive document; and -> its body
	metaBucket          = "meta"          // versionKey, countersKey, keysWrittenKey, newestWrittenKey
)

// The keys of metaBucket.
const (
	versionKey       = "version"
	countersKey      = "counters"
	keysWrittenKey   = "keys written"   // up to which number each range of keysBucket is
	newestWrittenKey = "newest written" // the same of newestBucket
)

// fillPercent is how full a page becomes before the next is begun. What only
// grows at its end never needs the room that is left.
const fillPercent = 1.0

// indexFillPercent is the same for what is added to in between, a few keys a
// page: the file is the smallest with it.
const indexFillPercent = 0.7

func buckets() []string {
	return []string{
		entriesBucket, keysBucket, storiesBucket, newestBucket,
		revisionsBucket, decisionsBucket, sourcesBucket, aliasesBucket, pinsBucket,
		subscriptionsBucket, followersBucket, changesBucket, archivesBucket, metaBucket,
	}
}

// stamp is an instant as it rests on disk: nanoseconds since 1970, 0 for none.
// The instant 1970 itself is the smallest number instead.
type stamp int64

const epochStamp stamp = math.MinInt64

// stampOf clamps instants that nanoseconds cannot hold: before 1677 and after
// 2262.
func stampOf(t time.Time) stamp {
	switch {
	case t.IsZero():
		return 0
	case t.Before(time.Unix(0, math.MinInt64+1)):
		return math.MinInt64 + 1
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	if n := t.UnixNano(); n != 0 {
		return stamp(n)
	}
	return epochStamp
}

// time returns the instant in UTC.
func (s stamp) time() time.Time {
	switch s {
	case 0:
		return time.Time{}
	case epochStamp:
		return time.Unix(0, 0).UTC()
	}
	return time.Unix(0, int64(s)).UTC()
}

// order returns eight bytes' worth of s that sort as time does, none first.
func (s stamp) order() uint64 {
	switch s {
	case 0:
		return 0
	case epochStamp:
		s = 0
	}
	return uint64(s) ^ 1<<63
}

func seqKey(seq uint64) (k [8]byte) {
	binary.BigEndian.PutUint64(k[:], seq)
	return k
}

// countKey is the key of the nth thing that belongs to an entry.
func countKey(seq uint64, n uint32) (k [12]byte) {
	binary.BigEndian.PutUint64(k[:], seq)
	binary.BigEndian.PutUint32(k[8:], n)
	return k
}

func newestKey(first stamp, seq uint64) (k [16]byte) {
	binary.BigEndian.PutUint64(k[:], first.order())
	binary.BigEndian.PutUint64(k[8:], seq)
	return k
}

// readSeq reads a sequence number from the start of a key or value.
func readSeq(b []byte) (uint64, error) {
	if len(b) < 8 {
		return 0, damaged("sequence number of %d bytes", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

const (
	idBytes          = len(aggregator.EntryID{})
	entryHeaderBytes = 8 + 8 + 2*idBytes + 1
	storyHeaderBytes = 8 + idBytes
)

// maxKeys bounds the further identity keys of an entry. A source that invents
// a new GUID at every poll would otherwise let it grow for ever; the oldest
// are forgotten.
const maxKeys = 32

// entryHeader is what stands before an entry's record, so that the commonest
// questions need no decoding: is it known, is it old, whose is it.
type entryHeader struct {
	digest aggregator.Digest
	seen   stamp
	id     aggregator.EntryID
	story  aggregator.StoryID
	keys   []byte // further identity keys, idBytes each, the oldest first
}

func (h *entryHeader) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(h.digest))
	b = binary.BigEndian.AppendUint64(b, uint64(h.seen))
	b = append(b, h.id[:]...)
	b = append(b, h.story[:]...)
	b = append(b, byte(len(h.keys)/idBytes))
	return append(b, h.keys...)
}

// splitEntry parts an entry's value into header and record. Both refer to v.
func splitEntry(v []byte) (h entryHeader, record []byte, err error) {
	if len(v) < entryHeaderBytes {
		return h, nil, damaged("entry of %d bytes", len(v))
	}
	h.digest = aggregator.Digest(binary.BigEndian.Uint64(v))
	h.seen = stamp(binary.BigEndian.Uint64(v[8:]))
	copy(h.id[:], v[16:])
	copy(h.story[:], v[16+idBytes:])
	end := entryHeaderBytes + int(v[entryHeaderBytes-1])*idBytes
	if len(v) < end {
		return h, nil, damaged("entry of %d bytes with %d keys", len(v), v[entryHeaderBytes-1])
	}
	h.keys = v[entryHeaderBytes:end:end]
	return h, v[end:], nil
}

// storyHeader is what stands before a story's record.
type storyHeader struct {
	first stamp
	id    aggregator.StoryID
}

func (h *storyHeader) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(h.first))
	return append(b, h.id[:]...)
}

// splitStory parts a story's value into header and record.
func splitStory(v []byte) (h storyHeader, record []byte, err error) {
	if len(v) < storyHeaderBytes {
		return h, nil, damaged("story of %d bytes", len(v))
	}
	h.first = stamp(binary.BigEndian.Uint64(v))
	copy(h.id[:], v[8:])
	return h, v[storyHeaderBytes:], nil
}

// counters are kept beside the records, so that nothing has to be counted.
type counters struct {
	last    uint64 // the highest sequence number ever given
	entries int64
	stories int64
}

func (c counters) bytes() []byte {
	b := make([]byte, 0, 24)
	b = binary.BigEndian.AppendUint64(b, c.last)
	b = binary.BigEndian.AppendUint64(b, uint64(c.entries))
	return binary.BigEndian.AppendUint64(b, uint64(c.stories))
}

func readCounters(v []byte) (counters, error) {
	if len(v) != 24 {
		return counters{}, damaged("counters of %d bytes", len(v))
	}
	return counters{
		last:    binary.BigEndian.Uint64(v),
		entries: int64(binary.BigEndian.Uint64(v[8:])),
		stories: int64(binary.BigEndian.Uint64(v[16:])),
	}, nil
}

// splitCountKey parts a key that countKey made.
func splitCountKey(k []byte) (seq uint64, n uint32, err error) {
	if len(k) != 12 {
		return 0, 0, damaged("key of %d bytes", len(k))
	}
	return binary.BigEndian.Uint64(k), binary.BigEndian.Uint32(k[8:]), nil
}
