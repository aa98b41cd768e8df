package ingest

// WindowJudge is what stands in for the judge in tests.
type WindowJudge = windowJudge

// NewWithJudge is New with another judge.
func NewWithJudge(opts Options, settings Settings, newJudge func() WindowJudge) (*Ingest, error) {
	return newIngest(opts, settings, newJudge)
}
