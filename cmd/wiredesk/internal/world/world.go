package world

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// The bounds of Options.Speed.
const (
	MinSpeed     = 1
	MaxSpeed     = 3600
	defaultSpeed = 120
)

// Options of a world. The zero value is a world that passes a day in twelve
// minutes.
type Options struct {
	// Speed is how many simulated seconds pass in a real one, MinSpeed to
	// MaxSpeed; 0: 120.
	Speed float64
	// Start is the real instant at which the simulated clock reads 08:00 of the
	// first day, at most a day before Listen is called and never after it;
	// zero: when Listen is called.
	Start time.Time
	// Seed decides names, figures and times of the day. Worlds of one seed tell
	// the same days.
	Seed uint64
	// Log takes what the servers have to say; nil: nothing is logged.
	Log *slog.Logger
}

// World is a world of news wires. New makes it, Listen opens it, Run serves it.
type World struct {
	opts      Options
	log       *slog.Logger
	clock     clock
	script    []happening
	scriptErr error
	wires     []wire
	pages     *template.Template
	listeners []net.Listener // one a wire, in their order; nil before Listen
}

// New returns a world that does not listen yet. What is wrong with opts is told
// by Listen.
func New(opts Options) *World {
	w := &World{opts: opts, log: opts.Log, wires: cast(), pages: newPages()}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.opts.Speed == 0 {
		w.opts.Speed = defaultSpeed
	}
	w.clock = clock{start: opts.Start.UTC(), speed: w.opts.Speed}
	w.script, w.scriptErr = readScript(scriptFiles, w.wires)
	return w
}

// Listen opens a port of 127.0.0.1 for each wire and starts the simulated
// clock. Run closes the ports when it ends. It is an error to call it twice, to
// ask for a Speed or a Start out of bounds, or to have no free port.
func (w *World) Listen() error {
	if w.listeners != nil {
		return errors.New("world: already listening")
	}
	if w.scriptErr != nil {
		return fmt.Errorf("world: %w", w.scriptErr)
	}
	if !(w.opts.Speed >= MinSpeed && w.opts.Speed <= MaxSpeed) {
		return fmt.Errorf("world: speed %v: must be %d to %d", w.opts.Speed, MinSpeed, MaxSpeed)
	}
	now := time.Now().UTC()
	if w.opts.Start.IsZero() {
		w.clock.start = now
	}
	if age := now.Sub(w.clock.start); age < 0 || age > oneDay {
		return fmt.Errorf("world: start %v: must be within the last day", w.opts.Start)
	}
	return w.open()
}

func (w *World) open() error {
	var config net.ListenConfig
	listeners := make([]net.Listener, 0, len(w.wires))
	for i := range w.wires {
		l, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			for _, opened := range listeners {
				err = errors.Join(err, opened.Close())
			}
			return fmt.Errorf("world: wire %s: %w", w.wires[i].ID, err)
		}
		listeners = append(listeners, l)
	}
	for i, l := range listeners {
		w.wires[i].settle("http://" + l.Addr().String())
	}
	w.listeners = listeners
	return nil
}

// settle gives the wire the address of its server.
func (from *wire) settle(base string) {
	from.base = base
	from.URL = base + from.path()
}

// Run serves the wires until ctx ends, then closes them, waits for everything
// it started and returns nil. It returns early, with the error, when a wire
// cannot be served any longer. It is to be called once, after Listen.
func (w *World) Run(ctx context.Context) error {
	if w.listeners == nil {
		return errors.New("world: Run before Listen")
	}
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w.log.InfoContext(ctx, "world running", "wires", len(w.wires), "speed", w.opts.Speed)

	var serving, connections sync.WaitGroup
	servers := make([]*http.Server, len(w.wires))
	for i := range w.wires {
		from := &w.wires[i]
		servers[i] = w.server(within, from, &connections)
		serving.Go(func() {
			if err := servers[i].Serve(w.listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				stop(fmt.Errorf("world: wire %s: %w", from.ID, err))
			}
		})
	}
	<-within.Done()
	var errs []error
	if ctx.Err() == nil {
		errs = append(errs, context.Cause(within))
	}
	for _, server := range servers {
		if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, fmt.Errorf("world: close: %w", err))
		}
	}
	serving.Wait()
	connections.Wait()
	return errors.Join(errs...)
}
