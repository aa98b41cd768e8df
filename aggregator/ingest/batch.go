package ingest

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// A batch is what waits for the writer, up to so many results, so many entries
// or so long after the first. It is half of the polls that are under way at once
// by default: while it is stored the other half goes on.
const (
	batchResults = 32
	batchEntries = 4000
	batchWait    = 20 * time.Millisecond
)

// quietWait is how long the states of unchanged sources wait for a commit.
const quietWait = 5 * time.Second

// maxStoreRest is the longest that a store which fails again and again is left
// alone: after a failure the judge is told of the archive anew, and that is not
// to be all that happens while a disk is full.
const maxStoreRest = 30 * time.Second

// storeRest returns how long a store that has failed so many times in a row is
// left alone. Once is an accident.
func storeRest(failures int) time.Duration {
	if failures < 2 {
		return 0
	}
	return min(time.Second<<min(failures-2, 10), maxStoreRest)
}

// collect waits a little for more results. The batch is valid until the next.
func (in *Ingest) collect(first submission) []submission {
	in.batch = append(in.batch[:0], first)
	wait := time.NewTimer(batchWait)
	defer wait.Stop()
	entries := len(first.result.Document.Entries)
	for len(in.batch) < batchResults && entries < batchEntries {
		select {
		case next := <-in.results:
			in.batch = append(in.batch, next)
			entries += len(next.result.Document.Entries)
		case <-wait.C:
			return in.batch
		}
	}
	return in.batch
}

// take settles what waits, of which first is the first.
func (in *Ingest) take(first submission) {
	batch := in.collect(first)
	in.settle(batch)
	clear(batch) // its documents are not held on to
}

// settle folds and commits a batch and answers those who wait for it.
func (in *Ingest) settle(batch []submission) {
	if time.Now().Before(in.resume) {
		for _, s := range batch {
			if s.reply != nil {
				s.reply <- reply{err: in.Fault()}
			}
		}
		return
	}
	reports, err := in.commit(batch)
	if errors.As(err, new(*panicked)) {
		// One result does what none should. The others don't pay for it, and
		// its source shows what happened.
		if len(batch) > 1 {
			for _, s := range batch {
				in.settle([]submission{s})
			}
			return
		}
		batch[0].foreseen = nil
		result := &batch[0].result
		in.opts.Log.Error("a poll's result could not be folded", "source", result.Source, "err", err)
		result.Document = aggregator.Document{}
		result.Response = failed(result.Response, aggregator.Problem{
			Kind: aggregator.ProblemInternal, Message: "storing this feed failed inside Wiredesk: " + err.Error(),
		})
		reports, err = in.commit(batch)
	}
	in.record(err, reports)
	if err == nil && in.opts.Committed != nil {
		in.opts.Committed(reports)
	}
	for i, s := range batch {
		switch {
		case s.reply == nil:
		case err != nil:
			s.reply <- reply{err: err}
		default:
			s.reply <- reply{report: reports[i]}
		}
	}
	if err == nil {
		in.tune()
	}
}

// commit folds a batch's results and stores what they come to, or leaves everything
// as the store has it. Results that change nothing but when their source was
// last asked wait a moment for the next commit, so that a thousand unchanged
// feeds don't cost a thousand transactions; a crash forgets at most that they
// were asked.
func (in *Ingest) commit(batch []submission) ([]Report, error) {
	if err := in.restored(); err != nil {
		return nil, err
	}
	f := in.fold(in.judge)
	in.work.takeFirst()
	defer in.work.free()
	reports, err := f.run(batch)
	if err == nil {
		if f.quiet() {
			maps.Copy(in.quiet, f.newest)
		} else {
			err = in.store(f)
		}
	}
	if err != nil {
		return nil, in.takeBack(err)
	}
	in.lastSeq, in.lastSeen = f.lastSeq, f.lastSeen
	in.mu.Lock()
	maps.Copy(in.states, f.newest)
	in.mu.Unlock()
	return reports, nil
}

// store commits what the fold came to, and the states that waited for it.
func (in *Ingest) store(f *fold) error {
	for source, state := range in.quiet {
		if _, newer := f.newest[source]; !newer {
			f.newest[source] = state
		}
	}
	commit := f.finish()
	if err := in.opts.Store.Commit(commit); err != nil {
		return err
	}
	clear(in.quiet)
	in.unsaved = in.unsaved || len(commit.Entries) > 0
	return nil
}

// flush stores the states that wait for a commit.
func (in *Ingest) flush() {
	if len(in.quiet) == 0 {
		return
	}
	err := in.store(in.fold(in.judge))
	if err != nil {
		err = in.takeBack(err)
	}
	in.record(err, nil)
}

// takeBack leaves everything as the store has it after err, or has that done
// before the next fold.
func (in *Ingest) takeBack(err error) error {
	in.astray = true
	return errors.Join(err, in.restored())
}

// restored makes up for a takeBack that could not read the store.
func (in *Ingest) restored() error {
	if !in.astray {
		return nil
	}
	return in.restore()
}

// panicked is the error of a fold that panicked.
type panicked struct {
	value any
	stack []byte
}

// Error says what was panicked with, and where.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// guard turns a panic into an error.
func guard(fold func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{r, debug.Stack()}
		}
	}()
	return fold()
}

func (f *fold) run(batch []submission) (reports []Report, err error) {
	reports = make([]Report, 0, len(batch))
	err = guard(func() error {
		for i := range batch {
			report, err := f.add(&batch[i].result, batch[i].foreseen)
			if err != nil {
				return err
			}
			reports = append(reports, report)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return reports, nil
}

// record keeps whether the store takes what it is given, and says so when that
// changes. A full disk may still take a commit without entries, so that only
// one with some is a sign that it is well again.
func (in *Ingest) record(err error, reports []Report) {
	before := in.Fault()
	told := slices.ContainsFunc(reports, func(r Report) bool { return len(r.Decisions) > 0 })
	if err == nil && before != nil && !told {
		return
	}
	in.mu.Lock()
	in.fault = err
	in.mu.Unlock()
	in.failures++
	if err == nil {
		in.failures = 0
	}
	in.resume = time.Now().Add(storeRest(in.failures))
	switch {
	case err != nil && before == nil:
		in.opts.Log.Error("nothing can be stored; polls are repeated until it can", "err", err)
	case err == nil && before != nil:
		in.opts.Log.Warn("storing works again")
	}
}
