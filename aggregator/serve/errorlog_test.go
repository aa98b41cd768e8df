package serve

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestErrorLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		l := ErrorLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
		for _, test := range []struct {
			line  string
			after time.Duration
			want  string
		}{
			{"http: Accept error: too many open files; retrying in 5ms", 0, "WARN"},
			{"http: Accept error: too many open files; retrying in 10ms", warnGap / 2, "DEBUG"},
			{"http: panic serving 127.0.0.1:1: nil map\ngoroutine 1 [running]:", 0, "ERROR"},
			{"http: superfluous response.WriteHeader call", warnGap, "WARN"},
			{"http: TLS handshake error from 127.0.0.1:1: EOF", warnGap, "DEBUG"},
			{`Unsolicited response received on idle HTTP channel starting with "x"; err=<nil>`, warnGap, "DEBUG"},
		} {
			time.Sleep(test.after)
			out.Reset()
			l.Print(test.line)
			first, _, _ := strings.Cut(test.line, "\n")
			if got := out.String(); !strings.Contains(got, "level="+test.want) || strings.Count(got, "\n") != 1 || !strings.Contains(got, strings.ReplaceAll(first, `"`, `\"`)) {
				t.Errorf("%s: logged %s, want %s", first, got, test.want)
			}
		}
	})
}
