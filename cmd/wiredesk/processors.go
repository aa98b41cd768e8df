package main

import (
	"os"
	"runtime"
)

// spareProcessors is how many more goroutines run at once than there are
// processors. Go looks for requests that have come when one of those it may run
// has nothing to do, and else every ten milliseconds: while as many as there are
// processors read documents, fold and render, readers would wait that long. The
// system's scheduler parts the processors between them fairly.
const spareProcessors = 2

// spareForRequests lets requests be seen while all processors are at work. Who
// sets GOMAXPROCS in the environment has the last word.
func spareForRequests() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + spareProcessors)
	}
}
