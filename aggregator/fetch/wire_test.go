package fetch

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"wiredesk/aggregator"
)

// sent is an answer without validators.
type sent struct {
	kind, coding string
	body         []byte
}

func (s sent) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", s.kind)
	if s.coding != "" {
		w.Header().Set("Content-Encoding", s.coding)
	}
	_, _ = w.Write(s.body)
}

func TestSameBytesAreNotDecompressed(t *testing.T) {
	t.Parallel()
	const atom, rss = "application/atom+xml", "application/rss+xml"
	noise := make([]byte, aheadBytes)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	text := []byte(strings.Repeat(document, 20))
	gzip := compressed(t, "gzip", text)
	noisy := compressed(t, "gzip", noise)
	for name, test := range map[string]struct {
		first, second sent
		same          bool
	}{
		"plain":                     {sent{rss, "", text}, sent{rss, "", text}, true},
		"gzip":                      {sent{rss, "gzip", gzip}, sent{rss, "gzip", gzip}, true},
		"brotli":                    {sent{rss, "br", compressed(t, "br", text)}, sent{rss, "br", compressed(t, "br", text)}, true},
		"zstd":                      {sent{rss, "zstd", compressed(t, "zstd", text)}, sent{rss, "zstd", compressed(t, "zstd", text)}, true},
		"as long as is read ahead":  {sent{rss, "", noise[1:]}, sent{rss, "", noise[1:]}, true},
		"another text":              {sent{rss, "gzip", gzip}, sent{rss, "gzip", compressed(t, "gzip", text[1:])}, false},
		"another coding":            {sent{rss, "gzip", gzip}, sent{rss, "", text}, false},
		"read otherwise":            {sent{rss, "gzip", gzip}, sent{atom, "gzip", gzip}, false},
		"decoded otherwise":         {sent{rss, "", gzip}, sent{rss, "gzip", gzip}, false},
		"longer than is read ahead": {sent{rss, "", noise}, sent{rss, "", noise}, false},
		"gzip that is longer":       {sent{rss, "gzip", noisy}, sent{rss, "gzip", noisy}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, Options{})
			first := poll1(t, c, local(serve(t, test.first.ServeHTTP)))
			if long := len(test.first.body) >= aheadBytes; first.Outcome != aggregator.Fetched || (first.WireDigest == 0) != long {
				t.Fatalf("the first answer: %v, %v, digest %d", first.Outcome, first.Problem, first.WireDigest)
			}
			asked := false
			second := c.Fetch(t.Context(), aggregator.Request{
				Source: local(serve(t, test.second.ServeHTTP)), WireDigest: first.WireDigest,
				Validators: aggregator.Validators{ETag: `"1"`},
				Grow:       func(context.Context, int64) error { asked = true; return nil },
			})
			checkResponse(t, second)
			want := aggregator.Fetched
			if test.same {
				want = aggregator.NotModified
			}
			if second.Outcome != want || second.BytesRead != int64(len(test.second.body)) || (second.WireDigest == first.WireDigest) != (test.same || first.WireDigest == 0) {
				t.Errorf("%v with digest %d after %d, %d bytes read", second.Outcome, second.WireDigest, first.WireDigest, second.BytesRead)
			}
			if asked == test.same || test.same != (second.Body == nil) {
				t.Errorf("asked for room: %v; a body of %d bytes", asked, len(second.Body))
			}
			if second.Validators != (aggregator.Validators{}) {
				t.Errorf("validators %+v, which the server did not send", second.Validators)
			}
			if !test.same && string(second.Body) != string(poll1(t, c, local(serve(t, test.second.ServeHTTP))).Body) {
				t.Error("read ahead it is another body than at once")
			}
		})
	}
}

func TestReadAheadKeepsTheConnection(t *testing.T) {
	t.Parallel()
	addresses := map[string]bool{}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		addresses[r.RemoteAddr] = true
		sent{"text/xml", "", []byte(document)}.ServeHTTP(w, r)
	})
	c := newClient(t, Options{})
	req := aggregator.Request{Source: local(url)}
	for range 3 {
		req.WireDigest = c.Fetch(t.Context(), req).WireDigest
	}
	if len(addresses) != 1 {
		t.Errorf("%d connections, want 1", len(addresses))
	}
}
