package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// progress shows on a terminal how far long work has come. Elsewhere it is
// silent.
type progress struct {
	out   io.Writer // nil: nobody looks
	what  string
	total int

	mu   sync.Mutex
	done int
}

func newProgress(w io.Writer, what string, total int) *progress {
	p := &progress{what: what, total: total}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.out = w
	}
	return p
}

// progressSteps is about how often the line is written at most.
const progressSteps = 1000

// step says that one more of the total is done.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.out != nil && (p.done == p.total || p.done%max(1, p.total/progressSteps) == 0) {
		fmt.Fprintf(p.out, "\r%s: %d of %d", p.what, p.done, p.total)
	}
}

// clear leaves the line to what is printed next.
func (p *progress) clear() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
