package world

import (
	"time"

	"wiredesk/aggregator"
)

// Wire describes one of the world's wires.
type Wire struct {
	ID       string // the id of its source
	Title    string // what it calls itself, in its own language
	Language string // BCP 47
	Format   string // "rss", "atom" or "json"
	URL      string // of its feed; empty before Listen
	Note     string // what is special about it, in a few words
}

// wire is a wire and how it is run.
type wire struct {
	Wire
	manner   manner
	charset  *charset      // nil: UTF-8
	zone     time.Duration // ahead of UTC, in the dates it prints
	window   int           // how many entries its feed shows at most
	brief    bool          // shows the first paragraph only
	tags     []string
	priority int
	base     string // its server's address without a path; empty before Listen
}

// Sources returns how the daemon is to poll the wires. It is nil before Listen.
// The interval is ten simulated minutes, but at least two seconds and at most a
// minute.
func (w *World) Sources() []aggregator.Source {
	if w.listeners == nil {
		return nil
	}
	interval := min(max(w.clock.lasts(10*time.Minute), 2*time.Second), time.Minute)
	sources := make([]aggregator.Source, 0, len(w.wires))
	for i := range w.wires {
		from := &w.wires[i]
		sources = append(sources, aggregator.Source{
			ID:           from.ID,
			URL:          from.URL,
			Title:        from.Title,
			Tags:         from.tags,
			Language:     from.Language,
			Priority:     from.priority,
			Interval:     interval,
			AllowPrivate: true,
		})
	}
	return sources
}

// Wires returns the wires, in the order of Sources.
func (w *World) Wires() []Wire {
	wires := make([]Wire, 0, len(w.wires))
	for i := range w.wires {
		wires = append(wires, w.wires[i].Wire)
	}
	return wires
}

// path of the wire's feed on its server.
func (from *wire) path() string {
	if from.Format == "json" {
		return "/feed.json"
	}
	return "/" + from.Format + ".xml"
}

// cast returns the wires of the world, not yet listening.
func cast() []wire {
	const east, west = 3 * time.Hour, time.Hour
	return []wire{
		{
			Wire:   Wire{ID: "norvia", Title: "Norvia Press", Language: "en", Format: "rss", Note: "agency; its copy is everywhere"},
			window: 40, priority: 10, tags: []string{"agency", "world"},
		},
		{
			Wire:   Wire{ID: "meridian", Title: "Meridian Newswire", Language: "en", Format: "atom", Note: "agency; updates, corrections and a withdrawal"},
			window: 40, priority: 10, tags: []string{"agency", "world"},
		},
		{
			Wire:   Wire{ID: "beacon", Title: "Beacon Broadcasting", Language: "en", Format: "rss", Note: "broadcaster; its own words, headlines rewritten, summaries only"},
			window: 30, priority: 5, brief: true, tags: []string{"broadcaster", "world"},
		},
		{
			Wire:   Wire{ID: "tidewater", Title: "The Tidewater Courier", Language: "en", Format: "rss", Note: "regional paper; prints the agencies' copy"},
			window: 25, tags: []string{"paper", "region"},
		},
		{
			Wire:   Wire{ID: "marfa", Title: "وكالة مرفأ للأنباء", Language: "ar", Format: "rss", Note: "Arabic agency"},
			window: 30, priority: 8, zone: east, tags: []string{"agency", "world"},
		},
		{
			Wire:   Wire{ID: "sindiyan", Title: "قناة السنديان", Language: "ar", Format: "rss", Note: "Arabic broadcaster; in windows-1256"},
			window: 20, priority: 4, zone: east, manner: archaic, charset: windows1256(), tags: []string{"broadcaster"},
		},
		{
			Wire:   Wire{ID: "ladinform", Title: "Ладор-Информ", Language: "ru", Format: "atom", Note: "Russian agency"},
			window: 30, priority: 8, zone: east, tags: []string{"agency", "world"},
		},
		{
			Wire:   Wire{ID: "gazeta", Title: "Беломостская газета", Language: "ru", Format: "rss", Note: "Russian paper; in windows-1251"},
			window: 20, zone: east, manner: archaic, charset: windows1251(), tags: []string{"paper", "region"},
		},
		{
			Wire:   Wire{ID: "corvane", Title: "Agence Corvane", Language: "fr", Format: "atom", Note: "French agency"},
			window: 25, priority: 6, zone: west, tags: []string{"agency", "world"},
		},
		{
			Wire:   Wire{ID: "qinghe", Title: "清荷通讯", Language: "zh", Format: "json", Note: "Chinese agency"},
			window: 20, priority: 6, zone: 8 * time.Hour, tags: []string{"agency", "world"},
		},
		{
			Wire:   Wire{ID: "ledger", Title: "Harbour Ledger", Language: "en", Format: "json", Note: "business wire"},
			window: 25, priority: 6, tags: []string{"business"},
		},
		{
			Wire:   Wire{ID: "touchline", Title: "Touchline", Language: "en", Format: "atom", Note: "sports wire; busy at times: 429 with Retry-After"},
			window: 20, manner: busy, tags: []string{"sport"},
		},
		{
			Wire:   Wire{ID: "observer", Title: "Highland Observer", Language: "en", Format: "rss", Note: "paper on a slow line: its answers trickle in"},
			window: 15, manner: slow, tags: []string{"paper", "region"},
		},
		{
			Wire:   Wire{ID: "quayside", Title: "Radio Quayside", Language: "en", Format: "rss", Note: "down but for one hour in six"},
			window: 15, manner: down, tags: []string{"broadcaster", "region"},
		},
		{
			Wire:   Wire{ID: "bulletin", Title: "The Parish Bulletin", Language: "en", Format: "rss", Note: "bad habits: new GUIDs at every fetch, relative links, titles escaped twice, cut short at times"},
			window: 15, manner: sloppy, tags: []string{"paper", "region"},
		},
	}
}
