package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/schedule"
	"wiredesk/aggregator/search"
	"wiredesk/aggregator/websub"
	"wiredesk/storage"
)

// metrics are what /metrics shows. docs/operation.md lists them.
type metrics struct {
	registry *prometheus.Registry
	polls    *prometheus.CounterVec
	entries  prometheus.Counter
	stories  *prometheus.CounterVec
	pickup   prometheus.Histogram
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	reload   prometheus.Gauge
	pushes   *prometheus.CounterVec
	asked    *prometheus.CounterVec
	pushed   *prometheus.CounterVec
	failed   *prometheus.CounterVec
	// subscriptions counts those with hubs. It is set before anyone gathers;
	// nil: there are none.
	subscriptions func() map[aggregator.SubscriptionState]int
	// followers counts those our hub pushes to, streams the clients at /events
	// and those that were cut off. They are as subscriptions.
	followers func() int
	streams   func() (now int, cutOff uint64)
}

func newMetrics(db *storage.DB, load func() schedule.Load, spending func() schedule.Spending, index func() search.Figures) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wiredesk_polls_total", Help: "Polls that ended, by outcome.",
		}, []string{"outcome"}),
		entries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "wiredesk_entries_total", Help: "New entries stored, dropped ones included.",
		}),
		stories: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wiredesk_stories_total", Help: "Decisions on entries and their new texts, by decision.",
		}, []string{"decision"}),
		pickup: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "wiredesk_pickup_delay_seconds", Help: "Time from an entry's claimed publication to its first sight.",
			Buckets: []float64{10, 30, 60, 120, 240, 480, 900, 1800, 3600, 7200, 14400, 43200, 86400},
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wiredesk_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wiredesk_http_request_duration_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"route"}),
		reload: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "wiredesk_config_last_reload_successful", Help: "1 if the configuration in force is the one last asked for.",
		}),
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wiredesk_websub_pushes_total", Help: "What hubs sent, by what became of it.",
		}, []string{"outcome"}),
	}
	m.asked = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "wiredesk_hub_verifications_total", Help: "Requests to our hub that were verified, by what came of it.",
	}, []string{"outcome"})
	m.pushed = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "wiredesk_hub_deliveries_total", Help: "Editions that our hub sent, by what came of it.",
	}, []string{"outcome"})
	m.failed = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "wiredesk_where_failures_total", Help: "Times that a feed's where expression failed on a story, by feed.",
	}, []string{"feed"})
	for _, v := range websub.Verifications() {
		m.asked.WithLabelValues(string(v))
	}
	for _, o := range websub.Deliveries() {
		m.pushed.WithLabelValues(string(o))
	}
	m.reload.Set(1)
	for _, o := range websub.Outcomes() {
		m.pushes.WithLabelValues(string(o))
	}
	for _, state := range aggregator.SubscriptionStates() {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "wiredesk_websub_subscriptions", Help: "Subscriptions at hubs, by state.",
			ConstLabels: prometheus.Labels{"state": state.String()},
		}, func() float64 { return float64(m.subscribed()[state]) }))
	}
	for _, o := range aggregator.Outcomes() {
		m.polls.WithLabelValues(o.String())
	}
	for _, k := range aggregator.DecisionKinds() {
		m.stories.WithLabelValues(k.String())
	}
	m.registry.MustRegister(m.polls, m.entries, m.stories, m.pickup, m.requests, m.duration, m.reload, m.pushes, m.asked, m.pushed, m.failed,
		gauge("wiredesk_polls_due", "Sources that are due and wait: for their host, a place, memory, or because peaks are flattened.",
			func() float64 { return float64(load().Due) }),
		gauge("wiredesk_poll_lateness_seconds", "The longest wait of late of a source that was due, its host's rest not counted.",
			func() float64 { return load().Lateness.Seconds() }),
		gauge("wiredesk_polls_planned_per_second", "Polls a second that all sources together are planned to get.",
			func() float64 { return load().PlannedPerSecond }),
		gauge("wiredesk_polls_expected_per_second", "Polls a second that the sources without an interval of their own are expected to get.",
			func() float64 { return spending().Expected }),
		gauge("wiredesk_polls_budget_per_second", "Polls a second that poll.budget allows those sources.",
			func() float64 { return spending().Budget }),
		gauge("wiredesk_bodies_in_flight_bytes", "Memory held for the bodies of polls under way.",
			func() float64 { return float64(load().InFlightBytes) }),
		gauge("wiredesk_hub_followers", "Followers that our hub pushes feeds to.", func() float64 { return float64(m.following()) }),
		gauge("wiredesk_event_streams", "Clients that listen at /events.", func() float64 { n, _ := m.listening(); return float64(n) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "wiredesk_event_streams_cut_total", Help: "Clients at /events that were cut off because they took nothing.",
		}, func() float64 { _, n := m.listening(); return float64(n) }),
		gauge("wiredesk_store_entries", "Entries in the database.", func() float64 { n, _ := db.Counts(); return float64(n) }),
		gauge("wiredesk_store_stories", "Stories in the database.", func() float64 { _, n := db.Counts(); return float64(n) }),
		gauge("wiredesk_store_bytes", "How much of the database file is in use or was.", func() float64 { return float64(db.SizeBytes()) }),
		gauge("wiredesk_search_entries", "Texts in the index.", func() float64 { return float64(index().Entries) }),
		gauge("wiredesk_search_behind", "Entries in the database that the index has still to read.", func() float64 { return float64(index().Behind) }),
		gauge("wiredesk_search_bytes", "Size of the index on disk.", func() float64 { return float64(index().SizeBytes) }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func gauge(name, help string, value func() float64) prometheus.GaugeFunc {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// poll counts what a poll, or a push, came to.
func (m *metrics) poll(r *ingest.Report) {
	if r.Pushed == aggregator.NotPushed {
		m.polls.WithLabelValues(r.State.Outcome.String()).Inc()
	}
	for _, d := range r.Decisions {
		m.stories.WithLabelValues(d.Kind.String()).Inc()
		if d.Kind != aggregator.Update {
			m.entries.Inc()
		}
	}
	for _, delay := range r.Delays {
		m.pickup.Observe(delay.Seconds())
	}
}

func (m *metrics) subscribed() map[aggregator.SubscriptionState]int {
	if m.subscriptions == nil {
		return nil
	}
	return m.subscriptions()
}

func (m *metrics) following() int {
	if m.followers == nil {
		return 0
	}
	return m.followers()
}

func (m *metrics) listening() (now int, cutOff uint64) {
	if m.streams == nil {
		return 0, 0
	}
	return m.streams()
}

// verified counts what came of asking a callback back.
func (m *metrics) verified(v websub.Verification) { m.asked.WithLabelValues(string(v)).Inc() }

// delivered counts what came of sending an edition.
func (m *metrics) delivered(o websub.Delivered) { m.pushed.WithLabelValues(string(o)).Inc() }

// whereFailed counts a failure of a feed's where expression.
func (m *metrics) whereFailed(feed string) { m.failed.WithLabelValues(feed).Inc() }

// push counts what became of what a hub sent.
func (m *metrics) push(o websub.Outcome) { m.pushes.WithLabelValues(string(o)).Inc() }

func (m *metrics) request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) reloaded(ok bool) {
	value := 0.0
	if ok {
		value = 1
	}
	m.reload.Set(value)
}
