package main

import (
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/config"
)

func TestRestOfAHostIsThatOfAllItsSources(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	until := now.Add(time.Hour)
	cfg := &config.Config{}
	states := map[string]aggregator.SourceState{
		"throttled": {Rest: aggregator.Rest{At: "https://feeds.norvia.example", Until: until}},
		"shorter":   {Rest: aggregator.Rest{At: "https://norvia.example", Until: now.Add(time.Minute)}},
		"moved":     {URL: "https://kelmar.example/moved", Address: "https://www.norvia.example/moved"},
		"over":      {Rest: aggregator.Rest{At: "https://herald.example", Until: now}},
	}
	for id, host := range map[string]string{"throttled": "feeds.norvia", "shorter": "norvia", "moved": "kelmar", "other": "www.norvia", "elsewhere": "kelmar", "over": "herald"} {
		cfg.Sources = append(cfg.Sources, aggregator.Source{ID: id, URL: "https://" + host + ".example/" + id})
	}
	all := statusesOf(cfg, func(id string) aggregator.SourceState { return states[id] })
	setRests(all, cfg, now)
	for _, s := range all {
		want := until
		if s.Carrier.ID == "elsewhere" || s.Carrier.ID == "over" {
			want = time.Time{}
		}
		if !s.Rest.Equal(want) {
			t.Errorf("%s rests until %v, want %v", s.Carrier.ID, s.Rest, want)
		}
	}
}
