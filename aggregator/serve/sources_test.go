package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestSourceIsFoundByIDAndURL(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld(), Sources: statuses}, publication())
	for _, test := range []struct {
		name, want string
		status     int
		detail     string
	}{
		{"harbour", "harbour", 200, ""},
		{"https://minaa.example/rss", "minaa", 200, ""},
		{"https://vestnik.example/rss", "vestnik", 200, ""},              // without its password
		{"https://desk:hunter2@vestnik.example/rss", "vestnik", 200, ""}, // with it
		{"harb", "", 404, "No source is called harb; did you mean harbour?"},
		{"Harbour Post", "", 404, "No source is called Harbour Post."},
	} {
		for _, h := range []http.Handler{s.Handler(), s.Control()} {
			w := get(t, h, "/api/v1/sources/"+url.PathEscape(test.name))
			if test.status != http.StatusOK {
				if got := decode[problem](t, w, test.status).Detail; got != test.detail {
					t.Errorf("%s: %q, want %q", test.name, got, test.detail)
				}
				continue
			}
			if got := decode[SourceDetail](t, w, test.status); got.ID != test.want {
				t.Errorf("%s is %q, want %q", test.name, got.ID, test.want)
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("%s shows a password:\n%s", test.name, w.Body)
			}
		}
	}
}

func TestSourcesInTroubleComeFirst(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld(), Sources: statuses}, publication()).Control()
	list := decode[SourceList](t, get(t, h, "/api/v1/sources"), http.StatusOK)
	var got []string
	for _, line := range list.Sources {
		got = append(got, line.ID+" "+line.State)
	}
	if want := "minaa failed, vestnik gone, north waiting, harbour good"; strings.Join(got, ", ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	if none := get(t, rendered(t, Options{Archive: smallWorld()}, publication()).Control(), "/api/v1/sources").Body.String(); none != `{"sources":[]}`+"\n" {
		t.Errorf("no sources are %s", none)
	}
}

// What comes next is never before the host's peace ends.
func TestNextPollWaitsForTheHost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status SourceStatus
		want   time.Time
		rests  bool
	}{
		{"no rest", SourceStatus{State: aggregator.SourceState{Outcome: aggregator.Fetched, NextPoll: noon}}, noon, false},
		{"due later", SourceStatus{State: aggregator.SourceState{Outcome: aggregator.Fetched, NextPoll: noon}, Rest: noon.Add(-time.Hour)}, noon, false},
		{"held back", SourceStatus{State: aggregator.SourceState{Outcome: aggregator.Fetched, NextPoll: noon}, Rest: noon.Add(time.Hour)}, noon.Add(time.Hour), true},
		{"never polled", SourceStatus{Rest: noon}, noon, true},
		{"gone", SourceStatus{State: aggregator.SourceState{Outcome: aggregator.Gone}, Rest: noon}, time.Time{}, false},
	} {
		line := lineOf(&test.status)
		if !line.NextPoll.Equal(test.want) || strings.Contains(line.WhyNext, "left in peace") != test.rests {
			t.Errorf("%s: %v, %s", test.name, line.NextPoll, line.WhyNext)
		}
	}
}

// TestSourcesPageIsLight: four hundred sources with all there is to say of each
// make a page that loads in a moment.
func TestSourcesPageIsLight(t *testing.T) {
	t.Parallel()
	var log aggregator.PollLog
	for i := range 10 {
		log = log.Add(aggregator.Poll{
			At: noon.Add(time.Duration(i) * 15 * time.Minute), Outcome: aggregator.Outcome(1 + i%5), Status: 200, Took: time.Duration(i) * time.Second, BytesRead: 50_000, New: i,
		})
	}
	sources := func() (all []SourceStatus) {
		for i := range 400 {
			id := fmt.Sprint("wire-", i)
			all = append(all, SourceStatus{
				Carrier: aggregator.Carrier{ID: id, Title: "The Wire of the Town of " + id, FeedURL: "https://" + id + ".example/rss.xml", SiteURL: "https://" + id + ".example/"},
				State: aggregator.SourceState{
					Outcome: aggregator.Fetched, LastPoll: noon, LastGood: noon, LastEntry: noon, NextPoll: noon.Add(15 * time.Minute), Moved: "https://" + id + ".example/new.xml",
					MovedSeen: []time.Time{noon}, EntriesNew: 1000, Polls: 2000, Log: log, Spent: aggregator.Spent{Bytes: 1 << 30, Time: time.Hour, NotModified: 900},
				},
			})
		}
		return all
	}
	h := rendered(t, Options{Archive: smallWorld(), Sources: sources}, publication()).Handler()
	plain, zipped := get(t, h, "/sources").Body.Len(), get(t, h, "/sources", "Accept-Encoding", "gzip").Body.Len()
	t.Logf("%d bytes, %d as gzip", plain, zipped)
	if plain > 600_000 || zipped > 40_000 {
		t.Errorf("the page has %d bytes, %d as gzip", plain, zipped)
	}
}
