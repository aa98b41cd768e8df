package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
)

// pinboard is a Pinner that notes pins in the archive.
type pinboard struct {
	world  *shelfOfStories
	refuse error
}

func (b *pinboard) Pin(_ context.Context, p aggregator.Pin) ([]aggregator.Decision, error) {
	if b.refuse != nil {
		return nil, b.refuse
	}
	b.world.mu.Lock()
	defer b.world.mu.Unlock()
	b.world.pins = append(b.world.pins, p)
	return []aggregator.Decision{{
		Entry: p.B, Kind: aggregator.Report, At: p.At, Evidence: aggregator.Evidence{Rule: aggregator.RuleJoined, Partner: p.A, Score: 1},
	}}, nil
}

func (b *pinboard) Unpin(_ context.Context, one, other aggregator.EntryID) error {
	b.world.mu.Lock()
	defer b.world.mu.Unlock()
	before := len(b.world.pins)
	b.world.pins = slices.DeleteFunc(b.world.pins, func(p aggregator.Pin) bool {
		return p.A == one && p.B == other || p.A == other && p.B == one
	})
	if len(b.world.pins) == before {
		return fmt.Errorf("pin: %w", aggregator.ErrNotFound)
	}
	return b.refuse
}

// settled is a world whose entries know their stories.
func settled() *shelfOfStories {
	world := smallWorld()
	for _, v := range world.views {
		for i := range v.Entries {
			v.Entries[i].Story = v.ID
		}
	}
	return world
}

func put(t *testing.T, h http.Handler, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/api/v1/pins", strings.NewReader(body)))
	return w
}

func TestPins(t *testing.T) {
	t.Parallel()
	world := settled()
	s := rendered(t, Options{Archive: world, Pinner: &pinboard{world: world}}, publication())
	<-s.touched
	h := s.Control()
	a, b := world.views[1].Entries[0], world.views[2].Entries[1]

	if got := decode[PinList](t, get(t, h, "/api/v1/pins"), 200); len(got.Pins) != 0 || got.Pins == nil {
		t.Errorf("at first there are the pins %v", got.Pins)
	}
	want := Pin{Join: true, Entries: [2]PinnedEntry{
		{a.ID.String(), a.Title, "vestnik", a.Story.URN()}, {b.ID.String(), b.Title, "harbour", b.Story.URN()},
	}}
	answer := decode[PinAnswer](t, put(t, h, fmt.Sprintf(`{"join": true, "entries": [%q, %q]}`, a.ID.Short(), b.ID)), 200)
	if diff := cmp.Diff(want, answer.Pin, cmpopts.IgnoreFields(Pin{}, "At")); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if age := time.Since(answer.At); age < 0 || age > time.Minute {
		t.Errorf("said at %v", answer.At)
	}
	if len(answer.Decisions) != 1 || answer.Decisions[0].Words != "joined to "+a.ID.Short()+" by an operator" {
		t.Errorf("decisions: %+v", answer.Decisions)
	}
	select {
	case <-s.touched:
	default:
		t.Error("the feeds are not rendered anew")
	}
	for name, handler := range map[string]http.Handler{"control": h, "public": s.Handler()} {
		got := decode[PinList](t, get(t, handler, "/api/v1/pins"), 200)
		if diff := cmp.Diff([]Pin{want}, got.Pins, cmpopts.IgnoreFields(Pin{}, "At")); diff != "" {
			t.Errorf("%s lists (-want +got):\n%s", name, diff)
		}
	}

	remove := "/api/v1/pins?" + url.Values{"entry": {b.ID.Short(), a.ID.String()}}.Encode()
	if w := ask(t, h, http.MethodDelete, remove); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		t.Errorf("DELETE answers %d %s", w.Code, w.Body)
	}
	if got := decode[problem](t, ask(t, h, http.MethodDelete, remove), 404); !strings.Contains(got.Detail, "Nothing is pinned between "+b.ID.Short()+" and "+a.ID.Short()) {
		t.Errorf("a second DELETE: %q", got.Detail)
	}
}

func TestPinsAreRefused(t *testing.T) {
	t.Parallel()
	world := settled()
	a, b := world.views[1].Entries[0].ID, world.views[2].Entries[1].ID
	loose := entry(90, "north", "Horoscope", noon)
	world.loose = []aggregator.Entry{loose}
	pinner := &pinboard{world: world, refuse: fmt.Errorf("%w: it contradicts another", ErrPinRefused)}
	h := rendered(t, Options{Archive: world, Pinner: pinner}, publication()).Control()
	pair := func(one, other any) string { return fmt.Sprintf(`{"join": true, "entries": ["%v", "%v"]}`, one, other) }
	for _, test := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"no JSON", "join", 400, "The body cannot be read"},
		{"empty", "", 400, "The body cannot be read"},
		{"misspelt", `{"joins": true}`, 400, "The body cannot be read"},
		{"too large", `{"entries": ["` + strings.Repeat("x", maxPinBytes), 400, "The body cannot be read"},
		{"one entry", fmt.Sprintf(`{"entries": [%q]}`, a), 400, "names nothing"},
		{"the same twice", pair(a, a.Short()), 400, "Both names mean entry " + a.String()},
		{"unknown", pair(a, "00000000"), 404, "00000000 is no story and no entry"},
		{"unknown, whole", pair("00000000-0000-5000-8000-000000000000", a), 404, "is no story and no entry"},
		{"dropped", pair(a, loose.ID), 404, "is in no story"},
		{"contradiction", pair(a, b), 409, "it contradicts another"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := decode[problem](t, put(t, h, test.body), test.status); !strings.Contains(got.Detail, test.want) {
				t.Errorf("detail %q, want %q", got.Detail, test.want)
			}
		})
	}
	for _, query := range []string{"", "?entry=" + a.String(), "?entry=" + a.String() + "&entry=b&entry=c"} {
		if got := decode[problem](t, ask(t, h, http.MethodDelete, "/api/v1/pins"+query), 400); got.Detail != "Want two entries." {
			t.Errorf("DELETE %s: %q", query, got.Detail)
		}
	}
}

func TestPinFailureIsNotShown(t *testing.T) {
	t.Parallel()
	world := settled()
	a, b := world.views[1].Entries[0].ID, world.views[2].Entries[1].ID
	world.pins = []aggregator.Pin{{A: a, B: b}}
	h := rendered(t, Options{Archive: world, Pinner: &pinboard{world, errors.New("secret")}}, publication()).Control()
	for _, w := range []*httptest.ResponseRecorder{
		put(t, h, fmt.Sprintf(`{"entries": [%q, %q]}`, a, b)), ask(t, h, http.MethodDelete, fmt.Sprintf("/api/v1/pins?entry=%s&entry=%s", a, b)),
	} {
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("answers %d %s", w.Code, w.Body)
		}
	}
}

// TestPinsAreMadeOnTheSocketOnly: nobody who reads the site changes it.
func TestPinsAreMadeOnTheSocketOnly(t *testing.T) {
	t.Parallel()
	world := settled()
	s := rendered(t, Options{Archive: world, Pinner: &pinboard{world: world}}, publication())
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPost, http.MethodPatch} {
		if w := ask(t, s.Handler(), method, "/api/v1/pins"); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s answers %d", method, w.Code)
		}
	}
	w := ask(t, s.Control(), http.MethodPost, "/api/v1/pins")
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD, PUT, DELETE" {
		t.Errorf("POST on the socket answers %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	readOnly := rendered(t, Options{Archive: world}, publication())
	if w := ask(t, readOnly.Control(), http.MethodPut, "/api/v1/pins"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("PUT without a pinner answers %d", w.Code)
	}
	if got := get(t, s.Control(), "/feeds/all").Code; got != http.StatusNotFound {
		t.Errorf("the socket serves feeds: %d", got)
	}
}
