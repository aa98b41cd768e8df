package main

import (
	"time"

	"wiredesk/aggregator/schedule"
	"wiredesk/aggregator/serve"
	"wiredesk/config"
)

// setRests says of each source until when its host is left in peace, whichever
// of the host's sources was told so.
func setRests(all []serve.SourceStatus, cfg *config.Config, now time.Time) {
	until := make(map[string]time.Time)
	for i := range all {
		rest := all[i].State.Rest
		host := schedule.HostOf(rest.At)
		if end := rest.Until; end.After(now) && end.After(until[host]) {
			until[host] = end
		}
	}
	if len(until) == 0 {
		return
	}
	for i, src := range cfg.Sources {
		all[i].Rest = until[schedule.HostOf(all[i].State.AddressOf(src))]
	}
}
