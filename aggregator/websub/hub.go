package websub

import (
	"net/url"
	"slices"
	"strings"

	"wiredesk/aggregator"
)

// maxHubs bounds how many hubs of a source are asked.
const maxHubs = 8

// wish is what a source offers: nothing where topic is empty.
type wish struct {
	topic string
	hubs  []string // to be asked, the best first
}

// wishOf returns what a source offers by what its last good poll saw. A state
// that belongs to another address says nothing of the source.
func wishOf(src aggregator.Source, state *aggregator.SourceState) wish {
	if state.Self == "" || state.URL != src.URL || state.Outcome == aggregator.Gone {
		return wish{}
	}
	hubs := candidates(state.Hubs)
	if len(hubs) == 0 {
		return wish{}
	}
	return wish{topic: state.Self, hubs: hubs}
}

func (w *wish) equal(other wish) bool {
	return w.topic == other.topic && slices.Equal(w.hubs, other.hubs)
}

// candidates returns the hubs to ask, in order: those with https first, also
// where it was http that was advertised (section 8.2), for which the port must
// be the usual one.
func candidates(hubs []string) []string {
	var secure, plain []string
	for _, hub := range hubs {
		u, err := url.Parse(hub)
		if err != nil || u.Host == "" {
			continue
		}
		switch u.Scheme {
		case "https":
			secure = append(secure, hub)
		case "http":
			plain = append(plain, hub)
			if port := u.Port(); port == "" || port == "80" {
				u.Scheme, u.Host = "https", strings.TrimSuffix(u.Host, ":80")
				secure = append(secure, u.String())
			}
		}
	}
	var all []string
	for _, hub := range append(secure, plain...) {
		if !slices.Contains(all, hub) && len(all) < maxHubs {
			all = append(all, hub)
		}
	}
	return all
}

// after returns the hub to ask after that one.
func (w *wish) after(hub string) string {
	i := slices.Index(w.hubs, hub)
	return w.hubs[(i+1)%len(w.hubs)]
}

// hostOf returns the host that a request to the hub disturbs.
func hostOf(hub string) string {
	u, err := url.Parse(hub)
	if err != nil {
		return hub
	}
	return strings.ToLower(u.Host)
}
