package main

import (
	"cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/websub"
	"wiredesk/config"
)

// hubOf returns what the configuration says of who pushes our feeds. A hub that
// nobody can reach is none.
func hubOf(cfg *config.Config) websub.HubSettings {
	h := cfg.Hub
	settings := websub.HubSettings{Lease: h.Lease, AllowPrivate: h.AllowPrivate}
	switch {
	case !h.Enabled, config.Unreachable(cfg.BaseURL) != "" && !h.AllowPrivate:
	case h.External != "":
		settings.External = h.External
	default:
		settings.Address = cfg.BaseURL + "/hub"
	}
	return settings
}

// hubLink returns the hub that our feeds name; empty: none.
func hubLink(cfg *config.Config) string {
	settings := hubOf(cfg)
	return cmp.Or(settings.External, settings.Address)
}

// editions are what our hub pushes.
type editions struct{ *desk }

// Topics returns the addresses of all feeds.
func (e editions) Topics() []string { return e.server.Topics() }

// Topic returns the edition at an address.
func (e editions) Topic(address string) (aggregator.Topic, bool) { return e.server.Topic(address) }
