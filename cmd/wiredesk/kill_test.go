package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// long reports whether tests that take minutes are asked for.
func long() bool { return os.Getenv("WIREDESK_LONG") != "" }

// procession shows the documents of many feeds one after the other: a feed goes
// on to its next document when its asker comes back with the ETag of the last,
// which promises that the last is stored. An entry that only that document held
// is never shown again.
type procession struct {
	farm  *farm
	asked chan struct{} // one for each ETag that was brought back
	done  chan struct{} // closed when every feed's last document is stored

	mu      sync.Mutex
	waiting map[string][]capture // those to come, by feed; absent: the last is stored
}

func newProcession(tb testing.TB, all []capture) *procession {
	tb.Helper()
	p := &procession{farm: newFarm(tb), asked: make(chan struct{}, len(all)), done: make(chan struct{}), waiting: make(map[string][]capture)}
	for _, c := range all {
		p.waiting[c.feed] = append(p.waiting[c.feed], c)
	}
	for feed := range p.waiting {
		p.next(feed)
	}
	p.farm.confirmed = p.stored
	return p
}

// next shows the feed's next document.
func (p *procession) next(feed string) {
	p.farm.show(feed, servedDocument{body: p.waiting[feed][0].body})
	p.waiting[feed] = p.waiting[feed][1:]
}

// stored is told that what a feed shows is stored.
func (p *procession) stored(feed string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left, found := p.waiting[feed]
	switch {
	case !found:
		return
	case len(left) > 0:
		p.next(feed)
		p.asked <- struct{}{}
		return
	}
	delete(p.waiting, feed)
	if len(p.waiting) == 0 {
		close(p.done)
	}
}

func (p *procession) sources() []aggregator.Source {
	var sources []aggregator.Source
	for _, feed := range slices.Sorted(maps.Keys(p.waiting)) {
		sources = append(sources, p.farm.source(feed))
	}
	return sources
}

// killing is a daemon that is killed again and again over a procession.
type killing struct {
	*procession
	*process
	random *rand.Rand

	stories map[string][]string // by source and link of an entry, the stories its readers were shown it in
	samples int
}

// run kills the daemon so many times at random moments of the procession, about
// every so many documents, lets it come to the end, and stops it.
func (k *killing) run(ctx context.Context, kills, documents int) {
	k.tb.Helper()
	for n := range kills {
		k.start(ctx)
		moment := k.random.IntN(2 * documents)
		k.await(ctx, moment)
		if n == 0 {
			k.sampleAtLast(ctx)
		} else {
			k.sample(ctx)
		}
		// Within a poll, a batch, a commit or the next one's start.
		pause := time.NewTimer(time.Duration(k.random.IntN(60)) * time.Millisecond)
		select {
		case <-pause.C:
		case <-k.exited:
		}
		k.kill()
		select {
		case <-k.done:
			k.tb.Fatalf("all was stored before kill %d", n+1)
		default:
		}
	}
	k.start(ctx)
	select {
	case <-k.done:
	case <-k.exited:
		k.tb.Fatalf("the daemon ended by itself: %v", k.err)
	case <-ctx.Done():
		k.tb.Fatal("the last documents never came to be stored")
	}
	k.sampleAtLast(ctx)
	k.stop()
}

// await waits until so many further documents are stored.
func (k *killing) await(ctx context.Context, documents int) {
	k.tb.Helper()
	for range documents {
		select {
		case <-k.asked:
		case <-k.exited:
			k.tb.Fatalf("the daemon ended by itself: %v", k.err)
		case <-ctx.Done():
			k.tb.Fatal("no documents are asked for any more")
		}
	}
}

// sampleAtLast is sample once there is a merged feed.
func (k *killing) sampleAtLast(ctx context.Context) {
	k.tb.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !k.sample(ctx) {
		select {
		case <-again.C:
		case <-k.exited:
			k.tb.Fatalf("the daemon ended by itself: %v", k.err)
		case <-ctx.Done():
			k.tb.Fatal("there is no merged feed")
		}
	}
}

// sample reads the merged feed, if there is one yet, and keeps which story it
// shows each entry in.
func (k *killing) sample(ctx context.Context) bool {
	feed, err := k.merged(ctx)
	if err != nil || len(feed.Items) == 0 {
		return false // it has just been started
	}
	k.samples++
	twice := make(map[string]bool)
	for _, item := range feed.Items {
		if twice[item.ID] {
			k.tb.Errorf("%s is in the merged feed twice", item.ID)
		}
		twice[item.ID] = true
		for _, s := range item.Wiredesk.Sources {
			entry := s.ID + " " + stripped(s.URL)
			if !slices.Contains(k.stories[entry], item.ID) {
				k.stories[entry] = append(k.stories[entry], item.ID)
			}
		}
	}
	return true
}

// compareSamples: every id under which readers were shown an entry leads to the
// story that has it in the database.
func (k *killing) compareSamples(in *inventory) {
	k.tb.Helper()
	if k.samples < 2 {
		k.tb.Errorf("the merged feed was read %d times: its ids were not put to the test", k.samples)
	}
	leads := make(map[string]string) // to the story that an id has become
	for i := range in.stories {
		story := in.stories[i].ID
		for _, id := range append([]aggregator.StoryID{story}, in.stories[i].Merged...) {
			leads[id.URN()] = story.URN()
		}
	}
	stories, tells := make(map[string]string), make(map[string]bool)
	for _, e := range in.entries {
		stories[e.Source+" "+stripped(e.Link)] = e.Story.URN()
		tells[e.Source+" "+e.Story.URN()] = true
	}
	for entry, shown := range k.stories {
		source, _, _ := strings.Cut(entry, " ")
		now, found := stories[entry]
		for _, id := range shown {
			// An entry whose link was changed later is found by its source alone.
			if found && now != leads[id] || !tells[source+" "+leads[id]] {
				k.tb.Errorf("%s was shown in %s, which leads to %q, and the database has it in %q", entry, id, leads[id], now)
			}
		}
	}
}

// TestKill: however often the daemon is killed, nothing that a feed showed is
// missing or doubled, the stories are those of a daemon that was left alone,
// and none changes its id.
func TestKill(t *testing.T) {
	t.Parallel()
	wires, documents, kills, between := 24, 4, 3, 10
	if long() {
		documents, kills, between = 16, 20, 14
	}
	all, same := inventedWires(wires, documents)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	k := newKilling(t, all)
	k.run(ctx, kills, between)
	sameIndex(t, k.database)
	in := readInventory(t, k.database)
	in.compare(t, truthOf(all))
	in.publish(t)
	in.judgeAnew(t)
	k.compareSamples(in)

	undisturbed := newReplay(t, feedsOf(all)...)
	for _, round := range rounds(all) {
		undisturbed.round(round)
	}
	undisturbed.stop()
	whole := readInventory(t, undisturbed.path)
	if want, got := whole.identities(), in.identities(); !maps.Equal(got, want) {
		t.Errorf("%d entries with their ids and texts, %d without kills, or others", len(got), len(want))
	}
	if want, got := whole.together(), in.together(); !slices.Equal(got, want) || len(got) != same {
		t.Errorf("%d stories of more than one entry, %d without kills, %d were told, or others", len(got), len(want), same)
	}
	if i := slices.IndexFunc(in.stories, func(s aggregator.StoryView) bool { return len(s.Merged) > 0 }); i >= 0 {
		t.Errorf("%v was told as %v as well", in.stories[i].ID, in.stories[i].Merged)
	}
	t.Logf("%d kills, merged feed read %d times; %s", kills, k.samples, in)
}

var pollingHints = regexp.MustCompile(`(</?(?:sy:)?)(ttl|updatePeriod|updateFrequency|skipHours|skipDays)\b`)

// TestKillCaptured is TestKill with what real feeds showed.
func TestKillCaptured(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("takes minutes: set WIREDESK_LONG=1")
	}
	all := readCaptures(t, "trace")
	// A procession goes on only when a document is stored, and an empty file
	// never is.
	all = slices.DeleteFunc(all, func(c capture) bool { return !read(c.body).whole })
	// Feeds that ask to be left in peace for a quarter of an hour would be.
	for i := range all {
		all[i].body = pollingHints.ReplaceAll(all[i].body, []byte("${1}no-$2"))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	k := newKilling(t, all)
	k.run(ctx, 20, 25)
	in := readInventory(t, k.database)
	in.compare(t, truthOf(all))
	in.publish(t)
	in.judgeAnew(t)
	k.compareSamples(in)
	t.Logf("20 kills, %d documents, merged feed read %d times; %s", len(all), k.samples, in)
}

func newKilling(t *testing.T, all []capture) *killing {
	t.Helper()
	p := newProcession(t, all)
	return &killing{
		procession: p, process: newProcess(t, p.sources()),
		random: rand.New(rand.NewPCG(20, 9)), stories: make(map[string][]string),
	}
}

func truthOf(all []capture) *truth {
	w := newTruth()
	for _, c := range all {
		w.take(c.feed, read(c.body))
	}
	return w
}

// identities returns every entry's id, titles and content, by source and link.
func (in *inventory) identities() map[string]string {
	found := make(map[string]string, len(in.entries))
	for seq, e := range in.entries {
		found[e.Source+" "+e.Link] = fmt.Sprintf("%s %q %q %x", e.ID, in.titles[seq], e.Content, e.Text)
	}
	return found
}

// together returns the stories of more than one entry, each as its entries'
// sources and links.
func (in *inventory) together() (stories []string) {
	for i := range in.stories {
		var members []string
		for _, e := range in.stories[i].Entries {
			members = append(members, e.Source+" "+e.Link)
		}
		if len(members) > 1 {
			stories = append(stories, strings.Join(slices.Sorted(slices.Values(members)), ", "))
		}
	}
	slices.Sort(stories)
	return stories
}

// inventedWires returns documents of invented wires, and how many of their
// stories two of them tell. Each document brings two new entries and shows
// those of the one before once more, the first under a new headline.
func inventedWires(wires, documents int) (all []capture, same int) {
	for n := range documents {
		for w := range wires {
			var entries []invented
			for _, of := range []int{n, n - 1} {
				if of < 0 {
					continue
				}
				told := 2 * (of*wires + w)
				first := inventedEntry(told, fmt.Sprintf("https://wire%d.example/%d/0", w, of))
				if of < n {
					first.title += " - " + first.text
				}
				second := inventedEntry(told+1, fmt.Sprintf("https://wire%d.example/%d/1", w, of))
				if w%2 == 1 {
					// What the wire before tells, under its link.
					second = inventedEntry(told-1, fmt.Sprintf("https://wire%d.example/%d/1?utm_source=%d", w-1, of, w))
				}
				if w%3 == 0 {
					first.guid, second.guid = "", "" // the link tells them
				}
				entries = append(entries, first, second)
			}
			all = append(all, capture{feed: fmt.Sprintf("wire-%02d", w), at: int64(n), body: rssOf(entries...)})
		}
	}
	return all, wires / 2 * documents
}
