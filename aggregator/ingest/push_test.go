package ingest_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
)

// pushed is a document that a hub brought.
func (b *bench) pushed(source string, entries ...aggregator.Entry) aggregator.PollResult {
	r := b.fetched(source, entries...)
	return aggregator.PollResult{
		Source: source, URL: r.URL, Pushed: aggregator.PushDocument,
		Response: aggregator.Response{At: b.now}, Document: r.Document,
	}
}

// leased is a hub's promise until then.
func (b *bench) leased(source string, until time.Time) aggregator.PollResult {
	b.now = b.now.Add(time.Minute)
	return aggregator.PollResult{
		Source: source, URL: url(source), Pushed: aggregator.PushLease, LeaseUntil: until, Response: aggregator.Response{At: b.now},
	}
}

// A push is stored as a poll's document is, and of what polls go by it changes
// nothing: the next poll is as it would have been, and finds known what the
// hub had brought.
func TestPushIsNoPoll(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.fetched("norvia", item("1", "Ferry aground"), item("2", "Rain over Norvia"))
	first.Document.Self, first.Document.Hubs = url("norvia"), []string{"https://hub.example/"}
	b.submit(first)
	before := b.submit(b.leased("norvia", b.now.Add(24*time.Hour))).State
	push := b.pushed("norvia", item("3", "Harbour closed after a fire"))
	push.Document.Title, push.Document.Self, push.Document.Hubs = "Another", "https://other.example/", nil
	report := b.submit(push)
	if kinds(report) != "new" || !report.Changed || report.Pushed != aggregator.PushDocument || report.First {
		t.Errorf("decided %q, changed %v, pushed %v, first %v", kinds(report), report.Changed, report.Pushed, report.First)
	}
	if diff := cmp.Diff(before, report.State, cmpopts.IgnoreFields(aggregator.SourceState{}, "LastEntry", "Showing", "EntriesNew", "Push", "Rhythm")); diff != "" {
		t.Errorf("the push changed what polls go by (-before +after):\n%s", diff)
	}
	want := aggregator.Push{LeaseUntil: before.Push.LeaseUntil, Last: push.Response.At}
	if s := report.State; s.Push != want || s.EntriesNew != 3 || !s.LastEntry.Equal(push.Response.At) {
		t.Errorf("push %+v, %d entries, the last at %v; want %+v", s.Push, s.EntriesNew, s.LastEntry, want)
	}
	if had, has := before.Rhythm, report.State.Rhythm; has.Entries != had.Entries+1 || !has.At.Equal(push.Response.At) || has.Polls != had.Polls {
		t.Errorf("of the source's rhythm the push taught %+v, after %+v", has, had)
	}
	if diff := cmp.Diff([]uint64{1, 2, 3}, report.State.Showing); diff != "" {
		t.Errorf("what the push left out is shown no more (-want +got):\n%s", diff)
	}
	b.reopen()
	if diff := cmp.Diff(report.State, b.in.State("norvia")); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	again := b.submit(b.fetched("norvia", item("3", "Harbour closed after a fire"), item("1", "Ferry aground")))
	if again.Known != 2 || kinds(again) != "" || again.State.Push.Missed != 0 {
		t.Errorf("the poll after it: %d known, decided %q, %+v", again.Known, kinds(again), again.State.Push)
	}
	if diff := cmp.Diff([]uint64{2, 3}, again.State.Showing); diff != "" {
		t.Errorf("a poll's document is whole (-want +got):\n%s", diff)
	}
}

// Polls count what pushes should have brought, while a hub promises to.
func TestMissedPushes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	guid := 0
	poll := func() aggregator.PollResult {
		guid++
		return b.fetched("norvia", item(string(rune('a'+guid)), "Ferry number "+string(rune('A'+guid))))
	}
	want := func(what string, s aggregator.SourceState, missed int) {
		t.Helper()
		if s.Push.Missed != missed {
			t.Errorf("%s: %d missed, want %d", what, s.Push.Missed, missed)
		}
	}
	want("without a lease", b.submit(poll()).State, 0)
	until := b.now.Add(10 * time.Hour)
	want("a lease", b.submit(b.leased("norvia", until)).State, 0)
	want("a new entry", b.submit(poll()).State, 1)
	want("another", b.submit(poll()).State, 2)
	want("the lease renewed", b.submit(b.leased("norvia", until.Add(time.Hour))).State, 2)
	want("nothing new", b.submit(b.fetched("norvia", item(string(rune('a'+guid)), "Ferry number "+string(rune('A'+guid))))).State, 2)
	notice := b.leased("norvia", until)
	notice.Pushed = aggregator.PushNotice
	s := b.submit(notice).State
	want("a notice", s, 0)
	if !s.Push.Last.IsZero() {
		t.Errorf("a notice counts as a document, at %v", s.Push.Last)
	}
	want("a new entry after it", b.submit(poll()).State, 1)
	want("a push", b.submit(b.pushed("norvia", item("z", "Harbour closed"))).State, 0)
	want("missed again", b.submit(poll()).State, 1)
	want("the lease ends", b.submit(b.leased("norvia", time.Time{})).State, 1)
	want("nothing was promised", b.submit(poll()).State, 1)
	want("a new lease", b.submit(b.leased("norvia", b.now.Add(time.Minute))).State, 0)
	b.now = b.now.Add(time.Hour)
	want("the lease is over", b.submit(poll()).State, 0)
}

func TestPushOfAnUnknownSourceIsDropped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	push := b.pushed("norvia", item("1", "Ferry aground"))
	push.Source = "gone"
	if report := b.submit(push); kinds(report) != "" {
		t.Errorf("decided %q", kinds(report))
	}
	b.wantEntries(0)
}

// lines parses one entry from each line; "no feed" and "panic" are what they
// say.
type lines struct{}

func (lines) Parse(body []byte, contentType, link string) (doc aggregator.Document, err error) {
	switch string(body) {
	case "no feed":
		return doc, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "no feed"}
	case "panic":
		panic("at the parser")
	}
	doc.Format, doc.Title = contentType, link
	return doc, nil
}

func TestReadPush(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	p := ingest.NewPoller(nil, lines{}, log)
	for _, test := range []struct {
		name, body string
		want       aggregator.PushKind
	}{
		{"document", "a", aggregator.PushDocument},
		{"nothing", "", aggregator.PushNotice},
		{"no feed", "no feed", aggregator.PushNotice},
		{"panic", "panic", aggregator.PushNotice},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := p.Read(settings().Sources["norvia"], aggregator.Delivery{
				Source: "norvia", Topic: "https://norvia.example/topic", At: noon, ContentType: "application/atom+xml", Body: []byte(test.body),
			})
			want := aggregator.PollResult{
				Source: "norvia", URL: url("norvia"), Pushed: test.want,
				Response: aggregator.Response{At: noon, URL: "https://norvia.example/topic", ContentType: "application/atom+xml"},
			}
			if test.want == aggregator.PushDocument {
				want.Document.Format, want.Document.Title = "application/atom+xml", "https://norvia.example/topic"
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A page that is no feed names its hub while there has been no feed.
func TestHubsOfAPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page := func() aggregator.PollResult {
		r := b.fetched("norvia")
		r.Response.Outcome, r.BodyDigest, r.Response.Validators = aggregator.Failed, 0, aggregator.Validators{}
		r.Response.Problem = aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "a page"}
		r.Document = aggregator.Document{Self: "https://norvia.example/page", Hubs: []string{"https://page.example/"}}
		return r
	}
	if s := b.submit(page()).State; s.Self != "https://norvia.example/page" || len(s.Hubs) != 1 {
		t.Errorf("self %q, hubs %q", s.Self, s.Hubs)
	}
	feed := b.fetched("norvia", item("1", "A"))
	feed.Response.Self, feed.Response.Hubs = url("norvia"), []string{"https://hub.example/"}
	b.submit(feed)
	if s := b.submit(page()).State; s.Self != url("norvia") || s.Hubs[0] != "https://hub.example/" {
		t.Errorf("a page in the place of a feed changed self to %q, hubs to %q", s.Self, s.Hubs)
	}
}

func TestWakeAt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if at, ok := b.in.WakeAt("norvia", noon); !ok || !at.Equal(noon) {
		t.Errorf("a source that was never polled is woken for %v, %v", at, ok)
	}
	s := b.submit(b.fetched("norvia", item("1", "A"))).State
	const least = 2 * time.Minute
	for _, test := range []struct {
		name string
		now  time.Time
		want time.Time
	}{
		{"right after a poll", s.LastPoll.Add(time.Second), s.LastPoll.Add(least)},
		{"later", s.LastPoll.Add(3 * time.Minute), s.LastPoll.Add(3 * time.Minute)},
		{"due anyway, and perhaps under way", s.NextPoll.Add(time.Second), s.NextPoll.Add(time.Second)},
	} {
		at, ok := b.in.WakeAt("norvia", test.now)
		if !ok || !at.Equal(test.want) {
			t.Errorf("%s: %v, %v; want %v", test.name, at, ok, test.want)
		}
	}
	for _, outcome := range []aggregator.Outcome{aggregator.Throttled, aggregator.Gone} {
		r := b.fetched("kelmar")
		r.Response.Outcome, r.Response.RetryAfter = outcome, b.now.Add(time.Hour)
		b.submit(r)
		if at, ok := b.in.WakeAt("kelmar", b.now.Add(10*time.Minute)); ok {
			t.Errorf("%v: woken for %v", outcome, at)
		}
	}
}

// A push that cannot be stored is an error, so that the source is polled.
func TestPushThatCannotBeStored(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	if err := b.in.Lease("norvia", noon); !errors.Is(err, ingest.ErrStopped) {
		t.Errorf("got %v, want ErrStopped", err)
	}
}
