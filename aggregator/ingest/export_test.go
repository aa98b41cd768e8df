package ingest

import "context"

// WindowJudge is what stands in for the judge in tests.
type WindowJudge = windowJudge

// NewWithJudge is New with another judge.
func NewWithJudge(opts Options, settings Settings, newJudge func() WindowJudge) (*Ingest, error) {
	return newIngest(opts, settings, newJudge)
}

// RefoldWithJudge is Refold with another judge.
func RefoldWithJudge(ctx context.Context, store Store, judge WindowJudge, settings *Settings) (*Refolded, error) {
	return refold(ctx, store, judge, settings, func() {})
}

// SaveJudge saves what the judge knows and waits for it.
func (in *Ingest) SaveJudge() error {
	return in.opts.Store.SaveJudge(in.judge.LastSeq(), in.judge.AppendSnapshot(nil))
}

// SnapshotBytes makes a snapshot, which is what the writer waits for.
func (in *Ingest) SnapshotBytes() int { return len(in.judge.AppendSnapshot(nil)) }
