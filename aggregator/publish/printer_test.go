package publish

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// print renders stories in every format with p.
func printWith(t *testing.T, p *Printer, site Site, stories []aggregator.StoryView) []Edition {
	t.Helper()
	editions, err := p.Print(site, testFeed(), Document{}, stories, Formats()...)
	if err != nil {
		t.Fatal(err)
	}
	return editions
}

// sameAsNew holds an edition of a printer with memory against one without.
func sameAsNew(t *testing.T, what string, p *Printer, site Site, stories []aggregator.StoryView) {
	t.Helper()
	for i, want := range printWith(t, new(Printer), site, stories) {
		if got := printWith(t, p, site, stories)[i]; !bytes.Equal(got.Body, want.Body) {
			t.Errorf("%s: %s is not written anew:\n%s", what, got.Format, cmp.Diff(string(want.Body), string(got.Body)))
		}
	}
}

// Each field of stories, entries, members, revisions and sources is changed in
// turn: what is remembered must never be written in the place of what is.
func TestPrinterForgetsNothing(t *testing.T) {
	t.Parallel()
	fresh := func() (aggregator.StoryView, Site) {
		v := world()[0]
		v.Before = &aggregator.Revision{Title: "Ferry lost", Summary: "It sank."}
		return v, testSite()
	}
	tried := 0
	try := func(name string, change func(v *aggregator.StoryView, site *Site)) {
		tried++
		p := new(Printer)
		v, site := fresh()
		printWith(t, p, site, []aggregator.StoryView{v})
		v, site = fresh()
		change(&v, &site)
		sameAsNew(t, name, p, site, []aggregator.StoryView{v})
	}
	within := func(name string, of func(v *aggregator.StoryView, site *Site) reflect.Value) {
		v, site := fresh()
		for i := range of(&v, &site).NumField() {
			try(fmt.Sprint(name, ".", of(&v, &site).Type().Field(i).Name), func(v *aggregator.StoryView, site *Site) {
				alter(of(v, site).Field(i))
			})
		}
	}
	within("Story", func(v *aggregator.StoryView, _ *Site) reflect.Value { return reflect.ValueOf(&v.Story).Elem() })
	within("Before", func(v *aggregator.StoryView, _ *Site) reflect.Value { return reflect.ValueOf(v.Before).Elem() })
	for i := range 3 {
		within(fmt.Sprint("Entry ", i), func(v *aggregator.StoryView, _ *Site) reflect.Value {
			return reflect.ValueOf(&v.Entries[i]).Elem()
		})
		within(fmt.Sprint("Member ", i), func(v *aggregator.StoryView, _ *Site) reflect.Value {
			return reflect.ValueOf(&v.Members[i]).Elem()
		})
	}
	within("Site", func(_ *aggregator.StoryView, site *Site) reflect.Value { return reflect.ValueOf(site).Elem() })
	for _, id := range []string{"harbour", "ridge"} {
		for i := range reflect.TypeFor[aggregator.Carrier]().NumField() {
			try(fmt.Sprint(id, " field ", i), func(_ *aggregator.StoryView, site *Site) {
				c := site.Carriers[id]
				alter(reflect.ValueOf(&c).Elem().Field(i))
				site.Carriers[id] = c
			})
		}
	}
	try("no text before", func(v *aggregator.StoryView, _ *Site) { v.Before = nil })
	if tried < 100 {
		t.Errorf("only %d changes were tried", tried)
	}
}

// alter gives a field another value of the kind that stories have.
func alter(f reflect.Value) {
	switch x := f.Addr().Interface().(type) {
	case *string:
		*x += " & more"
	case *time.Time:
		*x = x.Add(61 * time.Second)
	case *bool:
		*x = !*x
	case *[]aggregator.Label:
		*x = append(slices.Clone(*x), aggregator.Label{Kind: aggregator.LabelUpdate, Number: 2})
	case *[]aggregator.Author:
		*x = append(slices.Clone(*x), aggregator.Author{Name: "Una Reed"})
	case *[]string:
		*x = append(slices.Clone(*x), "Boats")
	case *[]aggregator.Enclosure:
		*x = append(slices.Clone(*x), aggregator.Enclosure{URL: "https://harbour.example/x.mp3", Type: "audio/mpeg"})
	default:
		switch {
		case f.CanInt():
			f.SetInt(f.Int() + 1)
		case f.CanUint():
			f.SetUint(f.Uint() + 1)
		case f.Kind() == reflect.Array: // an id
			f.Index(0).SetUint(f.Index(0).Uint() ^ 1)
		}
	}
}

func TestPrinterFollowsAnEdition(t *testing.T) {
	t.Parallel()
	p, site := new(Printer), testSite()
	stories := append(world(), torture()...)
	sameAsNew(t, "at first", p, site, stories)
	sameAsNew(t, "once more", p, site, stories)
	sameAsNew(t, "the newest left", p, site, stories[1:])
	slices.Reverse(stories)
	sameAsNew(t, "another order", p, site, stories)
	stories[0].Withdrawn = true
	sameAsNew(t, "one is withdrawn", p, site, stories)
	site.BaseURL = "https://elsewhere.example"
	sameAsNew(t, "another address", p, site, stories)
	sameAsNew(t, "nothing", p, site, nil)
	if len(p.kept) != 0 {
		t.Errorf("%d stories are remembered after they left", len(p.kept))
	}
}

func TestPartsMakeTheBody(t *testing.T) {
	t.Parallel()
	for _, e := range printWith(t, new(Printer), testSite(), world()) {
		body, n := e.Delta(nil)
		if !bytes.Equal(body, e.Body) || n != len(e.Parts) {
			t.Errorf("%s: a delta from nothing is not the whole edition", e.Format)
		}
		if want := map[bool]int{true: 5, false: 4}[e.Format == Atom]; n != want {
			t.Errorf("%s has %d parts, want %d", e.Format, n, want)
		}
		known := make(map[uint64]bool)
		for i, part := range e.Parts {
			known[part.Digest] = i != 1
		}
		body, n = e.Delta(known)
		want, err := new(Printer).Print(testSite(), testFeed(), Document{}, world()[1:2], e.Format)
		if err != nil {
			t.Fatal(err)
		}
		if n != 1 || len(want[0].Parts) != 1 || !bytes.Contains(body, want[0].Parts[0].Bytes) {
			t.Errorf("%s: a delta of one story has %d parts: %s", e.Format, n, body)
		}
		if len(e.Parts) > 0 && bytes.Contains(body, e.Parts[0].Bytes) {
			t.Errorf("%s: a delta holds what is known", e.Format)
		}
	}
}

func TestAssembleMakesTheSameEdition(t *testing.T) {
	t.Parallel()
	doc := Document{Archive: "2026-03-14", PrevArchive: "2026-03-13", NextArchive: "2026-03-15"}
	stories := []aggregator.StoryView{world()[2], world()[0]} // of different languages
	printed, err := new(Printer).Print(testSite(), testFeed(), doc, stories, Formats()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range printed {
		got, err := Assemble(testSite(), testFeed(), doc, want.Format, want.Modified, want.Parts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want.Body), string(got.Body)); diff != "" || got.ETag != want.ETag {
			t.Errorf("%s (-printed +assembled):\n%s", want.Format, diff)
		}
	}
}
