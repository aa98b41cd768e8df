package ingest

import "wiredesk/aggregator"

// processors are what documents are parsed on and batches folded and stored on,
// no more of them at a time than the machine has: a document being parsed takes
// many times the memory of its body, and readers want a processor too.
type processors struct {
	busy   chan struct{}
	handed chan struct{} // from who is done to the writer
}

func newProcessors() *processors {
	return &processors{busy: make(chan struct{}, aggregator.Processors()), handed: make(chan struct{})}
}

// take waits until another processor may be kept busy.
func (p *processors) take() { p.busy <- struct{}{} }

// takeFirst is take for the one writer, which does not queue: everybody would
// wait for it when all have parsed what they had.
func (p *processors) takeFirst() {
	select {
	case p.busy <- struct{}{}:
	case p.handed <- struct{}{}:
	}
}

func (p *processors) free() {
	select {
	case <-p.handed: // the writer keeps it busy
	default:
		<-p.busy
	}
}
