package serve

import (
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// warnGap is how far apart two warnings of net/http are at least: what clients
// can provoke is not to fill the log.
const warnGap = time.Second

// ErrorLog returns what net/http is to write its lines to. They become records
// with one message: a panic is an error, what a peer did wrong with a connection
// is for debugging, and the rest are warnings, of which those that come within a
// second of another are for debugging too.
func ErrorLog(l *slog.Logger) *log.Logger { return log.New(&errorLog{log: l}, "", 0) }

// errorLog takes one line, or one panic with its stack, at each Write.
type errorLog struct {
	log *slog.Logger

	mu     sync.Mutex
	warned time.Time
}

func (e *errorLog) Write(line []byte) (int, error) {
	said := strings.TrimSpace(string(line))
	const message = "an HTTP connection is in trouble"
	switch {
	case strings.Contains(said, "panic serving"):
		e.log.Error(message, "err", said)
	case isNoise(said) || !e.mayWarn(time.Now()):
		e.log.Debug(message, "err", said)
	default:
		e.log.Warn(message, "err", said)
	}
	return len(line), nil
}

// isNoise reports whether a line tells of what peers do wrong at any time, and
// nobody here can mend.
func isNoise(line string) bool {
	for _, noise := range []string{"TLS handshake error", "Unsolicited response", "http2: ", "contains semicolon"} {
		if strings.Contains(line, noise) {
			return true
		}
	}
	return false
}

func (e *errorLog) mayWarn(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.warned) < warnGap {
		return false
	}
	e.warned = now
	return true
}
