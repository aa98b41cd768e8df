package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/search"
	"wiredesk/storage"
)

// TestSearchOfTheDaemon asks a daemon for narrowed feeds, before and after it
// is killed, and after it is told to do without an index.
func TestSearchOfTheDaemon(t *testing.T) {
	t.Parallel()
	farm := newFarm(t)
	farm.show("wire-1", servedDocument{body: rssOf(
		invented{title: "Oil prices rise as ministers meet", link: "https://wire.example/1", text: "Crude gained."},
		invented{title: "وزير الطاقة يعلن خفض أسعار الكهرباء", link: "https://wire.example/2", text: "في العاصمة"},
		invented{title: "Урожай пшеницы оказался рекордным", link: "https://wire.example/3", text: "Собрали много."},
		invented{title: "国际石油价格上涨", link: "https://wire.example/4", text: "专家担心"},
	)})
	p := newProcess(t, []aggregator.Source{farm.source("wire-1")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ask := func(query string) (status int, titles []string, detail string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://desk.example/feeds/all.json?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := p.client.Do(req)
		if err != nil {
			return 0, nil, err.Error()
		}
		defer func() { _ = res.Body.Close() }()
		var body struct {
			Detail string
			Items  []struct{ Title string }
		}
		if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
			return 0, nil, err.Error()
		}
		for _, item := range body.Items {
			titles = append(titles, item.Title)
		}
		return res.StatusCode, titles, body.Detail
	}
	for _, life := range []string{"new", "killed", "stopped"} {
		p.start(ctx)
		for q, want := range map[string]string{"price": "Oil prices", "الطاقه": "وزير", "пшеница": "Урожай", "石油": "国际"} {
			for {
				status, titles, detail := ask("q=" + url.QueryEscape(q))
				if status == http.StatusOK && len(titles) == 1 && strings.HasPrefix(titles[0], want) {
					break
				}
				if ctx.Err() != nil {
					t.Fatalf("%s: %s: %d %q %s", life, q, status, titles, detail)
				}
				time.Sleep(50 * time.Millisecond)
			}
		}
		if status, _, detail := ask("q=oil&min_sourcs=2"); status != http.StatusBadRequest || !strings.Contains(detail, "did you mean min_sources?") {
			t.Errorf("%s: %d %q", life, status, detail)
		}
		if life == "new" {
			p.kill()
		} else {
			p.stop()
		}
	}
	sameIndex(t, p.database)

	off, err := os.ReadFile(p.config())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.config(), append(off, "search: {index: false}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start(ctx)
	for ctx.Err() == nil {
		if status, titles, _ := ask("lang=ar&min_sources=1&within=1000d"); status == http.StatusOK && len(titles) == 0 {
			break // the wire names no language
		}
		time.Sleep(50 * time.Millisecond)
	}
	if status, _, detail := ask("q=oil"); status != http.StatusBadRequest || !strings.Contains(detail, "switched that off") {
		t.Errorf("without an index: %d %q", status, detail)
	}
	if _, err := os.Stat(p.database + indexSuffix); !os.IsNotExist(err) {
		t.Errorf("the index is still there: %v", err)
	}
	p.stop()
}

// sameIndex compares the index beside a database that nobody uses with one that
// is made anew.
func sameIndex(tb testing.TB, database string) {
	tb.Helper()
	db, err := storage.Open(database, storage.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	}()
	var queries []string
	err = db.Replay(time.Time{}, func(e aggregator.Entry) error {
		for _, text := range []string{e.Title, e.Summary} {
			words := strings.Fields(text)
			for _, q := range []string{strings.Join(words[:min(2, len(words))], " "), `"` + strings.Join(words[:min(4, len(words))], " ") + `"`} {
				if _, err := search.Parse(q); err == nil && len(queries) < 500 {
					queries = append(queries, q)
				}
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	kept, fresh := answersOf(tb, db, database+indexSuffix, queries), answersOf(tb, db, tb.TempDir(), queries)
	found := 0
	for i, q := range queries {
		if !slices.Equal(kept[i], fresh[i]) {
			tb.Errorf("%s: found %v, an index made anew finds %v", q, kept[i], fresh[i])
		}
		found += len(fresh[i])
	}
	if found < len(queries)/2 || found == 0 {
		tb.Errorf("%d queries find %d stories: they compare nothing", len(queries), found)
	}
}

// answersOf returns what the index in a folder finds.
func answersOf(tb testing.TB, db *storage.DB, folder string, queries []string) [][]aggregator.StoryID {
	tb.Helper()
	index := search.New(search.Options{Folder: folder, Store: db})
	ctx, stop := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error)
	go func() { ended <- index.Run(ctx) }()
	for f := index.Figures(); !f.Ready || f.Behind > 0; f = index.Figures() {
		time.Sleep(10 * time.Millisecond)
	}
	answers := make([][]aggregator.StoryID, len(queries))
	for i, q := range queries {
		text, err := search.Parse(q)
		if err == nil {
			answers[i], err = index.Find(search.Query{Text: text, Limit: 100})
		}
		if err != nil {
			tb.Fatal(fmt.Errorf("%s: %w", q, err))
		}
	}
	stop()
	if err := <-ended; err != nil {
		tb.Error(err)
	}
	return answers
}
