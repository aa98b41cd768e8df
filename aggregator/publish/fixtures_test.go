package publish

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"wiredesk/aggregator"
)

func at(clock string) time.Time {
	t, err := time.Parse(time.DateTime, "2026-03-14 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

func testSite() Site {
	return Site{
		BaseURL: "https://desk.example.org",
		Contact: "desk@example.org",
		Version: "1.0",
		Carriers: map[string]aggregator.Carrier{
			"harbour": {
				ID: "harbour", Title: "Harbour Wire", FeedURL: "https://harbour.example/feed.xml",
				SiteURL: "https://harbour.example/", Language: "en", Tags: []string{"agency", "sea"},
			},
			"ridge": {
				ID: "ridge", Title: "Ridge & Vale Post", FeedURL: "https://ridge.example/rss",
				SiteURL: "https://ridge.example/", Language: "en-GB", Tags: []string{"paper"},
			},
			"manara": {
				ID: "manara", Title: "وكالة المنارة", FeedURL: "https://manara.example/ar/rss",
				SiteURL: "https://manara.example/ar/", Language: "ar", Tags: []string{"agency"},
			},
			"nevka": {
				ID: "nevka", Title: "Вестник Невки", FeedURL: "https://nevka.example/atom.xml",
				SiteURL: "https://nevka.example/", Language: "ru",
			},
			"nowhere": {
				ID: "nowhere", Title: "\x00", FeedURL: "ftp://nowhere.example/", SiteURL: "javascript:alert(1)", Language: "?",
			},
			"lanhai": {ID: "lanhai", Title: "蓝海通讯", FeedURL: "https://lanhai.example/feed.json", Language: "zh-CN"},
		},
	}
}

func testFeed() aggregator.Feed {
	return aggregator.Feed{
		Slug: "all", Title: "Everything once", Description: "Each story once, whoever carries it.", Limit: 100,
	}
}

// view makes a story of entries that joined in the order given; the first
// leads.
func view(seq uint64, entries ...aggregator.Entry) aggregator.StoryView {
	v := aggregator.StoryView{Entries: entries}
	for i := range v.Entries {
		e := &v.Entries[i]
		e.Seq = seq + uint64(i)
		e.ID = aggregator.EntryKey(e.Source, aggregator.KeyGUID, strconv.FormatUint(e.Seq, 10))
		kind := aggregator.Copy
		if i == 0 {
			kind = aggregator.New
		}
		v.Members = append(v.Members, aggregator.Member{Seq: e.Seq, Source: e.Source, Kind: kind, Joined: e.Seen})
		v.Changed = e.Seen
	}
	v.Seq, v.Lead = seq, seq
	v.ID = v.Entries[0].ID.Story()
	v.First, v.Updated = v.Entries[0].When(), v.Entries[0].Seen
	return v
}

// world is a small day of invented news in four scripts: copies, an own report,
// a correction, entries that lack a title or a link, a story that was killed.
func world() []aggregator.StoryView {
	ferry := view(40,
		aggregator.Entry{
			Source: "harbour", Link: "https://harbour.example/2026/ferry?id=7&lang=en",
			Title:    "CORRECTED-Ferry Aurora & tug collide off Port Lind, 12 rescued",
			Summary:  "Twelve passengers were taken off the ferry Aurora.",
			Content:  `<p>Twelve passengers were taken off the ferry <em>Aurora</em>.</p><p>Corrects number rescued.</p>`,
			Language: "en", Authors: []aggregator.Author{{Name: "Ida Falk", URL: "https://harbour.example/falk"}, {Name: "Tom Rua"}},
			Categories: []string{"Shipping", "Accidents", "Shipping"},
			Enclosures: []aggregator.Enclosure{
				{URL: "https://harbour.example/ferry.mp3", Type: "audio/mpeg", LengthBytes: 123456},
				{URL: "https://harbour.example/ferry.mp4", Type: "video/mp4"},
			},
			Image: "https://harbour.example/ferry.jpg", Published: at("09:00:00"), Seen: at("09:01:30"),
			Revised: at("10:30:00"), Revision: 1, Labels: []aggregator.Label{{Kind: aggregator.LabelCorrection}},
		},
		aggregator.Entry{
			Source: "ridge", Link: "https://ridge.example/ferry", Title: "Ferry Aurora and tug collide off Port Lind",
			Published: at("09:10:00"), Seen: at("09:12:00"),
		},
		aggregator.Entry{
			Source: "manara", Link: "https://manara.example/ar/110", Title: "تصادم عبّارة وقاطرة قبالة بورت ليند",
			Language: "ar", Seen: at("09:20:00"),
		},
		aggregator.Entry{
			Source: "ridge", Link: "https://ridge.example/ferry-live", Title: "Ferry collision: what we know",
			Seen: at("09:40:00"),
		},
	)
	ferry.Members[2].Kind = aggregator.Report
	ferry.Updated, ferry.Changed = at("10:30:00"), at("10:30:00")
	ferry.Before = &aggregator.Revision{
		Title:   "Ferry Aurora & tug collide off Port Lind, 14 rescued",
		Summary: "Fourteen passengers were taken off the ferry Aurora.",
	}
	harvest := view(30,
		aggregator.Entry{
			Source: "manara", Link: "https://manara.example/ar/108", Language: "ar",
			Title:   "محصول التمر في واحة سرمد يبلغ رقما قياسيا",
			Summary: "قال المزارعون إن المحصول زاد بنسبة 8%.", Published: at("08:00:00"), Seen: at("08:05:00"),
		},
		aggregator.Entry{Source: "harbour", Title: "Date harvest sets record in Sarmad oasis", Seen: at("08:30:00")},
	)
	bridge := view(20, aggregator.Entry{
		Source: "nevka", Link: "https://nevka.example/мост", Language: "ru",
		Summary: "Мост через Невку закрыт до понедельника: рабочие заменят настил и ограждение, " +
			"сообщила городская служба дорог.\nОбъезд — по набережной.",
		Published: at("07:00:00"), Updated: at("07:30:00"), Seen: at("07:31:00"),
	})
	comet := view(10, aggregator.Entry{
		Source: "lanhai", Language: "zh-CN", Title: "北山天文台发现一颗新彗星",
		Content: "<p>北山天文台周五宣布发现一颗新彗星。</p>", Categories: []string{"科学"}, Seen: at("07:31:00"),
	})
	killed := view(5, aggregator.Entry{
		Source: "ridge", Title: "KILL Mayor of Port Lind resigns", Seen: at("06:00:00"), Revised: at("06:20:00"), Revision: 1,
		Labels: []aggregator.Label{{Kind: aggregator.LabelWithdrawal}},
	})
	killed.Members[0].Withdrawn, killed.Withdrawn = true, true
	killed.Updated, killed.Changed = at("06:20:00"), at("06:20:00")
	return []aggregator.StoryView{ferry, harvest, bridge, comet, killed}
}

// torture is what no source should send.
func torture() []aggregator.StoryView {
	evil := "a\x00\x08\x1b b\xff\xfe ]]> <script>x</script> &amp; \ufffe\uffff\ufffd\u0085 \u202e\u2067 \"'"
	var tags []string
	for i := range 1000 {
		tags = append(tags, fmt.Sprintf("tag %d %s", i, "\u202a"))
	}
	corrected := view(7, aggregator.Entry{
		Source: "manara", Title: "👩‍👩‍👧‍👦 🇺🇳 عنوان \u202e من اليمين", Summary: evil + "。" + strings.Repeat("🎉", 2000), Seen: at("09:00:02"),
		Published: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Updated: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC),
		Revised: at("09:00:03"), Revision: 1,
		Labels: []aggregator.Label{{Kind: aggregator.LabelCorrection, Number: -1}, {Kind: "]]>", Number: 1 << 40}},
	})
	corrected.Before = &aggregator.Revision{Title: evil, Summary: strings.Repeat(evil+".\n", 50)}
	killed := view(8, aggregator.Entry{Source: evil, Title: evil, Seen: at("09:00:03")})
	killed.Members[0].Withdrawn, killed.Withdrawn = true, true
	half := view(9, aggregator.Entry{Source: "ridge", Title: "x", Seen: at("09:00:04")}, aggregator.Entry{Source: evil, Title: evil, Seen: at("09:00:05")})
	half.Members[1].Withdrawn = true
	return append([]aggregator.StoryView{corrected, killed, half},
		view(1_000_004, aggregator.Entry{
			Source: evil, Title: evil, Summary: evil, Content: "<p>]]&gt; ]]> \x00\x1f\xff\ufffe " + "</p>",
			Link: "javascript:alert(1)", Language: `en"><x>`, Image: "data:text/html,x",
			Authors:    []aggregator.Author{{Name: "\x00", URL: "//x"}, {Name: "Ann <ann@example.org>", URL: "http://"}},
			Categories: tags,
			Enclosures: []aggregator.Enclosure{
				{URL: "ftp://files.example/x", Type: "a/b"},
				{URL: "https://files.example/a b\"<>|.mp3#x#y", Type: "audio", LengthBytes: -1},
				{URL: "https://files.example/%zz[1].mp3", Type: "audio/mpeg; q=\"", LengthBytes: 1 << 62},
			},
			Published: time.Date(-44, 3, 15, 12, 0, 0, 0, time.UTC), Seen: at("09:00:00"),
		}),
		// Same second, and the same microseconds by Seq, as the one before.
		view(4, aggregator.Entry{
			Source: "", Published: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), Seen: at("09:00:00"),
		}),
		view(5, aggregator.Entry{
			Source: "harbour", Title: "<b>AT&T</b> &lt; R&D; 1 < 2 && x", Published: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Seen: at("09:00:00"),
		}),
		view(6, aggregator.Entry{
			Source: "nowhere", Title: strings.Repeat("\u2067", 50), Link: "HTTP://Harbour.Example:80?q=ä&b=[1]",
			Content: "<p>" + strings.Repeat("0123456789abcdef", 1<<16) + "</p>", Seen: at("09:00:01"),
		}),
	)
}

// runaway is what was seen while our own clock was out of its range.
func runaway() []aggregator.StoryView {
	late := time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	revised := view(2, aggregator.Entry{Source: "harbour", Title: "Harbour opens", Seen: at("09:00:00"), Revised: late, Revision: 1})
	killed := view(3, aggregator.Entry{Source: "harbour", Title: "Harbour closes", Seen: at("09:00:00")})
	killed.Members[0].Withdrawn, killed.Withdrawn, killed.Updated = true, true, late
	return []aggregator.StoryView{view(1, aggregator.Entry{Source: "harbour", Title: "Ferry aground", Seen: late}), revised, killed}
}
