package schedule

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

func TestHostOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, url, want string }{
		{"a registrable domain", "https://example.org/feed.xml", "example.org"},
		{"a subdomain", "https://feeds.news.example.org/", "example.org"},
		{"under a suffix of two labels", "https://a.example.co.uk/", "example.co.uk"},
		{"under a private suffix", "https://foo.github.io/feed", "foo.github.io"},
		{"another under the same", "https://www.bar.github.io/feed", "bar.github.io"},
		{"a port makes no difference", "http://feeds.example.org:8080/", "example.org"},
		{"nor do upper case and a dot", "HTTPS://Feeds.EXAMPLE.Org./", "example.org"},
		{"nor a user", "https://desk:secret@feeds.example.org/", "example.org"},
		{"letters beyond ASCII", "https://nachrichten.Bücher.example/", "xn--bcher-kva.example"},
		{"the same in ASCII", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"},
		{"a domain that is not listed", "https://a.b.wire/", "b.wire"},
		{"a suffix itself", "https://co.uk/", "co.uk"},
		{"an address", "http://192.0.2.1/", "192.0.2.1"},
		{"an address and the usual port", "https://192.0.2.1:443/", "192.0.2.1"},
		{"an address and a port", "http://127.0.0.1:8080/feed", "127.0.0.1:8080"},
		{"another port", "http://127.0.0.1:8081/feed", "127.0.0.1:8081"},
		{"an IPv6 address", "http://[2001:DB8::1]/", "2001:db8::1"},
		{"an IPv6 address and a port", "http://[::1]:8080/", "[::1]:8080"},
		{"localhost", "http://localhost:8080/", "localhost:8080"},
		{"below localhost", "http://one.localhost:8080/", "one.localhost:8080"},
		{"a name of the local network", "http://wire/feed", "wire"},
		{"a name IDNA does not know", "http://a_b.example.org/", "example.org"},
		{"no URL", "://", "://"},
		{"no host", "feed.xml", "feed.xml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := HostOf(test.url); got != test.want {
				t.Errorf("HostOf(%q) = %q, want %q", test.url, got, test.want)
			}
		})
	}
}

// FuzzHostOf: a host is that of its own URL, and in lower case.
func FuzzHostOf(f *testing.F) {
	for _, url := range []string{
		"https://a.example.co.uk/", "http://[::1]:8080/", "http://[fe80::1%25eth0]/", "https://bücher.example:1/", "http://%41/", "http://..", "http://xn--a/", "http://a b/",
	} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		host := HostOf(url)
		if host == url {
			return
		}
		if again := HostOf("http://" + host); again != host && !strings.ContainsAny(host, ":%[]") {
			t.Errorf("HostOf(%q) = %q, of which the host is %q", url, host, again)
		}
		if lower := strings.ToLower(host); lower != host {
			t.Errorf("HostOf(%q) = %q, not in lower case", url, host)
		}
	})
}

// polledAt returns when the sources of each host were polled.
func (w *world) polledAt() map[string][]time.Time {
	at := make(map[string][]time.Time)
	for _, p := range w.polls {
		at[p.host] = append(at[p.host], p.at)
	}
	return at
}

func TestSubdomainsShareTheirPeace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 4 {
			targets = append(targets,
				dueNow(fmt.Sprint("a", i), "a.example.co.uk"), dueNow(fmt.Sprint("b", i), "b.example.co.uk:8443"),
				dueNow(fmt.Sprint("foo", i), "foo.github.io"), dueNow(fmt.Sprint("bar", i), "bar.github.io"))
		}
		start := time.Now()
		w := &world{
			takes: func(aggregator.Source) time.Duration { return 1500 * time.Millisecond },
			turn:  func(aggregator.Source) Turn { return Turn{} },
		}
		run(t, w, Options{}, Roster{Targets: targets, Peace: Peace{HostGap: 2 * time.Second}}, sleep(time.Minute))
		want := map[string]int{"host:example.co.uk": 8, "host:foo.github.io": 4, "host:bar.github.io": 4}
		got := w.polledAt()
		if len(got) != len(want) {
			t.Errorf("hosts %v, want %v", got, want)
		}
		for host, n := range want {
			if w.peak[host] != 1 || len(got[host]) != n {
				t.Errorf("%s: %d polls, %d at once, want %d and 1", host, len(got[host]), w.peak[host], n)
			}
			for i, at := range got[host] {
				if at.Sub(start) != time.Duration(i)*2*time.Second {
					t.Errorf("%s: poll %d after %v", host, i, at.Sub(start))
				}
			}
		}
	})
}

func TestPeaceOfAHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 12 {
			targets = append(targets, dueNow(fmt.Sprint("a", i), "feeds.agency.example"), dueNow(fmt.Sprint("b", i), "small.example"), dueNow(fmt.Sprint("c", i), "other.example"))
		}
		start := time.Now()
		w := &world{
			takes: func(aggregator.Source) time.Duration { return 900 * time.Millisecond },
			turn:  func(aggregator.Source) Turn { return Turn{} },
		}
		run(t, w, Options{}, Roster{
			Targets: targets, Peace: Peace{PerHost: 1, HostGap: time.Second},
			Hosts: map[string]Peace{"agency.example": {PerHost: 4}, "small.example": {HostGap: 10 * time.Second}},
		}, sleep(3*time.Minute))
		for host, want := range map[string]struct {
			peak int
			last time.Duration
		}{
			"host:agency.example": {4, 2 * 900 * time.Millisecond},
			"host:small.example":  {1, 11 * 10 * time.Second},
			"host:other.example":  {1, 11 * time.Second},
		} {
			at := w.polledAt()[host]
			if len(at) != 12 || w.peak[host] != want.peak || at[11].Sub(start) != want.last {
				t.Errorf("%s: %d polls, %d at once, the last after %v; want 12, %d, %v",
					host, len(at), w.peak[host], at[len(at)-1].Sub(start), want.peak, want.last)
			}
		}
	})
}

// A reload changes the peace of hosts that wait, in both directions.
func TestPeaceIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 30 {
			targets = append(targets, dueNow(fmt.Sprint("a", i), "wire.example"))
		}
		w := &world{
			takes: func(aggregator.Source) time.Duration { return time.Second },
			turn:  func(aggregator.Source) Turn { return Turn{} },
		}
		count := func(want int) func(*Loop) {
			return func(*Loop) {
				synctest.Wait()
				if n := w.count(); n != want {
					t.Errorf("%d polls, want %d", n, want)
				}
			}
		}
		peace := func(p Peace) func(*Loop) {
			return func(l *Loop) {
				l.Replace(t.Context(), Roster{Targets: targets, Hosts: map[string]Peace{"wire.example": p}})
			}
		}
		run(t, w, Options{}, Roster{Targets: targets, Peace: Peace{HostGap: time.Hour}},
			sleep(90*time.Minute), count(2),
			peace(Peace{PerHost: 2, HostGap: 0}), sleep(1500*time.Millisecond), count(6),
			peace(Peace{HostGap: time.Minute}), sleep(3*time.Minute), count(9))
	})
}
