package websub

import "time"

// hosts paces requests: so many at once in all, one at a time to each host, and
// none to a host that rests.
type hosts struct {
	most    int           // requests at once
	gap     time.Duration // between the end of one request to a host and the next
	rest    time.Duration // of a host that does not answer, at the longest
	known   map[string]*host
	waiting map[string]*host // those with a queue
	queued  map[string]bool  // tokens in queues
	busy    int
	swept   time.Time
}

// host is how requests to one host go.
type host struct {
	queue    []string // tokens
	busy     bool
	free     time.Time // nothing is sent before
	failures int       // requests in a row that it did not answer
}

const (
	hostMemory = 24 * time.Hour
	// manyHosts is from when on hosts that do not rest are not remembered.
	manyHosts = 5000
)

func newHosts(most int, gap, rest time.Duration) *hosts {
	return &hosts{most: most, gap: gap, rest: rest, known: map[string]*host{}, waiting: map[string]*host{}, queued: map[string]bool{}}
}

// enqueue has a token wait for its host. One that waits already waits once.
func (h *hosts) enqueue(name, token string) {
	if h.queued[token] {
		return
	}
	to := h.known[name]
	if to == nil {
		to = &host{}
		h.known[name] = to
	}
	to.queue = append(to.queue, token)
	h.waiting[name], h.queued[token] = to, true
}

// take takes a token out for which a request may be sent now. Where one is,
// begin says so.
func (h *hosts) take(now time.Time) (name, token string, ok bool) {
	if h.busy == h.most {
		return "", "", false
	}
	for name, to := range h.waiting {
		if to.busy || to.free.After(now) {
			continue
		}
		if len(to.queue) == 0 {
			delete(h.waiting, name)
			continue
		}
		token := to.queue[0]
		to.queue = to.queue[1:]
		delete(h.queued, token)
		return name, token, true
	}
	return "", "", false
}

// begin notes that a request is under way.
func (h *hosts) begin(name string) {
	h.known[name].busy = true
	h.busy++
}

// end notes that it is not any more. A host that did not answer rests, for
// longer each time, and any until it asks to be left in peace.
func (h *hosts) end(name string, answered bool, until, now time.Time) {
	to := h.known[name]
	to.busy = false
	h.busy--
	to.free = now.Add(h.gap)
	if answered {
		to.failures = 0
	} else {
		to.failures++
		to.free = later(now.Add(backOff(name, to.failures, deadWait, h.rest)), until)
	}
	h.sweep(now)
}

// sweep forgets the hosts that nothing was asked of for long, or sooner where
// there are many.
func (h *hosts) sweep(now time.Time) {
	memory := hostMemory
	if len(h.known) > manyHosts {
		memory = 0
	}
	if now.Sub(h.swept) < min(memory+time.Minute, time.Hour) {
		return
	}
	h.swept = now
	for name, to := range h.known {
		if len(to.queue) == 0 && !to.busy && now.Sub(to.free) > memory {
			delete(h.known, name)
			delete(h.waiting, name)
		}
	}
}

// wait returns how long there is nothing to send, most at the longest.
func (h *hosts) wait(most time.Duration, now time.Time) time.Duration {
	if h.busy < h.most {
		for _, to := range h.waiting {
			if !to.busy {
				most = min(most, to.free.Sub(now))
			}
		}
	}
	return most
}
