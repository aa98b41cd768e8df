package ingest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func doc(entries ...aggregator.Entry) []aggregator.Entry {
	for i := range entries {
		entries[i].Canonical = aggregator.CanonicalLink(entries[i].Link)
	}
	return entries
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	const a, b = "https://norvia.example/a", "https://norvia.example/b"
	key := func(kind aggregator.KeyKind, value string) aggregator.EntryID {
		return aggregator.EntryKey("norvia", kind, value)
	}
	guid := func(value string) aggregator.EntryID { return key(aggregator.KeyGUID, value) }
	link := func(value string) aggregator.EntryID { return key(aggregator.KeyLink, value) }
	text := func(value string) aggregator.EntryID { return key(aggregator.KeyText, value) }
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		trust   aggregator.GUIDTrust
		entries []aggregator.Entry
		want    [][]aggregator.EntryID
		trusts  aggregator.GUIDTrust
	}{
		"GUIDs": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A"}, aggregator.Entry{GUID: "2", Link: b, Title: "B"}),
			want:    [][]aggregator.EntryID{{guid("1"), link(a)}, {guid("2"), link(b)}},
		},
		"no GUIDs": {
			entries: doc(aggregator.Entry{Link: a + "?utm_source=x", Title: "A"}, aggregator.Entry{Link: b, Title: "B"}),
			want:    [][]aggregator.EntryID{{link(a), text("A")}, {link(b), text("B")}},
		},
		"one GUID on every entry": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A"}, aggregator.Entry{GUID: "1", Link: b, Title: "B"}),
			want:    [][]aggregator.EntryID{{link(a), text("A")}, {link(b), text("B")}},
			trusts:  aggregator.GUIDShared,
		},
		"one GUID on two of many": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A"}, aggregator.Entry{GUID: "1", Link: b, Title: "B"},
				aggregator.Entry{GUID: "3", Title: "C"}, aggregator.Entry{GUID: "4", Title: "D"}, aggregator.Entry{GUID: "5", Title: "E"}),
			want: [][]aggregator.EntryID{{link(a), text("A")}, {link(b), text("B")}, {guid("3"), text("C")}, {guid("4"), text("D")}, {guid("5"), text("E")}},
		},
		"article listed twice": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A, updated"}, aggregator.Entry{GUID: "1", Link: a, Title: "A"}),
			want:    [][]aggregator.EntryID{{guid("1"), link(a)}},
		},
		"article listed twice with a new title and a tracking link": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A"}, aggregator.Entry{GUID: "1", Link: a + "?fbclid=1", Title: "Other A"}),
			want:    [][]aggregator.EntryID{{guid("1"), link(a)}},
		},
		"one link on every entry": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A"}, aggregator.Entry{GUID: "2", Link: a, Title: "B"}),
			want:    [][]aggregator.EntryID{{guid("1"), text("A")}, {guid("2"), text("B")}},
		},
		"one link on every entry, no GUIDs": {
			entries: doc(aggregator.Entry{Link: a, Title: "A", Published: noon}, aggregator.Entry{Link: a, Title: "B"}),
			want:    [][]aggregator.EntryID{{text("A\x001793620800")}, {text("B")}},
		},
		"one GUID on every entry, no links": {
			entries: doc(aggregator.Entry{GUID: "1", Title: "A"}, aggregator.Entry{GUID: "1", Title: "B"}),
			want:    [][]aggregator.EntryID{{text("A")}, {text("B")}},
			trusts:  aggregator.GUIDShared,
		},
		"one GUID and title on every entry": {
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A", Text: 1}, aggregator.Entry{GUID: "1", Link: b, Title: "A", Text: 2}),
			want:    [][]aggregator.EntryID{{link(a), text("A")}, {link(b), text("A")}},
			trusts:  aggregator.GUIDShared,
		},
		"GUID that is the site": {
			entries: doc(aggregator.Entry{GUID: "https://norvia.example/", Link: a, Title: "A"}),
			want:    [][]aggregator.EntryID{{link(a), text("A")}},
		},
		"link that is the site": {
			entries: doc(aggregator.Entry{GUID: "1", Link: "https://norvia.example/", Title: "A"}),
			want:    [][]aggregator.EntryID{{guid("1"), text("A")}},
		},
		"nothing but a text": {
			entries: doc(aggregator.Entry{Text: 0xabc}, aggregator.Entry{Text: 0xdef}),
			want:    [][]aggregator.EntryID{{text("abc")}, {text("def")}},
		},
		"GUIDs found out before": {
			trust:   aggregator.GUIDVolatile,
			entries: doc(aggregator.Entry{GUID: "1", Link: a, Title: "A"}),
			want:    [][]aggregator.EntryID{{link(a), text("A")}},
			trusts:  aggregator.GUIDVolatile,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, trust := identify("norvia", test.trust, test.entries)
			var got [][]aggregator.EntryID
			for _, c := range found {
				got = append(got, c.keys)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if trust != test.trusts {
				t.Errorf("trust %d, want %d", trust, test.trusts)
			}
		})
	}
}

func TestChronological(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	at := func(title string, hours int) aggregator.Entry {
		return aggregator.Entry{Title: title, Published: noon.Add(time.Duration(hours) * time.Hour)}
	}
	tests := map[string]struct {
		entries []aggregator.Entry
		want    string
	}{
		"by date":                     {[]aggregator.Entry{at("b", 2), at("a", 1), at("c", 3)}, "abc"},
		"equal dates, newest first":   {[]aggregator.Entry{at("c", 1), at("b", 1), at("a", 1)}, "abc"},
		"a date missing":              {[]aggregator.Entry{at("c", 1), {Title: "b"}, at("a", 3)}, "abc"},
		"no dates: turned round":      {[]aggregator.Entry{{Title: "c"}, {Title: "b"}, {Title: "a"}}, "abc"},
		"nothing to put in any order": {nil, ""},
	}
	for name, test := range tests {
		found, _ := identify("norvia", aggregator.GUIDTrusted, test.entries)
		chronological(found)
		got := ""
		for _, c := range found {
			got += c.entry.Title
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
