package serve

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator/publish"
)

// unzip returns what the gzip stream holds.
func unzip(tb testing.TB, zipped []byte) []byte {
	tb.Helper()
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		tb.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return plain
}

// wantHeader compares header fields; an empty one must be absent.
func wantHeader(t *testing.T, got http.Header, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if joined := strings.Join(got.Values(name), ", "); joined != value {
			t.Errorf("%s: %q, want %q", name, joined, value)
		}
	}
}

func TestFeedWhole(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	for _, format := range publish.Formats() {
		e := s.shelf.Load().feeds["all"][string(format)]
		w := get(t, s.Handler(), "/feeds/all."+string(format))
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), e.body()) {
			t.Errorf("%s: status %d, %d bytes of %d", format, w.Code, w.Body.Len(), len(e.body()))
		}
		wantHeader(t, w.Header(), map[string]string{
			"Content-Type":                format.ContentType(),
			"Content-Length":              strconv.Itoa(len(e.body())),
			"Content-Encoding":            "",
			"Content-Location":            "",
			"ETag":                        e.etag,
			"Last-Modified":               e.modified.Format(http.TimeFormat),
			"Cache-Control":               "public, max-age=60",
			"Vary":                        "Accept-Encoding",
			"Access-Control-Allow-Origin": "*",
		})
		if len(e.body()) < minZipBytes || e.modified.IsZero() {
			t.Errorf("%s: an edition of %d bytes, modified %v, tests little", format, len(e.body()), e.modified)
		}
	}
}

func TestFeedZipped(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	e := s.shelf.Load().feeds["all"]["atom"]
	w := get(t, s.Handler(), "/feeds/all.atom", "Accept-Encoding", "compress, gzip;q=0.5")
	if !bytes.Equal(unzip(t, w.Body.Bytes()), e.body()) {
		t.Error("the gzip representation holds something else")
	}
	if &w.Body.Bytes()[0] == &e.body()[0] || !bytes.Equal(w.Body.Bytes(), e.forms[gzipCoding].body) {
		t.Error("it was not compressed beforehand")
	}
	wantHeader(t, w.Header(), map[string]string{
		"Content-Encoding": "gzip",
		"Content-Length":   strconv.Itoa(len(e.forms[gzipCoding].body)),
		"Content-Type":     publish.Atom.ContentType(),
		"ETag":             strings.TrimSuffix(e.etag, `"`) + `-gzip"`,
		"Last-Modified":    e.modified.Format(http.TimeFormat),
		"Vary":             "Accept-Encoding",
	})
}

func TestFeedHead(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	for _, encoding := range []string{"identity", "gzip"} {
		full := get(t, s.Handler(), "/feeds/all.rss", "Accept-Encoding", encoding)
		head := ask(t, s.Handler(), http.MethodHead, "/feeds/all.rss", "Accept-Encoding", encoding)
		if head.Code != http.StatusOK || head.Body.Len() != 0 {
			t.Errorf("%s: HEAD answers %d with %d bytes", encoding, head.Code, head.Body.Len())
		}
		if diff := cmp.Diff(full.Header(), head.Header()); diff != "" {
			t.Errorf("%s: HEAD and GET differ in their headers (-GET +HEAD):\n%s", encoding, diff)
		}
	}
}

func TestFeedConditions(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	e := s.shelf.Load().feeds["all"]["rss"]
	date, earlier := e.modified.Format(http.TimeFormat), e.modified.Add(-time.Second).Format(http.TimeFormat)
	for _, test := range []struct {
		name   string
		header []string
		status int
		etag   string
	}{
		{"tag", []string{"If-None-Match", e.etag}, 304, e.etag},
		{"tag, weak", []string{"If-None-Match", "W/" + e.etag}, 304, e.etag},
		{"tag in a list", []string{"If-None-Match", `"a", ` + e.etag}, 304, e.etag},
		{"any tag", []string{"If-None-Match", "*"}, 304, e.etag},
		{"tag, gzip taken", []string{"If-None-Match", e.tag(gzipCoding), "Accept-Encoding", "gzip"}, 304, e.tag(gzipCoding)},
		{"tag of identity, gzip taken", []string{"If-None-Match", e.etag, "Accept-Encoding", "gzip"}, 304, e.etag},
		{"tag of identity, identity refused", []string{"If-None-Match", e.etag, "Accept-Encoding", "gzip, identity;q=0"}, 200, e.tag(gzipCoding)},
		{"tag of gzip, gzip not taken", []string{"If-None-Match", e.tag(gzipCoding)}, 200, e.etag},
		{"another tag", []string{"If-None-Match", `"a"`}, 200, e.etag},
		{"date", []string{"If-Modified-Since", date}, 304, e.etag},
		{"date, gzip taken", []string{"If-Modified-Since", date, "Accept-Encoding", "gzip"}, 304, e.tag(gzipCoding)},
		{"earlier date", []string{"If-Modified-Since", earlier}, 200, e.etag},
		{"unreadable date", []string{"If-Modified-Since", "now"}, 200, e.etag},
		{"another tag beside the date", []string{"If-None-Match", `"a"`, "If-Modified-Since", date}, 200, e.etag},
		{"the tag beside an earlier date", []string{"If-None-Match", e.etag, "If-Modified-Since", earlier}, 304, e.etag},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(test.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				w := ask(t, s.Handler(), method, "/feeds/all.rss", test.header...)
				if w.Code != test.status {
					t.Fatalf("status %d, want %d", w.Code, test.status)
				}
				wantHeader(t, w.Header(), map[string]string{"ETag": test.etag, "Cache-Control": "public, max-age=60", "Vary": "Accept-Encoding"})
				if test.status == http.StatusNotModified {
					// RFC 9110, section 15.4.5: no more than a cache needs.
					wantHeader(t, w.Header(), map[string]string{"Content-Type": "", "Content-Length": "", "Content-Encoding": "", "Last-Modified": ""})
					if w.Body.Len() != 0 {
						t.Errorf("304 with %d bytes", w.Body.Len())
					}
				}
			})
		}
	}
}

func TestSmallBodyIsNotZipped(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	for _, size := range []int{0, minZipBytes - 1, minZipBytes} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		e := newEdition(typeText, cacheAsk, bytes.Repeat([]byte("a"), size))
		s.send(w, r, e)
		if zipped := w.Header().Get("Content-Encoding") == "gzip"; zipped != (size >= minZipBytes) {
			t.Errorf("%d bytes: compressed %v", size, zipped)
		} else if zipped && !bytes.Equal(unzip(t, w.Body.Bytes()), e.body()) {
			t.Errorf("%d bytes: something else inside", size)
		}
		wantHeader(t, w.Header(), map[string]string{"Vary": "Accept-Encoding", "Last-Modified": ""})
	}
}

func TestPagesHaveTags(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s := rendered(t, Options{Archive: world}, publication())
	id := world.views[0].ID.String()
	older := formatPosition(positionOf(world.views[1]))
	seen := make(map[string]string)
	for _, path := range []string{"/", "/?before=" + older, "/stories/" + id, "/stories/" + id + ".json", "/sources", "/feeds.opml", "/sources.opml"} {
		first := get(t, s.Handler(), path)
		etag := first.Header().Get("ETag")
		if first.Code != 200 || etag == "" || first.Header().Get("Last-Modified") != "" {
			t.Errorf("%s: status %d, ETag %q, Last-Modified %q", path, first.Code, etag, first.Header().Get("Last-Modified"))
		}
		if other, taken := seen[etag]; taken {
			t.Errorf("%s and %s share an ETag", path, other)
		}
		seen[etag] = path
		if again := get(t, s.Handler(), path, "If-None-Match", etag); again.Code != http.StatusNotModified {
			t.Errorf("%s: %d to its own ETag", path, again.Code)
		}
		zipped := get(t, s.Handler(), path, "Accept-Encoding", "gzip")
		if zipped.Header().Get("Content-Encoding") == "gzip" && !bytes.Equal(unzip(t, zipped.Body.Bytes()), first.Body.Bytes()) {
			t.Errorf("%s: something else inside gzip", path)
		}
	}
}
