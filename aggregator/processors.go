package aggregator

import "runtime"

// Processors is how many goroutines that only compute are worth running at
// once, at least 1. A daemon may let the runtime run more, so that what waits
// for the network need not wait for them too.
func Processors() int { return min(runtime.GOMAXPROCS(0), runtime.NumCPU()) }
