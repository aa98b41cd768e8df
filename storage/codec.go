package storage

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"wiredesk/aggregator"
)

// codec turns values into domain types and back. It may be used by many
// goroutines at once.
type codec struct {
	enc cbor.UserBufferEncMode
	dec cbor.DecMode
}

func newCodec() (codec, error) {
	enc, err := cbor.EncOptions{ShortestFloat: cbor.ShortestFloat16}.UserBufferEncMode()
	if err != nil {
		return codec{}, err
	}
	dec, err := cbor.DecOptions{
		// Validators and GUIDs are kept byte for byte, whatever bytes they are.
		UTF8: cbor.UTF8DecodeInvalid,
		// Damaged bytes must not nest or count without end.
		MaxNestedLevels:  8,
		MaxArrayElements: 1 << 20,
		MaxMapPairs:      64,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
	}.DecMode()
	return codec{enc: enc, dec: dec}, err
}

func (c codec) entry(seq uint64, v []byte) (aggregator.Entry, error) {
	var r entryRecord
	h, record, err := splitEntry(v)
	if err == nil {
		err = c.dec.Unmarshal(record, &r)
	}
	if err != nil {
		return aggregator.Entry{}, damaged("entry %d: %w", seq, err)
	}
	return r.entry(seq, &h), nil
}

func (c codec) story(seq uint64, v []byte) (aggregator.Story, error) {
	var r storyRecord
	h, record, err := splitStory(v)
	if err == nil {
		err = c.dec.Unmarshal(record, &r)
	}
	if err == nil && len(r.Members) == 0 {
		err = errors.New("no members")
	}
	if err != nil {
		return aggregator.Story{}, damaged("story %d: %w", seq, err)
	}
	return r.story(seq, &h), nil
}

func (c codec) state(id string, v []byte) (aggregator.SourceState, error) {
	var r stateRecord
	if err := c.dec.Unmarshal(v, &r); err != nil {
		return aggregator.SourceState{}, damaged("state of %s: %w", id, err)
	}
	return r.state(id), nil
}

// encoder writes the values of one transaction one after the other into one
// buffer. bbolt refers to them until the transaction ends; a buffer that grows
// leaves the earlier ones where they are.
type encoder struct {
	mode     cbor.UserBufferEncMode
	buf      bytes.Buffer
	entry    entryRecord
	story    storyRecord
	decision decisionRecord
	state    stateRecord
}

// keptBytes is how much of the buffer is kept from one transaction to the
// next.
const keptBytes = 8 << 20

// reset is called when the transaction has ended.
func (e *encoder) reset() {
	if e.buf.Cap() > keptBytes {
		e.buf = bytes.Buffer{}
	}
	e.buf.Reset()
	// The texts of the last batch are not held on to.
	e.entry.set(&aggregator.Entry{})
	e.story.set(&aggregator.Story{})
	e.decision.set(&aggregator.Decision{})
	e.state.set(&aggregator.SourceState{})
}

// since returns what was written after start, where the buffer was that long.
func (e *encoder) since(start int) []byte {
	return e.buf.Bytes()[start:e.buf.Len():e.buf.Len()]
}

func (e *encoder) entryValue(x *aggregator.Entry, keys []byte) ([]byte, error) {
	start := e.buf.Len()
	h := entryHeader{digest: x.Digest, seen: stampOf(x.Seen), id: x.ID, story: x.Story, keys: keys}
	e.buf.Write(h.append(e.buf.AvailableBuffer()))
	e.entry.set(x)
	return e.finish(start, &e.entry)
}

func (e *encoder) storyValue(s *aggregator.Story) ([]byte, error) {
	start := e.buf.Len()
	h := storyHeader{first: stampOf(s.First), id: s.ID}
	e.buf.Write(h.append(e.buf.AvailableBuffer()))
	e.story.set(s)
	return e.finish(start, &e.story)
}

func (e *encoder) decisionValue(d *aggregator.Decision) ([]byte, error) {
	e.decision.set(d)
	return e.finish(e.buf.Len(), &e.decision)
}

func (e *encoder) revisionValue(r *aggregator.Revision) ([]byte, error) {
	record := recordOfRevision(r)
	return e.finish(e.buf.Len(), &record)
}

func (e *encoder) stateValue(s *aggregator.SourceState) ([]byte, error) {
	e.state.set(s)
	return e.finish(e.buf.Len(), &e.state)
}

func (e *encoder) seqValue(seq uint64) []byte {
	start := e.buf.Len()
	k := seqKey(seq)
	e.buf.Write(k[:])
	return e.since(start)
}

func (e *encoder) finish(start int, record any) ([]byte, error) {
	if err := e.mode.MarshalToBuffer(record, &e.buf); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return e.since(start), nil
}
