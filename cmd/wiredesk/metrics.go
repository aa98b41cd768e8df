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
	"wiredesk/aggregator/search"
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
}

func newMetrics(db *storage.DB, index func() search.Figures) *metrics {
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
	}
	m.reload.Set(1)
	for _, o := range aggregator.Outcomes() {
		m.polls.WithLabelValues(o.String())
	}
	for _, k := range aggregator.DecisionKinds() {
		m.stories.WithLabelValues(k.String())
	}
	m.registry.MustRegister(m.polls, m.entries, m.stories, m.pickup, m.requests, m.duration, m.reload,
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

// poll counts what a poll came to.
func (m *metrics) poll(r *ingest.Report) {
	m.polls.WithLabelValues(r.State.Outcome.String()).Inc()
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
