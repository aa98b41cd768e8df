package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/serve"
)

const storiesPath = "/api/v1/stories"

// maxStories is how many stories one answer of the API holds at most.
const maxStories = 1000

func newStories(flags *common) *cobra.Command {
	var (
		asJSON            bool
		feed, source      string
		since             = since{now: time.Now}
		limit, minSources int
	)
	cmd := &cobra.Command{
		Use:   "stories",
		Short: "List the newest stories",
		Long: `Stories lists the newest stories: when each was first reported, how many sources
and entries it has, the beginning of its id, and the headline that leads it.
"wiredesk why" explains a story by that id. It works beside a running daemon,
which is then asked over its socket.`,
		Example: "  wiredesk stories --min-sources 3 --since 6h\n  wiredesk stories --feed energy --limit 100 --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if limit < 1 {
				return wrongCall(cmd, errors.New("--limit must be 1 or more"))
			}
			if minSources < 1 {
				return wrongCall(cmd, errors.New("--min-sources must be 1 or more"))
			}
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			ask, err := newReader(cfg, flags.logger())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, ask.close()) }()
			query := url.Values{"min_sources": {strconv.Itoa(minSources)}}
			for name, value := range map[string]string{"feed": feed, "source": source} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if !since.at.IsZero() {
				query.Set("since", since.at.UTC().Format(time.RFC3339))
			}
			found := []serve.StoryLine{}
			for more := true; more && len(found) < limit; {
				query.Set("limit", strconv.Itoa(min(limit-len(found), maxStories)))
				var list serve.StoryList
				if err := ask.get(cmd.Context(), storiesPath, query, &list); err != nil {
					return err
				}
				found = append(found, list.Stories...)
				query.Set("before", list.Next)
				more = list.Next != ""
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), found)
			}
			if len(found) == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "wiredesk: there are no such stories")
				return nil
			}
			rows := table{{"FIRST", "SOURCES", "ENTRIES", "STORY", "TITLE"}}
			for i := range found {
				s := &found[i]
				rows.add(minute(&s.First), strconv.Itoa(s.Sources), strconv.Itoa(s.Entries), shortOf(s.ID), s.Title)
			}
			return rows.write(cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&feed, "feed", "", "only what the feed with this `SLUG` shows")
	cmd.Flags().StringVar(&source, "source", "", "only what the source with this `ID` carries")
	cmd.Flags().Var(&since, "since", "only what was first reported since this `TIME`, or so long ago: 2026-11-23, 6h, 3d")
	cmd.Flags().IntVar(&minSources, "min-sources", 1, "only what so many sources carry")
	cmd.Flags().IntVar(&limit, "limit", 20, "at most so many")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// shortOf returns the digits of an id that tables show.
func shortOf(id string) string {
	id = strings.TrimPrefix(id, "urn:uuid:")
	return id[:min(len(id), aggregator.ShortDigits)]
}

// since is the value of --since: an instant, or how long ago.
type since struct {
	now  func() time.Time
	text string
	at   time.Time // zero: not given
}

// String returns what was given.
func (s *since) String() string { return s.text }

// Type returns how help calls the value.
func (s *since) Type() string { return "time" }

// Set takes a duration with days, a date or a date and time in the user's
// zone, or an instant of RFC 3339.
func (s *since) Set(text string) error {
	s.text = text
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 36500 {
			s.at = s.now().AddDate(0, 0, -n)
			return nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		s.at = s.now().Add(-ago)
		return nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime, time.RFC3339} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			s.at = at
			return nil
		}
	}
	return errors.New(`must be a time such as 2026-11-23 or "2026-11-23 18:00", or how long ago, such as 90m, 6h or 3d`)
}
