package search

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// tellAll stores the stories that TestFind looks for, and returns their names by
// Seq.
func tellAll(a *archive) map[uint64]string {
	names := make(map[uint64]string)
	tell := func(name string, entries ...aggregator.Entry) { names[a.tell(entries...).Seq] = name }
	oil := a.entry("wire", "en", "Oil prices rise as OPEC meets in Vienna")
	oil.Summary = "Crude gained three percent. Traders had expected less."
	oil2 := a.entry("paper", "de", "Ölpreise steigen vor dem Treffen der Förderländer")
	tell("oil", oil, oil2)
	turmoil := a.entry("paper", "en-GB", "Turmoil on the markets")
	turmoil.Content = "<p>The <b>bond</b>&shy;holders sold.</p><p>Refineries closed &amp; prices fell.</p>"
	tell("turmoil", turmoil)
	tell("wheat", a.entry("vestnik", "ru", "Урожай пшеницы оказался рекордным: собрали 90 миллионов тонн"))
	tell("minister", a.entry("minaa", "ar", "وزيرُ الطاقةِ يُعلن خفض أسعار الكهرباء"))
	tell("crude", a.entry("lanhai", "zh-CN", "国际石油价格上涨，专家担心通货膨胀"))
	tell("tokyo", a.entry("higashi", "ja", "東京で石油会議が始まる"))
	tell("seoul", a.entry("hangang", "ko", "대통령이 사임했다"))
	tell("strike", a.entry("grand", "fr", "La grève des cheminots s’achève à Orléans"))
	tell("unknown", a.entry("wire", "", "Dockers' strikes end; COVID-19 testing resumes"))
	return names
}

func TestFind(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"oil":                        "oil",
		"price":                      "turmoil oil",
		"PRICES":                     "turmoil oil",
		`"oil prices"`:               "oil",
		`"prices oil"`:               "",
		`"oil price"`:                "oil", // in any form
		"ölpreis":                    "oil",
		"olpreise":                   "oil",
		"oil ölpreise":               "oil", // of two entries of the story
		`"Vienna crude"`:             "",    // no phrase reaches from title to text
		"traders vienna":             "oil",
		"prices -opec":               "turmoil",
		"prices -ölpreise":           "turmoil", // what another entry of the story has
		"oil OR wheat OR пшеница":    "wheat oil",
		"(oil OR refinery) price":    "turmoil oil",
		"turm*":                      "turmoil",
		"oi*":                        "oil",
		"moil*":                      "",
		"bondholders":                "turmoil", // parted by a tag and a soft hyphen
		"shy":                        "",
		"b":                          "",
		"sold refineries":            "turmoil",
		`"sold refineries"`:          "turmoil",
		"рекордный":                  "wheat",
		"пшениц*":                    "wheat",
		`"90 миллионов"`:             "wheat",
		"الوزير":                     "minister",
		"الطاقه":                     "minister",
		"كهرباء أسعار":               "minister",
		`"خفض أسعار"`:                "minister",
		`"أسعار خفض"`:                "",
		"石油":                         "tokyo crude",
		"石油价格":                       "crude",
		"油":                          "tokyo crude",
		"涨":                          "crude", // the last letter of its run
		"油 -东京":                      "tokyo crude",
		"油 -東京":                      "crude",
		"专家 膨胀":                      "crude",
		`"上涨 专家"`:                    "crude",
		"价油":                         "",
		"会議":                         "tokyo",
		"대통령이":                       "seoul",
		"대통*":                        "seoul",
		"greve":                      "strike",
		"grèves":                     "strike",
		"strike":                     "unknown",
		"COVID-19":                   "unknown",
		"covid 19":                   "unknown",
		"19-covid":                   "",
		"no such thing":              "",
		"dockers -strike":            "",
		"(turmoil OR oil) -(vienna)": "turmoil",
	}
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		names := tellAll(a)
		folder := t.TempDir()
		x, end := a.run(folder, pace{})
		defer end()
		settled(t, x)
		check := func(when string) {
			for text, want := range tests {
				var got []string
				for _, seq := range a.found(x, text) {
					got = append(got, names[seq])
				}
				if got := strings.Join(got, " "); got != want {
					t.Errorf("%s: %s: found %q, want %q", when, text, got, want)
				}
			}
		}
		check("in memory")
		time.Sleep(2 * defaultPace.keep)
		if x.Figures().SizeBytes == 0 {
			t.Error("it is still in memory")
		}
		check("in a file")
		end()
		x, end = a.run(folder, pace{})
		check("read again")
		end()
		x, end = a.run(t.TempDir(), small)
		defer end()
		settled(t, x)
		check("in many parts")
	})
}

func TestFindNarrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		x, end := a.run(t.TempDir(), small)
		defer end()
		for i := range 6 { // stories 1, 2, 4, 7, 11, 16 of one to six sources
			var entries []aggregator.Entry
			for n := range i + 1 {
				entries = append(entries, a.entry(fmt.Sprint("source-", n), []string{"en", "ar-EG", ""}[i%3], "Oil"))
			}
			a.tell(entries...)
		}
		settled(t, x)
		withdrawn := a.stories(a.tell(a.entry("source-0", "en", "Oil again")).ID)[0]
		withdrawn.Withdrawn, withdrawn.Members[0].Withdrawn = true, true
		a.commit(aggregator.Commit{Stories: []aggregator.Story{withdrawn}})
		settled(t, x)
		oil, err := Parse("oil")
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			q    Query
			want []uint64
		}{
			{"all, the newest first", Query{}, []uint64{16, 11, 7, 4, 2, 1}},
			{"sources", Query{MinSources: 4}, []uint64{16, 11, 7}},
			{"one of a set", Query{Carried: [][]string{{"source-3", "source-5", "nobody"}}}, []uint64{16, 11, 7}},
			{"one of each set", Query{Carried: [][]string{{"source-0"}, {"source-4"}}}, []uint64{16, 11}},
			{"one of nobody", Query{Carried: [][]string{{}}}, nil},
			{"a language", Query{Languages: []string{"ar"}}, []uint64{11, 2}},
			{"that of the source", Query{Languages: []string{"fr"}, LanguageOf: func(source string) string {
				if source == "source-0" {
					return "fr-CA"
				}
				return ""
			}}, []uint64{16, 4}},
			{"time", Query{Since: noon.Add(7 * time.Minute)}, []uint64{16, 11, 7}},
			{"before", Query{Before: aggregator.Position{First: noon.Add(7 * time.Minute), Seq: 7}}, []uint64{4, 2, 1}},
			{"before one of the same instant", Query{Before: aggregator.Position{First: noon.Add(7 * time.Minute), Seq: 8}}, []uint64{7, 4, 2, 1}},
			{"after", Query{After: aggregator.Position{First: noon.Add(4 * time.Minute), Seq: 4}}, []uint64{7, 11, 16}},
			{"after one of the same instant", Query{After: aggregator.Position{First: noon.Add(4 * time.Minute), Seq: 3}}, []uint64{4, 7, 11, 16}},
			{"after an instant", Query{After: aggregator.Position{First: noon.Add(7 * time.Minute)}}, []uint64{7, 11, 16}},
			{"the nearest after", Query{After: aggregator.Position{First: noon.Add(time.Minute), Seq: 1}, MinSources: 3, Limit: 2}, []uint64{4, 7}},
			{"after and lately", Query{After: aggregator.Position{First: noon.Add(time.Minute), Seq: 1}, Since: noon.Add(7 * time.Minute)}, []uint64{7, 11, 16}},
			{"after the newest", Query{After: aggregator.Position{First: noon.Add(16 * time.Minute), Seq: 16}}, nil},
			{"limit", Query{Limit: 2}, []uint64{16, 11}},
			{"prominence", Query{Order: aggregator.OrderProminence, Now: noon.Add(24 * time.Hour), Limit: 3}, []uint64{16, 11, 7}},
			{"prominence of an instant", Query{Order: aggregator.OrderProminence, Now: noon.Add(80 * time.Minute)}, []uint64{16, 11, 7, 4, 2, 1}},
		} {
			if tt.q.Limit == 0 {
				tt.q.Limit = 100
			}
			if diff := cmp.Diff(tt.want, a.seqs(x, tt.q)); diff != "" {
				t.Errorf("%s: %s", tt.name, diff)
			}
			tt.q.Text = oil
			if diff := cmp.Diff(tt.want, a.seqs(x, tt.q)); diff != "" {
				t.Errorf("%s, of what has oil: %s", tt.name, diff)
			}
		}
		if got := a.seqs(x, Query{}); got != nil {
			t.Errorf("without a limit: %v", got)
		}
	})
}

func TestBroadPrefixIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		x, end := a.run(t.TempDir(), pace{})
		defer end()
		for i := range maxBeginning/500 + 1 {
			e := a.entry("wire", "en", "Long list")
			for n := range 500 {
				e.Summary += fmt.Sprintf("ab%05d ", i*500+n)
			}
			a.tell(e)
		}
		settled(t, x)
		text, err := Parse("ab*")
		must(t, err)
		for _, where := range []string{"in memory", "in a file"} {
			if _, err := x.Find(Query{Text: text, Limit: 1}); !errors.Is(err, ErrBroad) {
				t.Errorf("%s: %v", where, err)
			}
			time.Sleep(2 * defaultPace.keep)
		}
	})
}
