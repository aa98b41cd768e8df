package aggregator

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPollLog(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	polls := []Poll{
		{At: noon, Outcome: Fetched, Status: 200, Took: 2 * time.Second, BytesRead: 48_000, New: 30},
		{At: noon.Add(time.Hour), Outcome: NotModified, Status: 304, Took: 80 * time.Millisecond},
		{At: noon.Add(30 * time.Minute), Outcome: Failed, Kind: ProblemTimeout, Took: 30 * time.Second}, // the clock was set back
		{At: noon.Add(3 * time.Hour), Outcome: Failed, Kind: ProblemTooLarge, Status: 200, BytesRead: 10_000_001},
		{At: time.UnixMilli(0).UTC(), Outcome: Gone, Kind: ProblemStatus, Status: 410},
	}
	var log PollLog
	for range 5 {
		for _, p := range polls {
			before := string(log)
			next := log.Add(p)
			if string(log) != before {
				t.Fatal("a log changed in place")
			}
			log = next
		}
	}
	if diff := cmp.Diff(append(polls, polls...), log.Polls()); diff != "" {
		t.Errorf("the last ten (-want +got):\n%s", diff)
	}
	var quiet PollLog
	for i := range 20 {
		quiet = quiet.Add(Poll{At: noon.Add(time.Duration(i) * 15 * time.Minute), Outcome: NotModified, Status: 304, Took: 150 * time.Millisecond})
	}
	if len(quiet) > 12*maxLogged {
		t.Errorf("ten quiet polls take %d bytes", len(quiet))
	}
}

// TestPollLogBounds: what nobody should hand over is brought within bounds, and
// what is within them is kept to the millisecond.
func TestPollLogBounds(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 123_456_789, time.FixedZone("", 3600))
	got := PollLog(nil).Add(Poll{
		At: noon, Outcome: Failed, Kind: ProblemKind(strings.Repeat("x", 100)), Status: -1,
		Took: 1_999_999 * time.Nanosecond, BytesRead: -1, New: math.MinInt,
	}).Polls()
	want := []Poll{{
		At: noon.UTC().Truncate(time.Millisecond), Outcome: Failed, Kind: ProblemKind(strings.Repeat("x", maxKindBytes)), Took: time.Millisecond,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDamagedPollLogBeginsAnew(t *testing.T) {
	t.Parallel()
	p := Poll{At: time.UnixMilli(1).UTC(), Outcome: Fetched, Status: 200, Kind: ProblemMended}
	whole := PollLog(nil).Add(p)
	for n := 1; n < len(whole); n++ {
		if got := whole[:n].Polls(); got != nil {
			t.Errorf("of the first %d bytes of %d it reads %v", n, len(whole), got)
		}
	}
	if diff := cmp.Diff([]Poll{p}, append(PollLog{0xff}, whole...).Add(p).Polls()); diff != "" {
		t.Errorf("a poll behind damage (-want +got):\n%s", diff)
	}
}

// FuzzPollLog: whatever bytes stand there, what is read of them can be packed
// and read again, and holds ten polls at most.
func FuzzPollLog(f *testing.F) {
	f.Add([]byte(PollLog(nil).Add(Poll{At: time.UnixMilli(1 << 40), Outcome: Failed, Kind: ProblemTLS, Status: 200, Took: time.Second, BytesRead: 1 << 20, New: 3})))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Add([]byte{2, 2, 2, 2, 2, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}) // an endless kind
	f.Fuzz(func(t *testing.T, packed []byte) {
		polls := PollLog(packed).Polls()
		if len(polls) > maxLogged {
			t.Fatalf("%d polls", len(polls))
		}
		var again PollLog
		for _, p := range polls {
			again = again.Add(p)
		}
		if diff := cmp.Diff(polls, again.Polls()); diff != "" {
			t.Errorf("packed again (-before +after):\n%s", diff)
		}
		for _, p := range polls {
			if _, err := p.At.MarshalJSON(); err != nil {
				t.Error(err)
			}
		}
	})
}

// BenchmarkPollLog adds a poll to a full log.
func BenchmarkPollLog(b *testing.B) {
	var log PollLog
	p := Poll{At: time.UnixMilli(1 << 40).UTC(), Outcome: NotModified, Status: 304, Took: 150 * time.Millisecond}
	for range maxLogged {
		log = log.Add(p)
	}
	b.ReportAllocs()
	for b.Loop() {
		log.Add(p)
	}
}
