package dedupe

import (
	"strings"
	"testing"

	"wiredesk/aggregator"
)

func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	var words strings.Builder
	for i := range 3000 {
		words.WriteString(strings.Repeat(string(rune('a'+i%26)), 2+i%9) + " | ")
	}
	j := New(Options{})
	r := j.Read(&aggregator.Entry{Title: words.String(), Summary: words.String()})
	if r.titleWords > maxTitleWords || r.bodyWords > maxBodyWords || len(r.repeatables) > maxRepeatables {
		t.Errorf("%d words of the title, %d of the summary, %d parts", r.titleWords, r.bodyWords, len(r.repeatables))
	}
}

func TestBaseLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"": "", "en": "en", "en-GB": "en", "pt_BR": "pt", "ZH-Hant-TW": "zh", "fil": "fil", "english": "", "x-klingon": "x"} {
		if got := baseLanguage(tag); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}

// FuzzRead reads any text, twice, and lets a judge that knows some work on it.
func FuzzRead(f *testing.F) {
	b, _ := smallSnapshot(10)
	for _, t := range hardTongues {
		f.Add(t.toll[0].title, t.toll[0].summary, t.language)
	}
	f.Add("\xf1\x87\x87\xff\x9cǋ\xf1ǋ", "凯尔马岛 ไทย \u0301\ufeff", "ru")
	f.Add("U.S.", "15,000 ١٥٬٠٠٠ 3.", "xx-YY")
	f.Fuzz(func(t *testing.T, title, summary, language string) {
		j := New(Options{})
		if err := j.Restore(b); err != nil {
			t.Fatal(err)
		}
		e := aggregator.Entry{Source: "norvia", Title: title, Summary: summary, Language: language, Seen: noon, Seq: j.LastSeq() + 1}
		e.ID[0] = 1
		r := j.Read(&e)
		if again := j.Read(&e); again.keys != r.keys || again.skeleton != r.skeleton || len(again.tokens) != len(r.tokens) {
			t.Fatalf("read in two ways: %+v and %+v", r, again)
		}
		if r.titleWords > maxTitleWords || r.bodyWords > maxBodyWords || len(r.repeatables) > maxRepeatables {
			t.Fatalf("%d and %d words, %d parts", r.titleWords, r.bodyWords, len(r.repeatables))
		}
		d := j.Decide(&e, r)
		e.Story = d.Story
		j.Add(&e, r)
		// The same again from another source is the same story, or says nothing.
		o := e
		o.Source, o.Seq = "kelmar", e.Seq+1
		o.ID[0] = 2
		again := j.Decide(&o, j.Read(&o))
		if again.Story != e.Story && r.keys[keyText] != 0 {
			t.Fatalf("its copy is %v", again.Kind)
		}
		again.Explain()
	})
}

func TestLinksInATextAreNotRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Watch it at https://video.example/PLgyY1 and tell us": "Watch it at and tell us",
		"https://video.example/PLgyY1":                         "",
		"No  link: here":                                       "No  link: here",
	} {
		if got := withoutLinks(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	j := New(Options{})
	plain := j.Read(&aggregator.Entry{Title: "Ferry aground", Summary: "Watch it here."})
	linked := j.Read(&aggregator.Entry{Title: "Ferry aground", Summary: "Watch it https://video.example/PLgyY1 here."})
	if plain.bodyWords != linked.bodyWords {
		t.Errorf("%d words, with a link %d", plain.bodyWords, linked.bodyWords)
	}
}
