package aggregator

import (
	"encoding/hex"
	"testing"
)

// RFC 9562, appendix A.4: the version 5 UUID of www.example.com in the name
// space of domain names.
func TestUUID5(t *testing.T) {
	t.Parallel()
	var dns [16]byte
	if err := parseUUID(&dns, []byte("6ba7b810-9dad-11d1-80b4-00c04fd430c8")); err != nil {
		t.Fatal(err)
	}
	if got, want := uuid5(dns, "www.example.com").String(), "2ed6657d-e927-568b-95e1-2665a8aea6a2"; got != want {
		t.Errorf("uuid5 = %s, want %s", got, want)
	}
}

func TestEntryKeyIsStable(t *testing.T) {
	t.Parallel()
	id := EntryKey("norvia", KeyGUID, "tag:norvia.example,2026:1")
	// Readers' archives hold these ids: a change of this value announces every
	// entry again.
	if got, want := id.String(), "1ae0694b-60d1-5319-941f-e5ec55ed20a2"; got != want {
		t.Fatalf("id = %s, want %s", got, want)
	}
	others := []EntryID{
		EntryKey("norvia", KeyLink, "tag:norvia.example,2026:1"),
		EntryKey("norvi", KeyGUID, "atag:norvia.example,2026:1"),
		EntryKey("norvia", KeyGUID, "tag:norvia.example,2026:2"),
	}
	for i, other := range others {
		if other == id {
			t.Errorf("key %d is the same as another", i)
		}
	}
}

func TestIDText(t *testing.T) {
	t.Parallel()
	id := EntryKey("a", KeyGUID, "b")
	text, err := id.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back StoryID
	if err := back.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	if back != id.Story() {
		t.Errorf("%s came back as %s", id, back)
	}
	for _, bad := range []string{"", "x", hex.EncodeToString(id[:]), "zzzzzzzz-0000-0000-0000-000000000000", id.String() + "0"} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a UUID", bad)
		}
	}
}
