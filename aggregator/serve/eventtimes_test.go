package serve

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestStreamsOutliveTheLimitsOfAnswers: the times within which a request must
// be read and an answer written are not those of a stream, but a client that
// takes nothing does not hold one.
func TestStreamsOutliveTheLimitsOfAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := announcing(t, Options{Archive: smallWorld()})
		p := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, p) }()
		open := func() (net.Conn, *bufio.Scanner) {
			conn := p.dial()
			if _, err := io.WriteString(conn, "GET /events HTTP/1.1\r\nHost: news.example\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			return conn, bufio.NewScanner(conn)
		}
		reader, lines := open()
		start := time.Now()
		beats := 0
		for time.Since(start) < 10*time.Minute {
			if !lines.Scan() {
				t.Fatalf("the stream ended after %v: %v", time.Since(start), lines.Err())
			}
			if strings.HasPrefix(lines.Text(), ":") {
				beats++
			}
		}
		if beats < 20 {
			t.Errorf("%d signs of life in ten minutes", beats)
		}
		deaf, _ := open()
		synctest.Wait()
		if now, _ := s.Streams(); now != 2 {
			t.Errorf("%d streams", now)
		}
		go func() {
			for lines.Scan() {
			}
		}()
		time.Sleep(2 * heartbeat)
		if now, cutOff := s.Streams(); now != 1 || cutOff != 1 {
			t.Errorf("%d streams after one took nothing, %d cut off", now, cutOff)
		}
		_, _ = deaf.Close(), reader.Close()
		synctest.Wait()
		if now, _ := s.Streams(); now != 0 {
			t.Errorf("%d streams after both went", now)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
