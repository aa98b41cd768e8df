package ingest_test

import (
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/ingest"
)

// topics is a judge that takes a title's word for it: "KILL ferry storm: text"
// is labelled, belongs to the story of the newest entry about the ferry, and
// says that the one about the storm is the same. "~ferry" is near it only.
// As the real one it learns from what it is told: its scores tell how often it
// met an entry's topics, and its evidence what else it knows.
type topics struct {
	Newest  time.Time
	Highest uint64
	Known   []*topic
	Met     map[string]int

	pins int
	told []string // all that Add was told
}

type topic struct {
	Seq    uint64
	ID     aggregator.EntryID
	Story  aggregator.StoryID
	Seen   time.Time
	Topics []string
}

func newTopics() ingest.WindowJudge { return &topics{Met: map[string]int{}} }

func newTopicsBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.close()
	b.judge = newTopics
	b.open(nil)
	return b
}

const topicWindow = 24 * time.Hour

func labelsOf(title string) (labels []aggregator.Label, rest string) {
	words := strings.Fields(title)
	for len(words) > 0 {
		switch words[0] {
		case "KILL":
			labels = append(labels, aggregator.Label{Kind: aggregator.LabelWithdrawal})
		case "CORRECTED":
			labels = append(labels, aggregator.Label{Kind: aggregator.LabelCorrection})
		case "UPDATE":
			n, _ := strconv.Atoi(words[1])
			labels = append(labels, aggregator.Label{Kind: aggregator.LabelUpdate, Number: n})
			words = words[1:]
		default:
			return labels, strings.Join(words, " ")
		}
		words = words[1:]
	}
	return labels, ""
}

func topicsOf(e *aggregator.Entry) []string {
	_, title := labelsOf(e.Title)
	before, _, _ := strings.Cut(title, ":")
	return strings.Fields(before)
}

func (j *topics) Read(e *aggregator.Entry) dedupe.Reading {
	labels, _ := labelsOf(e.Title)
	return dedupe.Reading{Labels: labels}
}

// stories returns the stories that the topics lead to, in their order, and the
// entry by which the first was found.
func (j *topics) stories(e *aggregator.Entry) (found []aggregator.StoryID, near aggregator.StoryID, partner aggregator.EntryID) {
	for _, word := range topicsOf(e) {
		plain, related := strings.CutPrefix(word, "~")
		for _, k := range slices.Backward(j.Known) {
			if k.Seq == e.Seq || k.Story.IsZero() || !slices.Contains(k.Topics, plain) {
				continue
			}
			switch {
			case related:
				near = k.Story
			case !slices.Contains(found, k.Story):
				if found = append(found, k.Story); len(found) == 1 {
					partner = k.ID
				}
			}
			break
		}
	}
	return found, near, partner
}

func (j *topics) Decide(e *aggregator.Entry, _ dedupe.Reading) aggregator.Decision {
	d := aggregator.Decision{Entry: e.ID, Seq: e.Seq, Kind: aggregator.New, Story: e.ID.Story(), At: e.Seen, Evidence: j.evidence(e)}
	found, near, partner := j.stories(e)
	switch {
	case len(found) > 0:
		d.Kind, d.Story, d.Evidence.Partner = aggregator.Report, found[0], partner
		if strings.Contains(e.Title, "copied") {
			d.Kind = aggregator.Copy
		}
		if len(found) > 1 {
			d.Merged = found[1]
		}
	case !near.IsZero():
		d.Kind, d.Near = aggregator.Related, near
	}
	return d
}

func (j *topics) evidence(e *aggregator.Entry) aggregator.Evidence {
	met, carriers, stories := 0, 0, map[aggregator.StoryID]bool{}
	for _, word := range topicsOf(e) {
		met += j.Met[word]
		for _, k := range j.Known {
			if stories[k.Story] = true; slices.Contains(k.Topics, word) {
				carriers++
			}
		}
	}
	return aggregator.Evidence{Rule: "topics", Score: float64(met), Features: []aggregator.Feature{
		{Name: "pins", Value: float64(j.pins)},
		{Name: "carriers", Value: float64(carriers)},
		{Name: "stories", Value: float64(len(stories))},
	}}
}

func (j *topics) Revise(e *aggregator.Entry, _ dedupe.Reading) aggregator.Decision {
	d := aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Revision: e.Revision, Kind: aggregator.Update, Story: e.Story, At: e.Revised, Evidence: j.evidence(e),
	}
	alone := !slices.ContainsFunc(j.Known, func(k *topic) bool { return k.Story == e.Story && k.Seq != e.Seq })
	if found, _, partner := j.stories(e); alone && len(found) > 0 && found[0] != e.Story {
		d.Merged, d.Evidence.Partner = found[0], partner
	}
	return d
}

func (j *topics) Add(e *aggregator.Entry, _ dedupe.Reading) {
	j.told = append(j.told, e.Title)
	if e.Seq > j.Highest {
		j.Highest = e.Seq
		for _, word := range topicsOf(e) {
			j.Met[word]++
		}
	}
	if e.Seen.After(j.Newest) {
		j.Newest = e.Seen
	}
	j.Known = slices.DeleteFunc(j.Known, func(k *topic) bool { return j.Newest.Sub(k.Seen) > topicWindow })
	if e.Story.IsZero() || j.Newest.Sub(e.Seen) > topicWindow {
		return
	}
	k := &topic{e.Seq, e.ID, e.Story, e.Seen, topicsOf(e)}
	for i, old := range j.Known {
		if old.Seq == e.Seq {
			j.Known[i] = k
			return
		}
	}
	j.Known = append(j.Known, k)
}

func (j *topics) Move(seq uint64, to aggregator.StoryID) {
	for _, k := range j.Known {
		if k.Seq == seq {
			k.Story = to
		}
	}
}

func (j *topics) Places() iter.Seq[dedupe.Place] {
	return func(yield func(dedupe.Place) bool) {
		for _, k := range j.Known {
			if !yield(dedupe.Place{Seq: k.Seq, ID: k.ID, Story: k.Story}) {
				return
			}
		}
	}
}

func (j *topics) Window() time.Duration         { return topicWindow }
func (j *topics) LastSeq() uint64               { return j.Highest }
func (j *topics) SetPins(pins []aggregator.Pin) { j.pins = len(pins) }

func (j *topics) AppendSnapshot(b []byte) []byte {
	text, err := json.Marshal(j)
	if err != nil {
		panic(err)
	}
	return append(b, text...)
}

func (j *topics) Restore(b []byte) error {
	if err := json.Unmarshal(b, j); err != nil {
		return errors.New("no topics")
	}
	return nil
}

// tell lets a source tell one entry, and returns what was decided on it.
func (b *bench) tell(source, guid, title string) aggregator.Decision {
	b.t.Helper()
	report := b.submit(b.fetched(source, aggregator.Entry{GUID: guid, Title: title}))
	if len(report.Decisions) != 1 {
		b.t.Fatalf("%q: decided %s", title, kinds(report))
	}
	return report.Decisions[0]
}

// story returns the story of that id with the titles of its members, the lead
// first, withdrawn ones in brackets.
func (b *bench) story(id aggregator.StoryID) (aggregator.StoryView, string) {
	b.t.Helper()
	view, err := b.db.Story(id)
	if err != nil {
		b.t.Fatalf("story %v: %v", id, err)
	}
	var titles []string
	for i, e := range view.Entries {
		title := e.Title
		if view.Members[i].Withdrawn {
			title = "(" + title + ")"
		}
		if e.Seq == view.Lead {
			titles = slices.Insert(titles, 0, title)
		} else {
			titles = append(titles, title)
		}
	}
	return view, strings.Join(titles, " | ")
}

// wantStory sees what a story holds: its titles, the lead first.
func (b *bench) wantStory(id aggregator.StoryID, want string) aggregator.StoryView {
	b.t.Helper()
	view, got := b.story(id)
	if got != want {
		b.t.Errorf("story %v holds %q, want %q", id, got, want)
	}
	return view
}
