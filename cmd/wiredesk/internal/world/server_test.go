package world

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ask sends a request to the wire's server without a network.
func (w *World) ask(t *testing.T, from *wire, method string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, from.path(), http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler(from).ServeHTTP(rec, req)
	return rec
}

// begun returns a world that begins now, by the clock of the test's bubble.
func begun(t *testing.T) *World {
	t.Helper()
	return still(t, Options{Start: time.Now()})
}

func TestConditionalGet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		from := w.wireOf(t, "norvia")
		time.Sleep(time.Until(w.real(1, 10, 50)))
		first := w.ask(t, from, http.MethodGet)
		etag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
		if first.Code != http.StatusOK || etag == "" || modified == "" {
			t.Fatalf("status %d, ETag %q, Last-Modified %q", first.Code, etag, modified)
		}
		if at, err := http.ParseTime(modified); err != nil || at.After(time.Now()) {
			t.Errorf("Last-Modified %q, now %v: %v", modified, time.Now(), err)
		}
		for _, asked := range [][]string{
			{"If-None-Match", etag},
			{"If-Modified-Since", modified},
			{"If-None-Match", etag, "If-Modified-Since", modified},
			{"If-None-Match", "W/" + etag},
		} {
			again := w.ask(t, from, http.MethodGet, asked...)
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != etag {
				t.Errorf("%v: status %d, %d bytes, ETag %q; want 304", asked, again.Code, again.Body.Len(), again.Header().Get("ETag"))
			}
		}
		head := w.ask(t, from, http.MethodHead)
		if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("Content-Length") != strconv.Itoa(first.Body.Len()) {
			t.Errorf("HEAD: status %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
		}
		if post := w.ask(t, from, http.MethodPost); post.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST: status %d, want 405", post.Code)
		}

		time.Sleep(time.Until(w.real(1, 10, 56)))
		changed := w.ask(t, from, http.MethodGet, "If-None-Match", etag)
		if changed.Code != http.StatusOK || changed.Header().Get("ETag") == etag {
			t.Errorf("after news: status %d, ETag %q", changed.Code, changed.Header().Get("ETag"))
		}
		if since := w.ask(t, from, http.MethodGet, "If-Modified-Since", modified); since.Code != http.StatusOK {
			t.Errorf("after news, by date: status %d", since.Code)
		}
	})
}

func TestNoDateInTheSecondOfAChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		from := w.wireOf(t, "norvia")
		time.Sleep(time.Until(w.real(1, 10, 55)))
		if got := w.ask(t, from, http.MethodGet).Header().Get("Last-Modified"); got != "" {
			t.Errorf("Last-Modified %q within the second of the change", got)
		}
		time.Sleep(time.Second)
		if got := w.ask(t, from, http.MethodGet).Header().Get("Last-Modified"); got == "" {
			t.Error("no Last-Modified a second after the change")
		}
	})
}

func TestGzip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		accept string
		want   bool
	}{
		{"gzip", true}, {"br, GZIP;q=0.5", true}, {"deflate,gzip", true}, {"gzip;q=1.0", true},
		{"", false}, {"br", false}, {"gzip;q=0", false}, {"gzip;q=0.000", false}, {"gzip;q=much", false}, {"identity", false},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := begun(t)
				from := w.wireOf(t, "qinghe")
				plain, rec := w.ask(t, from, http.MethodGet), w.ask(t, from, http.MethodGet, "Accept-Encoding", tt.accept)
				if got := rec.Header().Get("Content-Encoding") == "gzip"; got != tt.want {
					t.Fatalf("Content-Encoding %q", rec.Header().Get("Content-Encoding"))
				}
				if rec.Header().Get("Vary") != "Accept-Encoding" || plain.Header().Get("Vary") != "Accept-Encoding" {
					t.Error("no Vary")
				}
				if !tt.want {
					return
				}
				if rec.Header().Get("ETag") == plain.Header().Get("ETag") {
					t.Error("both codings have one ETag")
				}
				zip, err := gzip.NewReader(rec.Body)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(zip)
				if err != nil || !bytes.Equal(body, plain.Body.Bytes()) {
					t.Errorf("decompressed to other %d bytes: %v", len(body), err)
				}
				again := w.ask(t, from, http.MethodGet, "Accept-Encoding", tt.accept, "If-None-Match", rec.Header().Get("ETag"))
				if again.Code != http.StatusNotModified {
					t.Errorf("asked again: status %d, want 304", again.Code)
				}
			})
		})
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		for id, want := range map[string]string{
			"norvia": "application/rss+xml", "meridian": "application/atom+xml", "ledger": "application/feed+json",
			"gazeta": "application/rss+xml; charset=windows-1251", "sindiyan": "application/rss+xml; charset=windows-1256",
		} {
			if got := w.ask(t, w.wireOf(t, id), http.MethodGet).Header().Get("Content-Type"); got != want {
				t.Errorf("%s: Content-Type %q, want %q", id, got, want)
			}
		}
	})
}

func TestFrontPageAnnouncesTheFeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		for i := range w.wires {
			from := &w.wires[i]
			rec := httptest.NewRecorder()
			w.servePage(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody), from, w.entries(from, time.Now()))
			page := rec.Body.String()
			if !strings.Contains(page, `<link rel="alternate" type="application/`) || !strings.Contains(page, `href="`+from.URL+`"`) {
				t.Errorf("%s: the page does not announce %s", from.ID, from.URL)
			}
		}
	})
}
