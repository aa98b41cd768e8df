package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// maxProblems is after how many problems Check stops looking: a file with so
// many is not mended by hand.
const maxProblems = 100

// Check looks for everything that could be wrong with the database: pages that
// contradict each other, indexes that lead nowhere, stories without their
// entries, entries outside their stories, counters that do not count. It
// returns all problems joined, the whole an ErrDamaged; nil means there are
// none. It reads the whole file, and no Commit runs during its first half.
func (db *DB) Check() error {
	problems := &problems{}
	err := db.checkFile(problems)
	if err == nil && len(problems.found) == 0 {
		err = db.see(func(r *reader) error {
			newChecker(r, problems).check()
			return nil
		})
	}
	if err != nil {
		problems.add("%w", err)
	}
	if len(problems.found) == 0 {
		return nil
	}
	return db.failed("check", damage{errors.Join(problems.found...)})
}

// checkFile checks the pages. bbolt's own check cannot be stopped from reading
// where there is nothing to read, so it comes only after ours.
func (db *DB) checkFile(problems *problems) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	err := db.view(func(tx *bolt.Tx) error {
		if err := db.checkPages(tx, allPages); err != nil {
			return err
		}
		return touch(tx)
	})
	if err != nil {
		return err
	}
	return db.view(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			problems.add("%w", err)
		}
		return nil
	})
}

// touch reads every key in this goroutine, where a fault can be recovered from.
func touch(tx *bolt.Tx) error {
	return tx.ForEach(func(_ []byte, b *bolt.Bucket) error {
		if b == nil {
			return nil
		}
		var last []byte
		return b.ForEach(func(k, _ []byte) error {
			if bytes.Compare(last, k) >= 0 {
				return errors.New("keys are out of order")
			}
			last = k
			return nil
		})
	})
}

type problems struct{ found []error }

func (p *problems) add(format string, args ...any) {
	switch n := len(p.found); {
	case n < maxProblems:
		p.found = append(p.found, fmt.Errorf(format, args...))
	case n == maxProblems:
		p.found = append(p.found, errors.New("and more"))
	}
}

// checker checks what the buckets say against each other.
type checker struct {
	*reader
	*problems
	newest, revisions, decisions, sources, aliases, pins *bolt.Bucket
	counted                                              counters
	keyCount, placeCount, aliasCount                     int64
}

func newChecker(r *reader, p *problems) *checker {
	tx := r.tx
	return &checker{
		reader: r, problems: p,
		newest:    tx.Bucket([]byte(newestBucket)),
		revisions: tx.Bucket([]byte(revisionsBucket)),
		decisions: tx.Bucket([]byte(decisionsBucket)),
		sources:   tx.Bucket([]byte(sourcesBucket)),
		aliases:   tx.Bucket([]byte(aliasesBucket)),
		pins:      tx.Bucket([]byte(pinsBucket)),
	}
}

func (c *checker) check() {
	each := func(bucket string, f func(k, v []byte) error) {
		// f's errors are gathered, so that ForEach has none to return.
		_ = c.tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error {
			if err := f(k, v); err != nil {
				c.add("%s %x: %w", bucket, k, err)
			}
			return nil
		})
	}
	each(entriesBucket, c.checkEntry)
	each(storiesBucket, c.checkStory)
	keys, places, aliases := int64(c.waiting.keys.count), int64(c.waiting.newest.count), int64(0)
	each(keysBucket, func([]byte, []byte) error { keys++; return nil })
	each(newestBucket, func([]byte, []byte) error { places++; return nil })
	each(aliasesBucket, func([]byte, []byte) error { aliases++; return nil })
	each(pinsBucket, c.checkPin)
	each(revisionsBucket, func(k, v []byte) error { return c.checkHistory(k, v, &revisionRecord{}) })
	each(decisionsBucket, func(k, v []byte) error { return c.checkHistory(k, v, &decisionRecord{}) })
	each(sourcesBucket, func(k, v []byte) error {
		_, err := c.state(string(k), v)
		return err
	})
	each(subscriptionsBucket, func(k, v []byte) error {
		_, err := c.subscription(string(k), v)
		return err
	})
	each(followersBucket, func(k, v []byte) error {
		_, err := c.follower(k, v)
		return err
	})
	each(changesBucket, func(k, v []byte) error {
		_, keyErr := readSeq(k)
		_, _, err := splitChange(v)
		return errors.Join(keyErr, err)
	})
	each(archivesBucket, c.checkArchived)

	said, err := readCounters(c.tx.Bucket([]byte(metaBucket)).Get([]byte(countersKey)))
	if err != nil {
		c.add("%w", err)
		return
	}
	if c.counted.last > said.last {
		c.add("entry %d is above the last, %d", c.counted.last, said.last)
	}
	if said.entries != c.counted.entries || said.stories != c.counted.stories {
		c.add("counted %d entries and %d stories, should be %d and %d",
			c.counted.entries, c.counted.stories, said.entries, said.stories)
	}
	// Every entry and story has found its own: what is beyond them leads nowhere.
	if keys != c.keyCount {
		c.add("%d keys lead to entries that do not know them", keys-c.keyCount)
	}
	if places != c.placeCount {
		c.add("%d places among the newest are of no story", places-c.placeCount)
	}
	if aliases != c.aliasCount {
		c.add("%d aliases are of no story", aliases-c.aliasCount)
	}
}

func (c *checker) checkEntry(k, v []byte) error {
	if len(k) != 8 {
		return fmt.Errorf("key of %d bytes", len(k))
	}
	seq := binary.BigEndian.Uint64(k)
	c.counted.entries++
	c.counted.last = max(c.counted.last, seq)
	h, _, err := splitEntry(v)
	if err != nil {
		return err
	}
	if _, err := c.entry(seq, v); err != nil {
		return err
	}
	var errs []error
	own := func(id []byte) {
		c.keyCount++
		if to, err := c.seqOf(id); err != nil || to != seq {
			errs = append(errs, errors.Join(err, fmt.Errorf("key %x leads to %d", id, to)))
		}
	}
	own(h.id[:])
	for id := range slices.Chunk(h.keys, idBytes) {
		own(id)
	}
	if !h.story.IsZero() {
		errs = append(errs, c.checkMember(seq, h.story))
	}
	return errors.Join(errs...)
}

// checkMember sees that the story an entry names has it once.
func (c *checker) checkMember(seq uint64, id aggregator.StoryID) error {
	s, err := c.storyOf(id)
	if err != nil {
		return err
	}
	n := 0
	for _, m := range s.Members {
		if m.Seq == seq {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("is in its story %s %d times", id, n)
	}
	return nil
}

func (c *checker) checkStory(k, v []byte) error {
	if len(k) != 8 {
		return fmt.Errorf("key of %d bytes", len(k))
	}
	seq := binary.BigEndian.Uint64(k)
	c.counted.stories++
	h, _, err := splitStory(v)
	if err != nil {
		return err
	}
	place := newestKey(h.first, seq)
	if c.waiting.newest.find(place[:]) != 0 || c.newest.Get(place[:]) != nil {
		c.placeCount++
	} else {
		return errors.New("has no place among the newest")
	}
	s, err := c.story(seq, v)
	if err != nil {
		return err
	}
	if s.Members[0].Seq != seq {
		return fmt.Errorf("begins with %d", s.Members[0].Seq)
	}
	var errs []error
	if to, err := c.seqOf(s.ID[:]); err != nil || to != seq {
		errs = append(errs, errors.Join(err, fmt.Errorf("its id leads to %d", to)))
	}
	for _, id := range s.Merged {
		c.aliasCount++
		if to := c.aliases.Get(id[:]); !bytes.Equal(to, k) {
			errs = append(errs, fmt.Errorf("its alias %s leads to %x", id, to))
		}
		if first, err := c.seqOf(id[:]); err != nil || !slices.ContainsFunc(s.Members, func(m aggregator.Member) bool { return m.Seq == first }) {
			errs = append(errs, errors.Join(err, fmt.Errorf("its alias %s is of no member", id)))
		}
	}
	lead := false
	for _, m := range s.Members {
		lead = lead || m.Seq == s.Lead
		v := c.entryValue(m.Seq)
		if v == nil {
			errs = append(errs, fmt.Errorf("member %d is missing", m.Seq))
			continue
		}
		if h, _, err := splitEntry(v); err == nil && h.story != s.ID {
			errs = append(errs, fmt.Errorf("member %d names story %s", m.Seq, h.story))
		}
	}
	if !lead {
		errs = append(errs, fmt.Errorf("its lead %d is no member", s.Lead))
	}
	return errors.Join(errs...)
}

// checkPin sees that a pin is of two entries and stands under both.
func (c *checker) checkPin(k, v []byte) error {
	if len(k) != 2*idBytes {
		return fmt.Errorf("key of %d bytes", len(k))
	}
	there, back := k[:idBytes], k[idBytes:]
	mirror := c.pins.Get(slices.Concat(back, there))
	if mirror == nil || (len(v) == 0) == (len(mirror) == 0) {
		return errors.New("does not stand under both its entries")
	}
	seq, err := c.seqOf(there)
	if err == nil && c.entryValue(seq) == nil {
		err = errors.New("is of no entry")
	}
	if err != nil || len(v) == 0 {
		return err
	}
	_, err = c.pin(k, v)
	return err
}

func (c *checker) checkHistory(k, v []byte, record any) error {
	seq, _, err := splitCountKey(k)
	if err != nil {
		return err
	}
	if c.entryValue(seq) == nil {
		return errors.New("belongs to no entry")
	}
	return c.dec.Unmarshal(v, record)
}
