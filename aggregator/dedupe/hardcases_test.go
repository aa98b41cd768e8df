package dedupe

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// telling is an entry of a hard case. Those of one letter tell one happening.
type telling struct {
	happening byte
	source    string
	after     time.Duration
	title     string
	summary   string
}

// hardTexts are the hard cases in one language.
type hardTexts struct {
	language string

	// Apart.
	matches  []telling // two of one evening
	counts   []telling // yesterday's and today's, of one source and of two
	template []telling // the same, with other numbers
	threat   []telling // and its execution
	roundup  []telling // that names six stories; it comes last
	tiny     []telling // titles that say next to nothing

	// Together.
	toll       []telling // rising
	correction []telling // that changes the headline's meaning; it comes last
	withdrawal []telling // comes last
	flash      []telling // and the full report
	twoPieces  []telling // of one outlet

	analysis []telling // one outlet's report and its view of it: related at the least
}

// expectation is what must become of a hard case.
type expectation int

const (
	apart    expectation = iota // no story holds two happenings
	together                    // nor does a happening have two stories
	near                        // as together; the last may be related instead
)

var hardCases = []struct {
	name  string
	texts func(*hardTexts) []telling
	want  expectation
	label aggregator.LabelKind // of the last
}{
	{"two matches of one evening", func(t *hardTexts) []telling { return t.matches }, apart, ""},
	{"case counts of two days", func(t *hardTexts) []telling { return t.counts }, apart, ""},
	{"template with other numbers", func(t *hardTexts) []telling { return t.template }, apart, ""},
	{"threat and execution", func(t *hardTexts) []telling { return t.threat }, apart, ""},
	{"round-up of six", func(t *hardTexts) []telling { return t.roundup }, apart, ""},
	{"round-up told first", roundupFirst, apart, ""},
	{"tiny titles", func(t *hardTexts) []telling { return t.tiny }, apart, ""},
	{"toll rising", func(t *hardTexts) []telling { return t.toll }, together, ""},
	{"correction", func(t *hardTexts) []telling { return t.correction }, together, aggregator.LabelCorrection},
	{"withdrawal", func(t *hardTexts) []telling { return t.withdrawal }, together, aggregator.LabelWithdrawal},
	{"flash and full report", func(t *hardTexts) []telling { return t.flash }, together, ""},
	{"two pieces of one outlet", func(t *hardTexts) []telling { return t.twoPieces }, together, ""},
	{"report and analysis", func(t *hardTexts) []telling { return t.analysis }, near, ""},
}

func roundupFirst(t *hardTexts) []telling {
	last := len(t.roundup) - 1
	first := t.roundup[last]
	first.after = 0
	return append([]telling{first}, t.roundup[:last]...)
}

// lesser are the cases in which a language's judge stops half way.
var lesser = map[string]expectation{"zh/two pieces of one outlet": near}

var hardTongues = []*hardTexts{&hardEnglish, &hardArabic, &hardRussian, &hardFrench, &hardChinese}

// TestHardCases tells each hard case in the middle of a day's invented news.
func TestHardCases(t *testing.T) {
	t.Parallel()
	for i, texts := range hardTongues {
		for _, c := range hardCases {
			t.Run(texts.language+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				told := c.texts(texts)
				random := rand.New(rand.NewPCG(uint64(i), 7))
				const before = 24 * time.Hour
				lasting := before + told[len(told)-1].after
				background := tongues[i].news(random, 300, noon.Add(-before), lasting)
				f := newFolding(Options{})
				var seqs []uint64
				var decided []aggregator.Decision
				for _, x := range told {
					at := noon.Add(x.after)
					for len(background) > 0 && !background[0].Seen.After(at) {
						f.add(background[0])
						background = background[1:]
					}
					e := entry(x.source, x.title, x.summary, "", x.after)
					e.Language = texts.language
					decided = append(decided, f.add(e))
					seqs = append(seqs, uint64(len(f.entries)))
				}
				want := c.want
				if less, found := lesser[texts.language+"/"+c.name]; found {
					want = less
				}
				checkHard(t, f, told, seqs, decided, want, c.label)
			})
		}
	}
}

// TestHardCasesCold tells the cases that must stay apart to a judge that knows
// nothing yet: a new daemon must not hide news.
func TestHardCasesCold(t *testing.T) {
	t.Parallel()
	for _, texts := range hardTongues {
		for _, c := range hardCases {
			if c.want != apart {
				continue
			}
			t.Run(texts.language+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				told := c.texts(texts)
				f := newFolding(Options{})
				var seqs []uint64
				var decided []aggregator.Decision
				for _, x := range told {
					e := entry(x.source, x.title, x.summary, "", x.after)
					e.Language = texts.language
					decided = append(decided, f.add(e))
					seqs = append(seqs, uint64(len(f.entries)))
				}
				checkHard(t, f, told, seqs, decided, c.want, c.label)
			})
		}
	}
}

func checkHard(t *testing.T, f *folding, told []telling, seqs []uint64, decided []aggregator.Decision, want expectation, label aggregator.LabelKind) {
	t.Helper()
	story := func(i int) aggregator.StoryID { return f.entries[seqs[i]-1].Story }
	last := len(told) - 1
	failed := false
	for i := range told {
		for k := range i {
			same := told[i].happening == told[k].happening
			switch {
			case !same && story(i) == story(k):
				t.Errorf("%q and %q are one story", told[k].title, told[i].title)
				failed = true
			case same && want == together && story(i) != story(k),
				same && want == near && story(i) != story(k) && (i < last || decided[i].Kind != aggregator.Related || decided[i].Near != story(k)):
				t.Errorf("%q and %q are two stories", told[k].title, told[i].title)
				failed = true
			}
		}
	}
	for _, e := range f.entries {
		if !slices.Contains(seqs, e.Seq) && slices.ContainsFunc(seqs, func(seq uint64) bool { return f.entries[seq-1].Story == e.Story }) {
			t.Errorf("%q of the background is in a story of the case", e.Title)
			failed = true
		}
	}
	if labels := f.entries[seqs[last]-1].Labels; label != "" && !slices.ContainsFunc(labels, func(l aggregator.Label) bool { return l.Kind == label }) {
		t.Errorf("%q is labelled %v, want %s", told[last].title, labels, label)
	}
	if failed {
		for i, d := range decided {
			t.Logf("%s %q: %v %s", told[i].source, told[i].title, d.Kind, d.Explain())
		}
	}
}
