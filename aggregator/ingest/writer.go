package ingest

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/schedule"
)

// Entries are purged so often, and so many in one transaction.
const (
	purgeInterval = time.Hour
	purgeEntries  = 500
)

// ErrStopped is returned for a result that comes after the writer has ended.
var ErrStopped = errors.New("the writer has stopped")

// Store is what the writer keeps everything in.
type Store interface {
	Archive
	// Commit stores all of c or nothing.
	Commit(c aggregator.Commit) error
	// Purge removes stories and entries last seen before then that no source
	// shows any more, at most limit entries, and says whether to call again.
	Purge(before time.Time, limit int) (removed int, more bool, err error)
	// ForgetSource removes what is remembered of a source.
	ForgetSource(id string) error
	// Replay calls yield for each entry seen since then, in the order of Seq.
	Replay(since time.Time, yield func(aggregator.Entry) error) error
	// ReplayFrom calls yield for each entry from that Seq on, in order.
	ReplayFrom(seq uint64, yield func(aggregator.Entry) error) error
	// Heads calls yield for each entry from one Seq to another, both included,
	// in order.
	Heads(from, to uint64, yield func(aggregator.Head)) error
	// SaveJudge keeps a snapshot of what the judge knows, of which the newest
	// entry is that of lastSeq. It may be lost.
	SaveJudge(lastSeq uint64, snapshot []byte) error
	// LoadJudge returns the last snapshot. The error is fs.ErrNotExist where
	// there is none, or says why it cannot be used.
	LoadJudge() (lastSeq uint64, snapshot []byte, err error)
	// Pins returns what operators said of entries.
	Pins() ([]aggregator.Pin, error)
	// States returns what is remembered of each source.
	States() ([]aggregator.SourceState, error)
	// LastSeq returns the highest Seq ever stored.
	LastSeq() uint64
}

// Settings are what a reload of the configuration may change. They are not
// modified once given.
type Settings struct {
	Sources map[string]aggregator.Source
	Planner schedule.Planner
	Keep    time.Duration // how long entries are kept after they were seen; 0: for ever
	// Drop says whether a source's drop expression refuses an entry. nil: none
	// does.
	Drop func(src aggregator.Source, e *aggregator.Entry) (bool, error)
}

func (s *Settings) priority(source string) int { return s.Sources[source].Priority }

func (s *Settings) drops(src aggregator.Source, e *aggregator.Entry) (rule string, drop bool) {
	if src.Drop == "" || s.Drop == nil {
		return "", false
	}
	// An expression that cannot be evaluated drops nothing.
	drop, err := s.Drop(src, e)
	return src.Drop, drop && err == nil
}

// Options of an Ingest.
type Options struct {
	Store  Store
	Poller *Poller // nil where only results are submitted
	Dedupe dedupe.Options
	Log    *slog.Logger // nil: nothing is logged
	// Committed is called after each commit, on the writer's goroutine, with
	// what its results came to. nil: nobody is told.
	Committed func(reports []Report)
}

// Ingest takes polls and holds the single writer.
type Ingest struct {
	opts     Options
	settings atomic.Pointer[Settings]
	tuning   atomic.Pointer[schedule.Tuning]
	work     *processors
	results  chan submission
	previews chan preview
	pinnings chan pinning
	pings    chan struct{}
	ended    chan struct{}

	mu     sync.RWMutex
	states map[string]*aggregator.SourceState // which are never changed, only replaced
	fault  error                              // why the last commit failed; nil: it did not

	// Only the writer's goroutine uses what follows.
	newJudge func() windowJudge
	judge    windowJudge
	unsaved  bool           // the judge knows more than its snapshot
	saving   sync.WaitGroup // the snapshot under way
	lastSeq  uint64
	lastSeen time.Time
	batch    []submission                       // the last, whose room the next takes
	tuned    *Settings                          // that the tuning was worked out for
	quiet    map[string]*aggregator.SourceState // folded, and to be stored with the next commit
	astray   bool                               // what a failed commit was folded into could not be taken back
	failures int                                // of the store in a row
	resume   time.Time                          // until then the store is left alone
}

type submission struct {
	result   aggregator.PollResult
	foreseen *foresight   // nil: nothing was
	reply    chan<- reply // nil: nobody waits
}

type reply struct {
	report Report
	err    error
}

type preview struct {
	result aggregator.PollResult
	reply  chan<- reply
}

// New returns an Ingest over what the store holds.
func New(opts Options, settings Settings) (*Ingest, error) {
	return newIngest(opts, settings, func() windowJudge { return dedupe.New(opts.Dedupe) })
}

func newIngest(opts Options, settings Settings, newJudge func() windowJudge) (*Ingest, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	in := &Ingest{
		opts: opts, work: newProcessors(), results: make(chan submission, batchResults),
		previews: make(chan preview), pinnings: make(chan pinning), pings: make(chan struct{}), ended: make(chan struct{}),
		newJudge: newJudge, batch: make([]submission, 0, batchResults),
	}
	if opts.Poller != nil {
		in.work = opts.Poller.work
	}
	in.settings.Store(&settings)
	if err := in.restore(); err != nil {
		return nil, err
	}
	in.tune()
	return in, nil
}

// Configure puts new settings in force, from the next batch on.
func (in *Ingest) Configure(settings Settings) { in.settings.Store(&settings) }

// State returns what is remembered of a source; the zero state if nothing is.
func (in *Ingest) State(source string) aggregator.SourceState { return *in.state(source) }

func (in *Ingest) state(source string) *aggregator.SourceState {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if state := in.states[source]; state != nil {
		return state
	}
	return &aggregator.SourceState{Source: source}
}

// States returns what is remembered of each source, in no order; also of those
// that are not configured any more and whose entries are kept.
func (in *Ingest) States() []aggregator.SourceState {
	in.mu.RLock()
	defer in.mu.RUnlock()
	states := make([]aggregator.SourceState, 0, len(in.states))
	for _, state := range in.states {
		states = append(states, *state)
	}
	return states
}

// Fault returns why the last commit failed, or nil if it did not.
func (in *Ingest) Fault() error {
	in.mu.RLock()
	defer in.mu.RUnlock()
	return in.fault
}

func (in *Ingest) retryAfter() time.Duration {
	return in.settings.Load().Planner.Least()
}

// Submit hands a result to the writer and waits until it is committed. An
// error says that nothing of it was stored.
func (in *Ingest) Submit(result aggregator.PollResult) (Report, error) {
	answer := make(chan reply, 1)
	if !in.hand(submission{result: result, reply: answer}) {
		return Report{}, ErrStopped
	}
	select {
	case r := <-answer:
		return r.report, r.err
	case <-in.ended:
		select {
		case r := <-answer:
			return r.report, r.err
		default:
			return Report{}, ErrStopped
		}
	}
}

// hand gives the writer a result, and reports whether it takes any.
func (in *Ingest) hand(s submission) bool {
	select {
	case in.results <- s:
		return true
	case <-in.ended:
		return false
	}
}

// Preview says what a result would come to, and stores nothing.
func (in *Ingest) Preview(ctx context.Context, result aggregator.PollResult) (Report, error) {
	answer := make(chan reply, 1)
	select {
	case in.previews <- preview{result, answer}:
		r := <-answer
		return r.report, r.err
	case <-in.ended:
		return Report{}, ErrStopped
	case <-ctx.Done():
		return Report{}, ctx.Err()
	}
}

// Ping returns nil once the writer is between two pieces of its work, the first
// of which is to purge: a writer that hangs does not answer before ctx ends.
func (in *Ingest) Ping(ctx context.Context) error {
	select {
	case in.pings <- struct{}{}:
		return nil
	case <-in.ended:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run purges a little, then writes until ctx ends and every result handed over
// by then is committed. Polls must have ended before ctx does: what is submitted
// later is refused. It may be called once.
func (in *Ingest) Run(ctx context.Context) error {
	defer close(in.ended)
	purge := time.NewTicker(purgeInterval)
	defer purge.Stop()
	purging := make(chan struct{}, 1)
	if in.purge() {
		purging <- struct{}{}
	}
	snapshot := time.NewTicker(snapshotInterval)
	defer snapshot.Stop()
	rested := time.NewTimer(quietWait)
	defer rested.Stop()
	for {
		select {
		case first := <-in.results:
			had := len(in.quiet)
			in.take(first)
			if had == 0 && len(in.quiet) > 0 {
				rested.Reset(quietWait)
			}
		case <-rested.C:
			in.flush()
		case p := <-in.previews:
			report, err := in.Try(p.result)
			p.reply <- reply{report, err}
		case p := <-in.pinnings:
			decisions, err := in.obey(p)
			p.reply <- pinned{decisions, err}
		case <-in.pings:
		case <-snapshot.C:
			in.saveJudge()
		case <-purge.C:
			select {
			case purging <- struct{}{}:
			default:
			}
		case <-purging:
			if in.purge() {
				purging <- struct{}{}
			}
		case <-ctx.Done():
			for {
				select {
				case first := <-in.results:
					in.take(first)
				default:
					in.flush()
					in.saveJudge()
					in.saving.Wait()
					return nil
				}
			}
		}
	}
}

// Try says what a result would come to, and stores nothing. It must not be
// called while Run is running; Preview may.
func (in *Ingest) Try(result aggregator.PollResult) (Report, error) {
	if err := in.restored(); err != nil {
		return Report{}, err
	}
	reports, err := in.fold(onlyAsked{in.judge}).run([]submission{{result: result}})
	if err != nil {
		return Report{}, err
	}
	return reports[0], nil
}

// onlyAsked is a judge that is told nothing.
type onlyAsked struct{ judge }

// Add forgets.
func (onlyAsked) Add(*aggregator.Entry, dedupe.Reading) {}

// Move forgets.
func (onlyAsked) Move(uint64, aggregator.StoryID) {}

func (in *Ingest) fold(j judge) *fold {
	f := newFold(in.opts.Store, j, in.settings.Load(), in.tuning.Load(), in.state)
	f.lastSeq, f.lastSeen = in.lastSeq, in.lastSeen
	return f
}

// purge removes a little of what is older than is kept, and says whether there
// may be more. A source that is no longer configured is remembered as long.
func (in *Ingest) purge() (more bool) {
	settings := in.settings.Load()
	if settings.Keep <= 0 {
		return false
	}
	before := time.Now().Add(-settings.Keep)
	err := in.forgetSources(settings, before)
	if err == nil {
		_, more, err = in.opts.Store.Purge(before, purgeEntries)
	}
	if err != nil {
		in.opts.Log.Error("old entries could not be removed", "err", err)
		return false
	}
	return more
}

// forgetSources forgets the sources that are not configured and were polled
// last before then.
func (in *Ingest) forgetSources(settings *Settings, before time.Time) error {
	var old []string
	in.mu.RLock()
	for id, state := range in.states {
		if _, configured := settings.Sources[id]; !configured && state.LastPoll.Before(before) {
			old = append(old, id)
		}
	}
	in.mu.RUnlock()
	for _, id := range old {
		if err := in.opts.Store.ForgetSource(id); err != nil {
			return err
		}
		in.mu.Lock()
		delete(in.states, id)
		in.mu.Unlock()
	}
	return nil
}
