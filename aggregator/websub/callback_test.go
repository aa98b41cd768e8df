package websub

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
)

var sorted = cmpopts.SortSlices(strings.Compare)

func TestPushes(t *testing.T) {
	t.Parallel()
	const body = "<feed>нов</feed>"
	hexOf := func(h func() hash.Hash, secret string) string {
		mac := hmac.New(h, []byte(secret))
		_, _ = mac.Write([]byte(body))
		return hex.EncodeToString(mac.Sum(nil))
	}
	for _, test := range []struct {
		name      string
		signature func(secret string) string // empty: no header
		want      Outcome
	}{
		{"sha1", func(s string) string { return "sha1=" + hexOf(sha1.New, s) }, PushTaken},
		{"sha256", func(s string) string { return "sha256=" + hexOf(sha256.New, s) }, PushTaken},
		{"sha384", func(s string) string { return "sha384=" + hexOf(sha512.New384, s) }, PushTaken},
		{"sha512", func(s string) string { return "sha512=" + hexOf(sha512.New, s) }, PushTaken},
		{"capitals", func(s string) string { return " SHA256=" + strings.ToUpper(hexOf(sha256.New, s)) }, PushTaken},
		{"missing", func(string) string { return "" }, PushUnsigned},
		{"another secret", func(s string) string { return "sha256=" + hexOf(sha256.New, s+"x") }, PushUnsigned},
		{"no secret", func(string) string { return "sha256=" + hexOf(sha256.New, "") }, PushUnsigned},
		{"another method", func(s string) string { return "sha1=" + hexOf(sha256.New, s) }, PushUnsigned},
		{"an unknown method", func(s string) string { return "md5=" + hexOf(sha256.New, s) }, PushUnsigned},
		{"cut short", func(s string) string { return "sha256=" + hexOf(sha256.New, s)[:62] }, PushUnsigned},
		{"too long", func(s string) string { return "sha256=" + hexOf(sha256.New, s) + "00" }, PushUnsigned},
		{"no digits", func(string) string { return "sha256=" }, PushUnsigned},
		{"no method", func(s string) string { return hexOf(sha256.New, s) }, PushUnsigned},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			within(t, func(w *world) {
				sub := w.subscribe("norvia", topic, hubA)
				var header []string
				if value := test.signature(sub.Secret.Reveal()); value != "" {
					header = []string{"X-Hub-Signature", value}
				}
				for range 2 {
					if code := bring(w.sub, sub.Token, body, header...).Code; code/100 != 2 {
						t.Errorf("answered %d", code)
					}
				}
				if diff := gocmp.Diff([]Outcome{test.want, test.want}, w.came()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				var want []aggregator.Delivery
				if test.want == PushTaken {
					d := aggregator.Delivery{Source: "norvia", Topic: topic, At: time.Now().UTC(), ContentType: "application/atom+xml", Body: []byte(body)}
					want = []aggregator.Delivery{d, d}
				}
				if diff := gocmp.Diff(want, w.taken); diff != "" {
					t.Errorf("taken (-want +got):\n%s", diff)
				}
				if said := w.warnings(); (len(said) == 1) != (test.want == PushUnsigned) {
					t.Errorf("logged %q", said)
				}
				if left := w.sub.mail.leftBytes; left != bodiesAhead*1000 {
					t.Errorf("%d bytes of room left, want all of it", left)
				}
			})
		})
	}
}

func TestWhatBecomesOfPushes(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		push := func(body string) int {
			return bring(w.sub, sub.Token, body, "X-Hub-Signature", sign(sub.Secret.Reveal(), body)).Code
		}
		codes := []int{push(""), push("<feed/>"), push(strings.Repeat("x", 1000)), push(strings.Repeat("x", 1001)), bring(w.sub, "unknown", "x").Code}
		synctest.Wait()
		w.mu.Lock()
		w.take = func(aggregator.Delivery) (bool, error) { return false, errors.New("no room") }
		w.mu.Unlock()
		codes = append(codes, push("<feed/>"))
		if diff := gocmp.Diff([]int{202, 202, 202, 413, 410, 202}, codes); diff != "" {
			t.Errorf("answered (-want +got):\n%s", diff)
		}
		got := w.came()
		slices.Sort(got)
		want := []Outcome{PushTaken, PushTaken, PushLost, PushNotice, PushTooLarge, PushUnknown}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A body whose length is not said is bounded all the same, and one that breaks
// off is no push.
func TestBodies(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		send := func(body io.Reader) int {
			r := httptest.NewRequest(http.MethodPost, "/websub/"+sub.Token, body)
			r.SetPathValue("token", sub.Token)
			r.ContentLength = -1
			answer := httptest.NewRecorder()
			w.sub.ServeHTTP(answer, r)
			return answer.Code
		}
		if code := send(strings.NewReader(strings.Repeat("x", 1001))); code != 413 {
			t.Errorf("too large: answered %d", code)
		}
		if code := send(io.MultiReader(strings.NewReader("x"), broken{})); code != 400 {
			t.Errorf("broken off: answered %d", code)
		}
		if diff := gocmp.Diff([]Outcome{PushTooLarge, PushBroken}, w.came()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if left := w.sub.mail.leftBytes; left != bodiesAhead*1000 {
			t.Errorf("%d bytes of room left, want all of it", left)
		}
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// What is in memory is bounded: a hub that brings more is told to come back.
func TestBusy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		bytes int
		most  int // that are taken while nobody carries them on
	}{
		{"many small ones", 1, pushesAhead + 1}, // and the one under way
		{"some large ones", 1000, bodiesAhead},  // those that have come are not their hub's any more
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			within(t, func(w *world) {
				sub := w.subscribe("norvia", topic, hubA)
				w.mu.Lock() // whoever takes a push waits
				taken := 0
				for range pushesAhead + 5 {
					body := strings.Repeat("x", test.bytes)
					answer := bringQuietly(w.sub, sub, body)
					switch {
					case answer.Code == http.StatusAccepted:
						taken++
					case answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "":
						t.Errorf("answered %d, come back after %q", answer.Code, answer.Header().Get("Retry-After"))
					}
				}
				w.mu.Unlock()
				if taken > test.most || taken < test.most-1 {
					t.Errorf("%d taken, want %d", taken, test.most)
				}
				synctest.Wait()
				if len(w.taken) != taken || w.sub.mail.leftBytes != bodiesAhead*1000 {
					t.Errorf("%d carried on, %d bytes of room left", len(w.taken), w.sub.mail.leftBytes)
				}
			})
		})
	}
}

// Bodies that come slowly take the room of what has come of them, and those of
// one host never so much that others find none.
func TestSlowPushesKeepNobodyOut(t *testing.T) {
	t.Parallel()
	const most = 1 << 20
	for _, test := range []struct {
		name  string
		bytes int // that come of each before it stops
		busy  int // at least so many of the slow ones are told to come back
	}{
		{"announced", 0, 0},
		{"begun", 1, 0},
		{"nearly whole", most - 1, 6},
	} {
		for _, length := range []int64{most, -1} {
			t.Run(fmt.Sprint(test.name, " ", length), func(t *testing.T) {
				t.Parallel()
				within(t, func(w *world) {
					w.maxBody = most
					w.restart()
					w.sub.Configure(settings("norvia", "sudria"), []aggregator.SourceState{state("norvia", topic, hubA), state("sudria", topic, hubB)})
					time.Sleep(5 * time.Second)
					slow, other := w.sub.Subscription("norvia"), w.sub.Subscription("sudria")
					var answers []*httptest.ResponseRecorder
					var ends []*io.PipeWriter
					for range bodiesAhead * 2 {
						from, to := io.Pipe()
						r := httptest.NewRequest(http.MethodPost, "/websub/"+slow.Token, from)
						r.SetPathValue("token", slow.Token)
						r.ContentLength = length
						answer := httptest.NewRecorder()
						go w.sub.ServeHTTP(answer, r)
						go func() { _, _ = to.Write(make([]byte, test.bytes)) }()
						answers, ends = append(answers, answer), append(ends, to)
					}
					synctest.Wait()
					body := strings.Repeat("x", most)
					for range 2 {
						if code := bring(w.sub, other.Token, body, "X-Hub-Signature", sign(other.Secret.Reveal(), body)).Code; code != 202 {
							t.Errorf("the push of another hub is answered %d", code)
						}
					}
					for _, end := range ends {
						_ = end.CloseWithError(io.ErrUnexpectedEOF)
					}
					synctest.Wait()
					busy := 0
					for _, answer := range answers {
						if answer.Code == http.StatusServiceUnavailable {
							busy++
						}
					}
					if busy < test.busy || test.busy == 0 && busy > 0 {
						t.Errorf("%d slow ones were told to come back, want %d or, if not none, more", busy, test.busy)
					}
					if m := w.sub.mail; m.leftBytes != bodiesAhead*most || len(m.coming) != 0 {
						t.Errorf("%d bytes of room left, coming: %v", m.leftBytes, m.coming)
					}
				})
			})
		}
	}
}

// bringQuietly is bring where nobody may be told what became of the push.
func bringQuietly(s *Subscriber, sub aggregator.Subscription, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/websub/"+sub.Token, strings.NewReader(body))
	r.Header.Set("X-Hub-Signature", sign(sub.Secret.Reveal(), body))
	answer := httptest.NewRecorder()
	s.receive(answer, r, sub.Token)
	return answer
}

func TestPushesOfASourceAreTakenInOrder(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		for i := range 10 {
			body := fmt.Sprint(i)
			bring(w.sub, sub.Token, body, "X-Hub-Signature", sign(sub.Secret.Reveal(), body))
		}
		w.came()
		for i, d := range w.taken {
			if string(d.Body) != fmt.Sprint(i) {
				t.Errorf("push %d is %s", i, d.Body)
			}
		}
	})
}

// What a hub was told was taken is taken, also at the end; later nothing is.
func TestEndTakesWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		push := func() int {
			return bring(w.sub, sub.Token, "x", "X-Hub-Signature", sign(sub.Secret.Reveal(), "x")).Code
		}
		for range 5 {
			if code := push(); code != 202 {
				t.Errorf("answered %d", code)
			}
		}
		w.stop()
		if len(w.taken) != 5 {
			t.Errorf("%d of 5 were taken", len(w.taken))
		}
		if code := push(); code != 503 {
			t.Errorf("after the end: answered %d", code)
		}
		w.start()
	})
}

func TestMethods(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			answer := httptest.NewRecorder()
			w.sub.ServeHTTP(answer, httptest.NewRequest(method, "/websub/x", nil))
			if answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "GET, POST" {
				t.Errorf("%s is answered %d", method, answer.Code)
			}
		}
	})
}

func FuzzParseSignature(f *testing.F) {
	for _, seed := range []string{"", "sha1=", "sha256=" + strings.Repeat("ab", 32), "SHA512=" + strings.Repeat("0", 128), "sha1=sha1=", "md5=00", "=", "sha384=zz"} {
		f.Add(seed, []byte("body"))
	}
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		s, ok := parseSignature(header)
		if !ok {
			return
		}
		if len(s.sum) != s.hash().Size() {
			t.Fatalf("%q: a sum of %d bytes", header, len(s.sum))
		}
		if s.signs(body, "a secret that nobody knows") {
			t.Fatalf("%q signs %q", header, body)
		}
	})
}

func FuzzParseIntent(f *testing.F) {
	for _, seed := range []string{
		"", "hub.mode=subscribe&hub.topic=https://a/&hub.challenge=x&hub.lease_seconds=60", "hub.mode=denied&hub.topic=a&hub.reason=%0a%ff",
		"hub.mode=unsubscribe&hub.mode=subscribe&hub.topic=a&hub.challenge=%00", "hub.mode=subscribe;x", "%zz", "hub.lease_seconds=9999999999999999999999",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		in, ok := parseIntent(query)
		if !ok {
			return
		}
		if in.topic == "" || (in.challenge == "") != (in.mode == modeDenied) {
			t.Fatalf("%q: %+v", query, in)
		}
		if in.lease != 0 && (in.lease < minLease || in.lease > maxLease) || len(in.reason) > maxReason+len("…") || strings.ContainsAny(in.reason, "\r\n\x00") {
			t.Fatalf("%q: lease %v, reason %q", query, in.lease, in.reason)
		}
	})
}
