package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/config"
)

// hub is a WebSub hub on loopback that does what the Recommendation asks of
// one, and nothing twice.
type hub struct {
	*httptest.Server
	tb     testing.TB
	client *http.Client
	asking sync.WaitGroup

	mu       sync.Mutex
	requests []url.Values
	verified []verdict
	topic    string // what it asks back about; empty: what it was asked for
	silent   bool   // it asks nothing back
}

// verdict is how a callback answered when a hub asked back.
type verdict struct {
	mode   string
	status int
	echoed bool // with the challenge
}

func newHub(tb testing.TB) *hub {
	tb.Helper()
	h := &hub{tb: tb, client: &http.Client{Timeout: patience}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hub", h.subscribe)
	for _, status := range []int{301, 302, 307, 308} {
		mux.Handle(fmt.Sprintf("/%d", status), http.RedirectHandler("/hub", status))
	}
	h.Server = httptest.NewServer(mux)
	tb.Cleanup(func() {
		h.Close()
		h.asking.Wait()
		h.client.CloseIdleConnections()
	})
	return h
}

// subscribe takes a request (section 5.1), and asks back (section 5.3).
func (h *hub) subscribe(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	form := r.PostForm
	if form.Get("hub.callback") == "" || form.Get("hub.topic") == "" || len(form.Get("hub.secret")) >= 200 {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.requests = append(h.requests, form)
	topic, silent := h.topic, h.silent
	h.mu.Unlock()
	if topic == "" {
		topic = form.Get("hub.topic")
	}
	w.WriteHeader(http.StatusAccepted)
	if !silent {
		h.asking.Go(func() { h.verify(form.Get("hub.callback"), form.Get("hub.mode"), topic, form.Get("hub.lease_seconds")) })
	}
}

func (h *hub) verify(callback, mode, topic, lease string) {
	challenge := rand.Text()
	query := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {challenge}}
	if mode == "subscribe" {
		query.Set("hub.lease_seconds", lease)
	}
	answer, err := h.client.Get(callback + "?" + query.Encode())
	if err != nil {
		return // the daemon has ended
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.verified = append(h.verified, verdict{mode, answer.StatusCode, string(body) == challenge})
}

// asked returns what the hub was asked so far.
func (h *hub) asked() []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

// verdicts returns how callbacks answered so far.
func (h *hub) verdicts() []verdict {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.verified)
}

// deliver pushes a document to the callback of a request (section 7), signed
// with secret; empty: not signed. It returns the status of the answer.
func (h *hub) deliver(form url.Values, contentType string, body []byte, secret string) int {
	h.tb.Helper()
	r, err := http.NewRequest(http.MethodPost, form.Get("hub.callback"), bytes.NewReader(body))
	if err != nil {
		h.tb.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Link", fmt.Sprintf(`<%s/hub>; rel="hub", <%s>; rel="self"`, h.URL, form.Get("hub.topic")))
	if secret != "" {
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = mac.Write(body)
		r.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	answer, err := h.client.Do(r)
	if err != nil {
		h.tb.Fatalf("push: %v", err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// pushedDesk is a daemon with one source, which a hub may push.
type pushedDesk struct {
	*desk
	tb   testing.TB
	cfg  *config.Config
	base string
	stop func()
}

// newPushedDesk starts a daemon that polls the source at address and, but for
// what hubs do, not again for half an hour. Its configuration may be changed
// before.
func newPushedDesk(tb testing.TB, address string, change ...func(*config.Config)) *pushedDesk {
	tb.Helper()
	cfg := config.Default()
	cfg.Storage.Path = filepath.Join(tb.TempDir(), "wiredesk.db")
	cfg.Sources = []aggregator.Source{{ID: "norvia", URL: address, AllowPrivate: true}}
	cfg.Poll.Budget, cfg.Poll.MinInterval, cfg.Poll.HostGap = time.Hour, time.Second, 0
	cfg.WebSub.Subscribe = true
	for _, f := range change {
		f(&cfg)
	}
	d := &pushedDesk{tb: tb, cfg: &cfg, stop: func() {}}
	tb.Cleanup(func() { d.stop() })
	d.start()
	return d
}

func (d *pushedDesk) start() {
	d.tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if d.base != "" { // after a restart it is where it was
		listener, err = net.Listen("tcp", strings.TrimPrefix(d.base, "http://"))
	}
	if err != nil {
		d.tb.Fatal(err)
	}
	d.base = "http://" + listener.Addr().String()
	d.cfg.BaseURL = d.base
	d.cfg.WebSub.Unreachable = config.Unreachable(d.base)
	if d.desk, err = newDesk(d.cfg, slog.New(noErrors{d.tb})); err != nil {
		d.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx, listener) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			d.tb.Errorf("run: %v", err)
		}
	})
}

// until waits for something to be so.
func (d *pushedDesk) until(what string, so func() bool) {
	d.tb.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			d.tb.Fatalf("%s: not within %v; the subscription is %+v, the source %+v", what, patience, d.hubs.Subscription("norvia"), d.ingest.State("norvia"))
		}
	}
}

// subscribed waits until the source is.
func (d *pushedDesk) subscribed() aggregator.Subscription {
	d.tb.Helper()
	d.until("subscribed", func() bool {
		return d.hubs.Subscription("norvia").State == aggregator.SubscriptionActive && !d.ingest.State("norvia").Push.LeaseUntil.IsZero()
	})
	return d.hubs.Subscription("norvia")
}

// shows reports whether the merged feed has a headline.
func (d *pushedDesk) shows(title string) bool {
	d.tb.Helper()
	answer, err := http.Get(d.base + "/feeds/all.json")
	if err != nil {
		d.tb.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.tb.Fatal(err)
	}
	return strings.Contains(string(body), title)
}

// metric returns the value of a line of /metrics.
func (d *pushedDesk) metric(name string) string {
	d.tb.Helper()
	answer, err := http.Get(d.base + "/metrics")
	if err != nil {
		d.tb.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.tb.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
