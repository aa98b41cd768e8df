package config

import "time"

func (l *loader) hub(v value) map[string]value {
	h := &l.config.Hub
	return v.mapping(fields{
		"enabled":       boolean(&h.Enabled),
		"external":      l.externalHub,
		"lease":         duration(&h.Lease, time.Hour, 30*day),
		"allow_private": boolean(&h.AllowPrivate),
	})
}

func (l *loader) externalHub(v value) {
	if s, ok := v.webURL("https://pubsubhubbub.appspot.com/", "a hub wants none"); ok {
		l.config.Hub.External = s
	}
}

// checkHub sees whether what was asked for of hubs is one thing, and can work.
// Nobody who does not speak of hubs is told anything. Base is where base_url
// stands.
func (l *loader) checkHub(given map[string]value, base value) {
	h := &l.config.Hub
	external, named := given["external"]
	enabled, said := given["enabled"]
	if named && said && !h.Enabled {
		external.problem("names a hub, must not stand beside hub.enabled: false")
		return
	}
	why := Unreachable(l.config.BaseURL)
	if !h.Enabled || h.AllowPrivate || why == "" || !named && !said {
		return
	}
	at := enabled.or(external).or(base)
	at.key = "base_url"
	at.doubt("%s: with hub.enabled or hub.external it must be the address under which others reach this daemon; until then the feeds name no hub, unless hub.allow_private says that it is for subscribers beside it", why)
}
