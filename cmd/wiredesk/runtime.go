package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// Go looks for requests that have come when one of the threads it may run
	// has nothing to do, and else every ten milliseconds. While all processors
	// read documents, fold and render, readers would wait that long, so that it
	// may run two threads more for each processor, four at most, and the system
	// shares the processors out among them.
	sparePerProcessor = 2
	mostSpare         = 4
	// collectAt is by how much the memory in use grows, in percent, before it is
	// looked through for what is not. Most of what a poll takes is not needed a
	// moment later, and a small server has other things to do with its memory.
	collectAt = 70
)

// settleRuntime sets the runtime for a daemon. Whoever says otherwise in the
// environment has the last word.
func settleRuntime() {
	if os.Getenv("GOMAXPROCS") == "" {
		processors := runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(processors + min(sparePerProcessor*processors, mostSpare))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
