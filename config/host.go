package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds of the peace that hosts are left in.
const (
	maxPerHost = 256
	maxHostGap = time.Hour
)

// hosts reads the hosts that are left in another peace than the others.
func (l *loader) hosts(v value) { v.list(l.host) }

func (l *loader) host(v value) {
	var h Host
	given := v.mapping(fields{
		"host":     hostName(&h.Name),
		"per_host": number(&h.PerHost, 1, maxPerHost),
		"host_gap": duration(&h.HostGap, 0, maxHostGap),
	})
	name, named := given["host"]
	_, bound := given["per_host"]
	_, gap := given["host_gap"]
	switch {
	case !named:
		v.missing("host", "must have one, such as host: example.org")
	case !bound && !gap:
		v.problem("says nothing of the host, must have per_host, host_gap or both")
	case h.Name != "":
		// What it is compared with, and what it takes over, may stand behind it.
		l.afterwards(func() {
			if !bound {
				h.PerHost = l.config.Poll.PerHost
			}
			if !gap {
				h.HostGap = l.config.Poll.HostGap
			}
			if l.knownHost(&h, name) {
				l.config.Hosts = append(l.config.Hosts, h)
			}
		})
	}
}

// knownHost reports whether a host is that of a source and no other's before,
// and writes its name as it is compared.
func (l *loader) knownHost(h *Host, v value) bool {
	if l.opts.HostOf != nil {
		sources := l.hostsOfSources()
		counts := l.opts.HostOf("http://" + h.Name)
		// Only what is written in letters beyond ASCII is compared otherwise.
		written := printable(h.Name) && strings.ToLower(h.Name) != counts
		switch {
		case written && sources[counts]:
			v.problem("counts as %s, must be written so", counts)
			return false
		case !sources[counts] && !l.sourcesLost:
			v.problem("no source is at this host, %s", nearHost(counts, sources))
			return false
		}
		h.Name = counts
	}
	if first, taken := l.hostNames[h.Name]; taken {
		v.problem("is that of %s too, must be listed once", first.place(v))
		return false
	}
	l.hostNames[h.Name] = v
	return true
}

// hostsOfSources returns the hosts of all sources.
func (l *loader) hostsOfSources() map[string]bool {
	if l.sourceHosts == nil {
		l.sourceHosts = make(map[string]bool)
		for _, s := range l.config.Sources {
			l.sourceHosts[l.opts.HostOf(s.URL)] = true
		}
	}
	return l.sourceHosts
}

// nearHost says what would be right in the place of a host that no source is
// at. Where none is like it, a list of all would be too long.
func nearHost(name string, sources map[string]bool) string {
	if hint := suggest(name, slices.Sorted(maps.Keys(sources))); strings.HasPrefix(hint, "did you") {
		return hint
	}
	return "must be that of one: remove it or list the source"
}

// hostName reads a host as it stands in a URL.
func hostName(into *string) field {
	const want = "the host of sources, such as example.org or 192.0.2.1:8080"
	return func(v value) {
		s, ok := v.text(want)
		if !ok {
			return
		}
		u, err := url.Parse("http://" + s)
		if err != nil || u.Hostname() == "" || u.Host != s || strings.ContainsAny(s, " \\*,;'\"") {
			v.problem("is no host, must be %s", want)
			return
		}
		*into = s
	}
}
