package aggregator

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
)

// EntryID names one source's entry for ever, whatever its GUID, link or
// headline do later. It is a UUID of version 5 (RFC 9562, section 5.5). The
// zero value names nothing.
type EntryID [16]byte

// StoryID names a story for ever. It is the EntryID of the story's first
// entry, so that it survives restarts, rebuilds and a change of base_url. The
// zero value names nothing.
type StoryID [16]byte

// entrySpace is the name space of entry ids, itself the version 5 UUID of
// "wiredesk:entry" in the name space of URLs (RFC 9562, section 6.6).
var entrySpace = [16]byte(uuid5([16]byte{
	0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
}, "wiredesk:entry"))

// KeyKind says what an identity key is made of.
type KeyKind byte

// The kinds of identity key, the surest first.
const (
	KeyGUID KeyKind = 'g' // the GUID or Atom id the source gives
	KeyLink KeyKind = 'l' // the canonical link
	KeyText KeyKind = 't' // title and date, where there is nothing better
)

// EntryKey returns the identity key of the entry that source shows under
// value. An entry's id is the first key it was known by; its other keys lead
// to the same entry.
func EntryKey(source string, kind KeyKind, value string) EntryID {
	return uuid5(entrySpace, source+"\x00"+string(kind)+"\x00"+value)
}

// Story returns the id of the story that begins with the entry.
func (id EntryID) Story() StoryID { return StoryID(id) }

// IsZero reports whether id names nothing.
func (id EntryID) IsZero() bool { return id == EntryID{} }

// IsZero reports whether id names nothing.
func (id StoryID) IsZero() bool { return id == StoryID{} }

// String returns the UUID in its usual form.
func (id EntryID) String() string { return formatUUID(id) }

// String returns the UUID in its usual form.
func (id StoryID) String() string { return formatUUID(id) }

// URN returns the id as urn:uuid:…, the form feeds carry (RFC 9562, section 4).
func (id StoryID) URN() string { return "urn:uuid:" + id.String() }

// MarshalText returns the UUID in its usual form.
func (id EntryID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// MarshalText returns the UUID in its usual form.
func (id StoryID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a UUID in its usual form.
func (id *EntryID) UnmarshalText(text []byte) error { return parseUUID((*[16]byte)(id), text) }

// UnmarshalText reads a UUID in its usual form.
func (id *StoryID) UnmarshalText(text []byte) error { return parseUUID((*[16]byte)(id), text) }

func uuid5(space [16]byte, name string) (id EntryID) {
	h := sha1.New()
	h.Write(space[:])
	h.Write([]byte(name))
	copy(id[:], h.Sum(nil))
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

func formatUUID(u [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

var errUUID = errors.New("not a UUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")

func parseUUID(into *[16]byte, text []byte) error {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return errUUID
	}
	digits := make([]byte, 0, 32)
	for _, part := range [][]byte{text[:8], text[9:13], text[14:18], text[19:23], text[24:]} {
		digits = append(digits, part...)
	}
	var u [16]byte
	if _, err := hex.Decode(u[:], digits); err != nil {
		return errUUID
	}
	*into = u
	return nil
}
