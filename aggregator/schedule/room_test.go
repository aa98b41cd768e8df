package schedule

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

const megabyte = 1_000_000

// taken is what bodies take together.
type taken struct {
	mu        sync.Mutex
	now, most int64
}

func (m *taken) add(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now += bytes
	m.most = max(m.most, m.now)
}

// read reads a body of so many bytes, a second for each megabyte, and parses it
// for as long.
func (m *taken) read(ctx context.Context, room *Room, bytes int64) error {
	const step = megabyte / 10
	took := int64(0)
	defer func() { m.add(-took) }()
	for took < bytes {
		next := min(took+step, bytes)
		if err := room.Grow(ctx, next); err != nil {
			return err
		}
		m.add(next - took)
		took = next
		time.Sleep(time.Second / 10)
	}
	time.Sleep(time.Duration(bytes) * time.Second / megabyte)
	return nil
}

func TestBodiesInFlightAreBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		inFlight, body  int64 // in megabytes
		want            int64 // the most at a time
		rounds, atLeast int
	}{
		{"large bodies of which nothing is known", 64, 10, 64, 1, 50},
		{"large bodies that were seen before", 64, 10, 64, 3, 50},
		{"as much as one body", 10, 10, 10, 2, 10},
		{"less than one body", 5, 10, 10, 2, 10},
		{"small bodies", 64, 1, 64, 3, 54},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var targets []Target
				for i := range 64 {
					targets = append(targets, dueNow(fmt.Sprint("a", i), fmt.Sprintf("host%d.example", i)))
				}
				var taken taken
				var mu sync.Mutex
				polls := make(map[string]int)
				loop := NewLoop(Options{
					InFlightBytes: test.inFlight * megabyte, MaxBodyBytes: 10 * megabyte,
					Poll: func(ctx context.Context, src aggregator.Source, room *Room) Turn {
						if err := taken.read(ctx, room, test.body*megabyte); err != nil {
							t.Errorf("%s: %v", src.ID, err)
						}
						mu.Lock()
						defer mu.Unlock()
						if polls[src.ID]++; polls[src.ID] == test.rounds {
							return Turn{}
						}
						return Turn{Due: time.Now()}
					},
				})
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- loop.Run(ctx) }()
				loop.Replace(ctx, Roster{Targets: targets})
				time.Sleep(2 * time.Hour)
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				for _, target := range targets {
					if n := polls[target.Source.ID]; n != test.rounds {
						t.Fatalf("%s was polled %d times, want %d", target.Source.ID, n, test.rounds)
					}
				}
				if taken.most > test.want*megabyte || taken.most < int64(test.atLeast)*megabyte {
					t.Errorf("bodies took %d MB at a time, want %d to %d", taken.most/megabyte, test.atLeast, test.want)
				}
				if load := loop.Load(); load.InFlightBytes != 0 {
					t.Errorf("%d bytes are held when nothing is under way", load.InFlightBytes)
				}
			})
		})
	}
}

// Polls of all sizes come, grow, are called off and go: no more is ever held
// than there is, and all get through.
func TestRoomsShare(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 5))
			f := newFlight(Options{InFlightBytes: 30 * megabyte, MaxBodyBytes: 10 * megabyte})
			var taken taken
			var polls sync.WaitGroup
			calledOff := 0
			for range 200 {
				expects := int64(random.IntN(3)) * int64(random.IntN(10*megabyte))
				room, ok := f.enter(expects)
				for ; !ok; room, ok = f.enter(expects) {
					time.Sleep(time.Second)
				}
				bytes := 1 + random.Int64N(10*megabyte)
				ctx, stop := context.WithCancel(t.Context())
				if random.IntN(4) == 0 {
					calledOff++
					time.AfterFunc(time.Duration(random.IntN(20))*time.Second, stop)
				}
				polls.Go(func() {
					defer stop()
					err := taken.read(ctx, room, bytes)
					if err != nil && !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					if got := f.leave(room); err == nil && got != bytes {
						t.Errorf("a body of %d bytes is remembered as one of %d", bytes, got)
					}
				})
				time.Sleep(time.Duration(random.IntN(1000)) * time.Millisecond)
			}
			polls.Wait()
			if taken.most > 30*megabyte || taken.most < 20*megabyte {
				t.Errorf("bodies took %d bytes at a time", taken.most)
			}
			if calledOff == 0 || f.heldBytes != 0 || f.waiting != 0 || len(f.rooms) != 0 {
				t.Errorf("%d called off; %d bytes are held by %d rooms, %d wait", calledOff, f.heldBytes, len(f.rooms), f.waiting)
			}
		})
	}
}

// A poll that began first never waits, however many others do.
func TestEldestPollNeverWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFlight(Options{InFlightBytes: 20 * megabyte, MaxBodyBytes: 10 * megabyte})
		var rooms []*Room
		for range 10 {
			room, ok := f.enter(megabyte)
			if !ok {
				t.Fatal("no room for ten polls of 1 MB in 20")
			}
			rooms = append(rooms, room)
		}
		grown := make([]time.Time, len(rooms))
		var polls sync.WaitGroup
		for i := len(rooms) - 1; i >= 0; i-- {
			polls.Go(func() {
				if err := rooms[i].Grow(t.Context(), 10*megabyte); err != nil {
					t.Error(err)
				}
				grown[i] = time.Now()
				time.Sleep(time.Second)
				f.leave(rooms[i])
			})
			synctest.Wait()
		}
		if _, ok := f.enter(1); ok {
			t.Error("a poll was let in before those that wait")
		}
		start := time.Now()
		polls.Wait()
		for i, at := range grown {
			if got := at.Sub(start); got < 0 || got > time.Duration(i)*time.Second {
				t.Errorf("poll %d, in the order they began, had waited %v", i, got)
			}
		}
	})
}

func TestNoRoomHasNoBound(t *testing.T) {
	t.Parallel()
	var room *Room
	if err := room.Grow(t.Context(), 1<<60); err != nil {
		t.Error(err)
	}
}
