package dedupe

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

var benchStart = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// stream invents entries as wires write them: words that are as frequent as
// Zipf has it, and happenings that several sources tell within hours.
type inventedStream struct {
	random *rand.Rand
	zipf   *rand.Zipf
	every  time.Duration
	open   [][]string // the words of happenings that are still told
	n      int
}

func newInventedStream(every time.Duration) *inventedStream {
	random := rand.New(rand.NewPCG(1, 2))
	return &inventedStream{random: random, zipf: rand.NewZipf(random, 1.15, 8, 200_000), every: every}
}

func inventedWord(rank uint64) string {
	const consonants, vowels = "bcdfghklmnprstvz", "aeiou"
	var b strings.Builder
	for x := rank + 17; x > 0; x /= 80 {
		b.WriteByte(consonants[x%16])
		b.WriteByte(vowels[x/16%5])
	}
	return b.String()
}

func (s *inventedStream) words(n int, told []string) []string {
	words := make([]string, n)
	for i := range words {
		if len(told) > 0 && s.random.IntN(3) == 0 {
			words[i] = told[s.random.IntN(len(told))]
		} else {
			words[i] = inventedWord(s.zipf.Uint64())
		}
	}
	return words
}

func (s *inventedStream) next() *aggregator.Entry {
	s.n++
	var told []string
	switch {
	case len(s.open) < 200 || s.random.IntN(3) == 0:
		told = make([]string, 10)
		for i := range told {
			told[i] = inventedWord(500 + s.random.Uint64N(150_000))
		}
		s.open = append(s.open, told)
		if len(s.open) > 2000 {
			s.open = s.open[1:]
		}
	default:
		told = s.open[len(s.open)-1-s.random.IntN(min(len(s.open), 1000))]
	}
	title := s.words(9, told)
	title[0] = strings.ToUpper(title[0][:1]) + title[0][1:]
	e := &aggregator.Entry{
		Seq: uint64(s.n), Source: fmt.Sprint("wire", s.random.IntN(400)), Title: strings.Join(title, " "),
		Summary: strings.Join(s.words(32, told), " ") + ".", Seen: benchStart.Add(time.Duration(s.n) * s.every),
		Canonical: fmt.Sprintf("https://wire.example/%d", s.n),
	}
	e.ID = aggregator.EntryKey(e.Source, aggregator.KeyLink, e.Canonical)
	return e
}

// fill makes n entries known, without asking what they belong to.
func (s *inventedStream) fill(j *Judge, n int) {
	for range n {
		e := s.next()
		e.Story = e.ID.Story()
		r := j.Read(e)
		j.teach(e, r)
	}
}

// teach is Add without looking for matches, which a full window would take
// minutes for.
func (j *Judge) teach(e *aggregator.Entry, r Reading) {
	j.matches, j.subject = j.matches[:0], j.subjectOf(e, &r)
	source := sourceDigest(e.Source)
	r.compose(func(piece uint64) bool { return j.habits.repeated(source, piece) }, &j.query.composed)
	j.Add(e, r)
}

func BenchmarkJudge(b *testing.B) {
	for _, size := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint("window=", size), func(b *testing.B) {
			if testing.Short() && size > 100_000 {
				b.Skip("fills a million entries")
			}
			s := newInventedStream(DefaultWindow / time.Duration(size))
			j := New(Options{})
			before := heap()
			s.fill(j, size)
			bytes := float64(heap()-before) / float64(size)
			joined := 0
			coming := make([]*aggregator.Entry, b.N)
			for i := range coming {
				coming[i] = s.next()
			}
			b.ResetTimer()
			b.ReportAllocs()
			for _, e := range coming {
				r := j.Read(e)
				d := j.Decide(e, r)
				if d.Kind != aggregator.New {
					joined++
				}
				e.Story = d.Story
				j.Add(e, r)
			}
			b.ReportMetric(bytes, "B/entry")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(joined)/float64(b.N), "joined")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkRead(b *testing.B) {
	s := newInventedStream(time.Second)
	j := New(Options{})
	e := s.next()
	b.ReportAllocs()
	for b.Loop() {
		j.Read(e)
	}
}

func BenchmarkRestore(b *testing.B) {
	s := newInventedStream(DefaultWindow / 100_000)
	j := New(Options{})
	s.fill(j, 100_000)
	snapshot := j.AppendSnapshot(nil)
	b.ReportMetric(float64(len(snapshot))/1e6, "MB")
	b.ResetTimer()
	for b.Loop() {
		if err := New(Options{}).Restore(snapshot); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	s := newInventedStream(DefaultWindow / 100_000)
	j := New(Options{})
	s.fill(j, 100_000)
	b.ResetTimer()
	for b.Loop() {
		j.AppendSnapshot(nil)
	}
}

// BenchmarkCorners judges streams that are all alike: one template with other
// numbers, and one crisis that every entry is about. They should cost at most
// ten times the ordinary one.
func BenchmarkCorners(b *testing.B) {
	crisis := strings.Fields("virus lockdown minister hospital cases wave masks border vaccine toll")
	for name, change := range map[string]func(s *inventedStream, e *aggregator.Entry){
		"ordinary": func(*inventedStream, *aggregator.Entry) {},
		"template": func(s *inventedStream, e *aggregator.Entry) {
			e.Title = fmt.Sprintf("Health ministry of Kelmar reports %d new cases on day %d", s.random.IntN(5000), s.n)
			e.Summary = "The ministry publishes the figures every hour, by district and by age, and asks everyone to stay at home."
		},
		"one source's template": func(s *inventedStream, e *aggregator.Entry) {
			e.Source = "kelmar"
			e.Title = fmt.Sprintf("Traffic report %d: road %d is closed", s.n, s.random.IntN(5000))
			e.Summary = ""
		},
		"crisis": func(s *inventedStream, e *aggregator.Entry) {
			s.random.Shuffle(len(crisis), func(i, j int) { crisis[i], crisis[j] = crisis[j], crisis[i] })
			e.Title = strings.Join(append(crisis[:5:5], s.words(3, nil)...), " ")
			e.Summary = strings.Join(append(crisis[5:10:10], s.words(20, crisis)...), " ")
		},
	} {
		b.Run(name, func(b *testing.B) {
			s := newInventedStream(DefaultWindow / 10_000)
			j := New(Options{})
			for i := 0; b.Loop(); i++ {
				if i == 10_000 {
					b.Fatal("run it with -benchtime 10000x: the stream grows with the runs")
				}
				e := s.next()
				change(s, e)
				r := j.Read(e)
				d := j.Decide(e, r)
				e.Story = d.Story
				if !d.Merged.IsZero() {
					for p := range j.Places() {
						if p.Story == d.Merged {
							j.Move(p.Seq, d.Story)
						}
					}
				}
				j.Add(e, r)
			}
		})
	}
}
