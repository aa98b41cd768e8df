package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/serve"
)

func newSources(flags *common) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sources [SOURCE]",
		Short: "List the sources: how they do, when they are polled next, and why",
		Long: `Sources lists the sources of the configuration, those in trouble first: how each
does, when it was polled and will be, its new entries, how many a day, the share
of polls that were answered 304, and why the next poll is when it is.

With the id or URL of a SOURCE it says all there is to say of that one, with its
last ten polls. Nothing is fetched: "wiredesk poll" does that. It works beside a
running daemon, which is then asked over its socket.`,
		Example: "  wiredesk sources\n  wiredesk sources bbc-world --json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return takes("SOURCE")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			ask, err := newReader(cfg, flags.logger())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, ask.close()) }()
			if len(args) == 0 {
				var list serve.SourceList
				if err := ask.get(cmd.Context(), "/api/v1/sources", nil, &list); err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), list.Sources)
				}
				return printSourceList(cmd.OutOrStdout(), list.Sources)
			}
			var source serve.SourceDetail
			if err := ask.get(cmd.Context(), "/api/v1/sources/"+url.PathEscape(args[0]), nil, &source); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), source)
			}
			return printSource(cmd.OutOrStdout(), &source)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printSourceList(w io.Writer, sources []serve.SourceLine) error {
	rows := table{{"SOURCE", "STATE", "POLLED", "NEXT", "NEW", "A DAY", "304", "WHY NEXT"}}
	for i := range sources {
		s := &sources[i]
		rows.add(s.ID, s.State, minuteOrNone(s.LastPoll), nextPoll(s), strconv.FormatUint(s.Entries, 10), aDay(s), share304(s), s.WhyNext)
	}
	return rows.write(w)
}

func printSource(w io.Writer, s *serve.SourceDetail) error {
	if err := aboutSource(s).write(w); err != nil {
		return err
	}
	if len(s.Recent) == 0 {
		return nil
	}
	rows := table{{"POLLED", "OUTCOME", "STATUS", "TOOK", "READ", "NEW"}}
	for _, p := range s.Recent {
		outcome := p.Outcome.String()
		if p.Problem != "" {
			outcome += ", " + string(p.Problem)
		}
		status := "-"
		if p.Status != 0 {
			status = strconv.Itoa(p.Status)
		}
		rows.add(p.At.Local().Format(time.DateTime+" MST"), outcome, status, aggregator.Span(seconds(p.Seconds)), aggregator.Size(p.Bytes), strconv.Itoa(p.Entries))
	}
	fmt.Fprintln(w)
	return rows.write(w)
}

func aboutSource(s *serve.SourceDetail) table {
	about := table{{"source", s.ID}, {"title", s.Title}, {"url", s.Feed}}
	add := func(name, text string) {
		if text != "" {
			about.add(name, text)
		}
	}
	add("page", s.Site)
	add("language", s.Language)
	add("tags", strings.Join(s.Tags, ", "))
	state := s.State
	if s.Failures > 0 {
		state += ", " + count(s.Failures, "failure", "failures") + " in a row, "
		if s.LastGood.IsZero() {
			state += "never good"
		} else {
			state += "last good " + minute(&s.LastGood)
		}
	}
	about.add("state", state)
	add("problem", s.Problem)
	for _, note := range s.Notes {
		about.add("note", note)
	}
	if s.State != "gone" {
		about.add("next poll", nextPoll(&s.SourceLine)+": "+s.WhyNext)
	}
	if s.Hints != nil {
		about.add("it asks", hinted(s.Hints))
	}
	for _, hub := range s.Hubs {
		about.add("hub", hub)
	}
	if !s.PushUntil.IsZero() {
		about.add("pushed", "until "+minute(&s.PushUntil)+", last "+minuteOrNone(s.LastPush))
	}
	if s.Polls > 0 {
		entries := count(int(s.Entries), "new entry", "new entries")
		if rate := aDay(&s.SourceLine); rate != "-" {
			entries += ", " + rate + " a day"
		}
		if !s.LastEntry.IsZero() {
			entries += ", the last " + minute(&s.LastEntry)
		}
		about.add("entries", entries)
		about.add("polls", fmt.Sprintf("%d, %s of them answered 304, %s read, %s waited", s.Polls, share304(&s.SourceLine),
			aggregator.Size(s.Bytes), aggregator.Span(seconds(s.Seconds))))
	}
	return about
}

// hinted says what a feed asks of those who poll it.
func hinted(h *serve.Hints) string {
	var parts []string
	if h.Seconds > 0 {
		parts = append(parts, "for "+aggregator.Span(seconds(h.Seconds))+" between two polls")
	}
	if len(h.SkipHours) > 0 {
		hours := make([]string, len(h.SkipHours))
		for i, hour := range h.SkipHours {
			hours[i] = strconv.Itoa(hour)
		}
		parts = append(parts, "for none in the hours "+strings.Join(hours, ", ")+" GMT")
	}
	if len(h.SkipDays) > 0 {
		parts = append(parts, "for none on "+strings.Join(h.SkipDays, ", "))
	}
	return strings.Join(parts, "; ")
}

// nextPoll returns when a source is polled next, in a cell.
func nextPoll(s *serve.SourceLine) string {
	switch {
	case s.State == "gone":
		return "never"
	case s.NextPoll.IsZero():
		return "at once"
	}
	return minute(&s.NextPoll)
}

func minuteOrNone(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return minute(&t)
}

func aDay(s *serve.SourceLine) string {
	switch {
	case s.EntriesADay == 0:
		return "-"
	case s.EntriesADay < 10:
		return strconv.FormatFloat(s.EntriesADay, 'f', 1, 64)
	}
	return strconv.FormatFloat(s.EntriesADay, 'f', 0, 64)
}

// share304 returns the share of polls that were answered 304. What is not quite
// all is not called all.
func share304(s *serve.SourceLine) string {
	if s.Polls == 0 {
		return "-"
	}
	return strconv.FormatUint(100*s.NotModified/s.Polls, 10) + "%"
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
