package publish

import (
	"strings"
	"sync"
	"testing"

	"wiredesk/aggregator"
)

func TestFilterStory(t *testing.T) {
	t.Parallel()
	ferry := world()[0]
	now := at("10:00:00") // an hour after the ferry story began
	for where, want := range map[string]bool{
		"":                                       true,
		" \n":                                    true,
		`sources == 3 && title contains "Ferry"`: true,
		`sources >= 4`:                           false,
		`title contains "ferry"`:                 false, // case matters
		`lower(title) contains "ferry"`:          true,
		`title matches "(?i)FERRY\\b"`:           true,
		`text startsWith "Twelve" and not (text endsWith "!")`:  true,
		`link contains "harbour.example"`:                       true,
		`lang == "en"`:                                          true,
		`"ridge" in carriers and carriers[0] == "harbour"`:      true,
		`len(carriers) == sources`:                              true,
		`"sea" in tags && "paper" in tags && len(tags) == 3`:    true,
		`"Accidents" in categories and len(categories) == 2`:    true,
		`any(authors, # contains "Falk")`:                       true,
		`age < duration("2h") && age >= duration("1h")`:         true,
		`age > duration("1h")`:                                  false,
		`lang in ["ar", "ru"] or any(tags, {# == "agency"})`:    true,
		`count(categories, # startsWith "Ship") == 1 ?? false`:  true,
		`categories | filter(# == "Accidents") | len() == 1`:    true,
		`let t = lower(title); t contains "aurora" && len(t)>9`: true,
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			f, err := CompileWhere(where)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Story(testSite(), &ferry, now)
			if err != nil || got != want {
				t.Errorf("got %t, %v, want %t", got, err, want)
			}
		})
	}
}

func TestFilterSeesEveryEntry(t *testing.T) {
	t.Parallel()
	v := view(1,
		aggregator.Entry{Source: "nevka", Labels: []aggregator.Label{{Kind: aggregator.LabelUrgent}}},
		aggregator.Entry{Source: "manara", Language: "fa", Labels: []aggregator.Label{{Kind: aggregator.LabelUpdate, Number: 2}, {Kind: aggregator.LabelUrgent}}},
		aggregator.Entry{Source: "harbour", Labels: []aggregator.Label{{Kind: aggregator.LabelOpinion}}},
	)
	v.Members[2].Withdrawn = true
	for where, want := range map[string]bool{
		`"urgent" in labels and "update" in labels and len(labels) == 2`: true,
		`"opinion" in labels`: false, // what was taken back
		`"ru" in languages and "fa" in languages and not ("en" in languages)`: true,
		`any(languages, # startsWith "f")`:                                    true,
	} {
		f, err := CompileWhere(where)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Story(testSite(), &v, at("10:00:00")); err != nil || got != want {
			t.Errorf("%s: got %t, %v", where, got, err)
		}
	}
}

func TestFilterTakesTheSourcesLanguage(t *testing.T) {
	t.Parallel()
	v := view(1, aggregator.Entry{Source: "nevka"})
	f, err := CompileWhere(`lang == "ru"`)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := f.Story(testSite(), &v, at("10:00:00")); err != nil || !ok {
		t.Errorf("got %t, %v", ok, err)
	}
}

func TestFilterFails(t *testing.T) {
	t.Parallel()
	ferry := world()[0]
	for where, want := range map[string]string{
		`authors[7] == "x"`:           "index out of range",
		`title matches title + "("`:   "missing closing",
		`len(1..2000000000) > 1`:      "memory budget exceeded",
		`sources % (sources - 3) > 0`: "divide by zero",
	} {
		f, err := CompileWhere(where)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Story(testSite(), &ferry, at("10:00:00"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ferry.ID.String()) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got error %v, want %q of the story, in one line", where, err, want)
		}
	}
}

func TestFilterIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	f, err := CompileWhere(`title matches "(?i)ferry" && any(tags, # == "sea")`)
	if err != nil {
		t.Fatal(err)
	}
	stories := world()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range stories {
				if ok, err := f.Story(testSite(), &stories[i], at("10:00:00")); err != nil || ok != (i == 0) {
					t.Errorf("story %d: got %t, %v", i, ok, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestDropFilterEntry(t *testing.T) {
	t.Parallel()
	entry := world()[0].Entries[0]
	entry.Labels = []aggregator.Label{{Kind: aggregator.LabelCorrection}}
	for drop, want := range map[string]bool{
		"":                                false,
		`title matches "(?i)horoscope"`:   false,
		`title startsWith "CORRECTED-"`:   true,
		`source == "harbour"`:             true,
		`"sea" in tags`:                   true,
		`"Shipping" in categories`:        true,
		`"Ida Falk" in authors`:           true,
		`"correction" in labels`:          true,
		`lang != "en" or text == ""`:      false,
		`link contains "/2026/"`:          true,
		`len(title) > 500 || len(text)<9`: false,
	} {
		t.Run(drop, func(t *testing.T) {
			t.Parallel()
			f, err := CompileDrop(drop)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Entry(&entry, []string{"sea"})
			if err != nil || got != want {
				t.Errorf("got %t, %v, want %t", got, err, want)
			}
		})
	}
}

func TestDropFilterFails(t *testing.T) {
	t.Parallel()
	f, err := CompileDrop(`tags[3] == ""`)
	if err != nil {
		t.Fatal(err)
	}
	entry := world()[0].Entries[0]
	if _, err := f.Entry(&entry, nil); err == nil || !strings.Contains(err.Error(), entry.ID.String()) {
		t.Errorf("got error %v", err)
	}
}

func TestNilFilters(t *testing.T) {
	t.Parallel()
	ferry := world()[0]
	if ok, err := (*Filter)(nil).Story(Site{}, &ferry, at("10:00:00")); !ok || err != nil {
		t.Errorf("where: got %t, %v", ok, err)
	}
	if ok, err := (*DropFilter)(nil).Entry(&ferry.Entries[0], nil); ok || err != nil {
		t.Errorf("drop: got %t, %v", ok, err)
	}
}
