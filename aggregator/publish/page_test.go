package publish

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func itemOf(v aggregator.StoryView) item {
	b := newBuilder(testSite())
	return b.item(&v, newSlots().take(&v))
}

func TestItemsTitle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		entry aggregator.Entry
		want  string
	}{
		{"its own", aggregator.Entry{Title: " Ferry\nsinks ", Summary: "x"}, "Ferry sinks"},
		{"from the text", aggregator.Entry{Summary: strings.Repeat("Ferry ", 30)}, strings.Repeat("Ferry ", 12) + "Ferry…"},
		{"from the source", aggregator.Entry{Source: "harbour", Content: "<p>x</p>"}, "Harbour Wire"},
		{"from the source's id", aggregator.Entry{Source: "gone"}, "gone"},
		{"from nothing", aggregator.Entry{Title: "\x00", Summary: "\x01", Source: "\x02"}, "Unnamed source"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := itemOf(view(1, tt.entry)).Title; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestItemsDates(t *testing.T) {
	t.Parallel()
	entry := aggregator.Entry{Published: at("09:00:00"), Seen: at("09:05:00")}
	for _, tt := range []struct {
		name               string
		change             func(*aggregator.StoryView)
		published, updated string
	}{
		{"as claimed", func(*aggregator.StoryView) {}, "09:00:00", "09:05:00"},
		{"no claim", func(v *aggregator.StoryView) { v.Entries[0].Published = v.Entries[0].Updated }, "09:05:00", "09:05:00"},
		{"a claim in the future", func(v *aggregator.StoryView) { v.Entries[0].Published = at("23:00:00") }, "09:05:00", "09:05:00"},
		{"never updated before published", func(v *aggregator.StoryView) { v.Updated = at("08:00:00") }, "09:00:00", "09:00:00"},
		{"corrected", func(v *aggregator.StoryView) { v.Updated = at("11:00:00") }, "09:00:00", "11:00:00"},
		{"a further carrier changes neither", func(v *aggregator.StoryView) { v.Changed = at("12:00:00") }, "09:00:00", "09:05:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := view(0, entry)
			tt.change(&v)
			got := itemOf(v)
			if !got.Created.Equal(at(tt.published)) || !got.Updated.Equal(at(tt.updated)) {
				t.Errorf("published %v, updated %v", got.Created, got.Updated)
			}
		})
	}
}

func TestItemsLink(t *testing.T) {
	t.Parallel()
	v := view(1, aggregator.Entry{Source: "harbour", Link: "javascript:alert(1)", Seen: at("09:00:00")})
	if got, want := itemOf(v).Link.Href, "https://desk.example.org/stories/"+v.ID.String(); got != want {
		t.Errorf("got %s, want the story's page %s", got, want)
	}
}

func TestItemsShowTheLeadThoughItsSourceBroughtAnother(t *testing.T) {
	t.Parallel()
	v := view(1,
		aggregator.Entry{Source: "harbour", Title: "First word", Link: "https://harbour.example/1", Seen: at("09:00:00")},
		aggregator.Entry{Source: "harbour", Title: "Full story", Link: "https://harbour.example/2", Seen: at("09:30:00")},
	)
	v.Lead = 2
	it := itemOf(v)
	if it.lead.kind != aggregator.Copy {
		t.Errorf("the kind shown is %v, not the lead's own", it.lead.kind)
	}
	if it.Title != "Full story" || it.Link.Href != "https://harbour.example/2" || !it.Created.Equal(at("09:30:00")) {
		t.Errorf("got %q, %s, %v", it.Title, it.Link.Href, it.Created)
	}
}

func TestItemsLeaveOutWhoTookItBack(t *testing.T) {
	t.Parallel()
	v := view(1,
		aggregator.Entry{Source: "harbour", Title: "Ferry aground", Link: "https://harbour.example/1", Seen: at("09:00:00")},
		aggregator.Entry{Source: "island", Title: "Ferry sinks", Link: "https://island.example/1", Seen: at("09:30:00")},
	)
	carriers := func() int {
		it := itemOf(v)
		return len(it.others())
	}
	both := carriers()
	v.Members[1].Withdrawn = true
	if one := carriers(); both != 1 || one != 0 {
		t.Errorf("%d other carriers, and %d once it was taken back", both, one)
	}
}

func TestItemsSummaryIsClean(t *testing.T) {
	t.Parallel()
	it := itemOf(view(1, aggregator.Entry{Summary: "a\x08\xff \u202eb", Content: "<p>x</p>"}))
	if want := "a \u202eb\u202c"; it.summary != want {
		t.Errorf("got %+q, want %+q", it.summary, want)
	}
}

func TestItemsAreBounded(t *testing.T) {
	t.Parallel()
	entry := aggregator.Entry{Seen: at("09:00:00")}
	for i := range 1000 {
		n := strings.Repeat("x", i+1)
		entry.Categories = append(entry.Categories, n, n, " ")
		entry.Authors = append(entry.Authors, aggregator.Author{Name: n})
		entry.Enclosures = append(entry.Enclosures, aggregator.Enclosure{URL: "https://a.example/" + n})
	}
	it := itemOf(view(1, entry))
	if len(it.categories) != maxCategories || len(it.people) != maxPeople || len(it.enclosures) != maxEnclosures {
		t.Errorf("%d categories, %d people, %d enclosures", len(it.categories), len(it.people), len(it.enclosures))
	}
}

func TestItemsLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, entry, source, want string }{
		{"the entry's", "fr", "harbour", "fr"},
		{"the source's", "", "harbour", "en"},
		{"the source's, where the entry's is none", "<b>", "ridge", "en-GB"},
		{"unknown", "", "gone", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := itemOf(view(1, aggregator.Entry{Language: tt.entry, Source: tt.source})).language; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPageLanguageOnlyIfAllShareIt(t *testing.T) {
	t.Parallel()
	en, ru := view(1, aggregator.Entry{Language: "en"}), view(2, aggregator.Entry{Language: "ru"})
	en2 := view(3, aggregator.Entry{Language: "en"})
	for _, tt := range []struct {
		name    string
		stories []aggregator.StoryView
		want    string
	}{
		{"one", []aggregator.StoryView{en, en2}, "en"},
		{"two", []aggregator.StoryView{en, ru, en2}, ""},
		{"none", nil, ""},
	} {
		root, err := parseXML(render(t, Atom, tt.stories).Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := root.attrs[xml.Name{Space: xmlSpace, Local: "lang"}]; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPersonName(t *testing.T) {
	t.Parallel()
	got := people([]aggregator.Author{
		{Name: "Ida Falk <ida@harbour.example>"}, {Name: "<ida@harbour.example>"}, {Name: "A < B"}, {Name: " "},
	})
	if diff := cmp.Diff([]aggregator.Author{{Name: "Ida Falk"}, {Name: "A < B"}}, got); diff != "" {
		t.Error(diff)
	}
}
