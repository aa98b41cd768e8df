package serve

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"wiredesk/aggregator/publish"
)

// decoded returns what a body in the coding holds.
func decoded(tb testing.TB, coding string, body []byte) []byte {
	tb.Helper()
	switch coding {
	case "gzip":
		return unzip(tb, body)
	case "br":
		plain, err := io.ReadAll(brotli.NewReader(bytes.NewReader(body)))
		if err != nil {
			tb.Fatal(err)
		}
		return plain
	case "zstd":
		r, err := zstd.NewReader(bytes.NewReader(body))
		if err != nil {
			tb.Fatal(err)
		}
		defer r.Close()
		plain, err := io.ReadAll(r)
		if err != nil {
			tb.Fatal(err)
		}
		return plain
	}
	return body
}

func TestEditionsAreMadeInEveryCoding(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	tags := make(map[string]bool)
	for _, file := range []string{"all.atom", "all.rss", "all.json", "all.html"} {
		slug, format, _ := strings.Cut(file, ".")
		e := s.shelf.Load().feeds[slug][format]
		for accept, want := range map[string]string{
			"br": "br", "zstd": "zstd", "gzip": "gzip", "identity": "",
			"gzip, deflate, br, zstd": "br", "gzip, zstd": "zstd", "br;q=0.1, gzip;q=0.9": "gzip",
		} {
			w := get(t, s.Handler(), "/feeds/"+file, "Accept-Encoding", accept)
			if got := w.Header().Get("Content-Encoding"); got != want || w.Code != http.StatusOK {
				t.Errorf("%s, Accept-Encoding %s: status %d, coding %q, want %q", file, accept, w.Code, got, want)
			}
			if !bytes.Equal(decoded(t, want, w.Body.Bytes()), e.body()) {
				t.Errorf("%s: something else inside %s", file, want)
			}
			if want != "" && w.Body.Len() >= len(e.body()) {
				t.Errorf("%s: %s makes %d bytes of %d", file, want, w.Body.Len(), len(e.body()))
			}
			tag := w.Header().Get("ETag")
			if again := get(t, s.Handler(), "/feeds/"+file, "Accept-Encoding", accept, "If-None-Match", `"x", `+tag); again.Code != http.StatusNotModified || again.Header().Get("ETag") != tag {
				t.Errorf("%s in %q: %d to its own tag %s", file, want, again.Code, tag)
			}
			tags[tag] = true
		}
	}
	if len(tags) != 4*codings {
		t.Errorf("%d tags of %d representations", len(tags), 4*codings)
	}
}

func TestEncoderIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var enc encoder
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			body := bytes.Repeat([]byte{byte('a' + i), '\n'}, 5000)
			for _, c := range allCodings() {
				if got := decoded(t, c.name(), enc.encode(c, body)); !bytes.Equal(got, body) {
					t.Errorf("%s does not give back what it was given", c.name())
				}
			}
		})
	}
	all.Wait()
}

func TestFeedsLinkToThemselves(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	for _, format := range publish.Formats() {
		want := "<https://news.example/feeds/all." + string(format) + `>; rel="self"`
		if got := get(t, s.Handler(), "/feeds/all."+string(format)).Header().Get("Link"); got != want {
			t.Errorf("Link: %s, want %s", got, want)
		}
	}
}
