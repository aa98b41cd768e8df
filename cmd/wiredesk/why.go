package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/serve"
)

func newWhy(flags *common) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why STORY",
		Short: "Explain a story: its entries, and why each is in it",
		Long: `Why prints a story with its entries in the order they joined, what was decided on
each and why, their earlier texts, what operators pinned, the stories that
turned out to be this one, and those told beside it.

STORY is the id of the story, with urn:uuid: or without, or of a story that
became part of it, or of one of its entries; the first eight digits of such an
id or more; the address of its page; or the link of one of its entries. It works
beside a running daemon, which is then asked over its socket.`,
		Example: "  wiredesk why 1b2c3d4e\n  wiredesk why http://localhost:8080/stories/1b2c3d4e-0a1b-5c2d-8e3f-405162738495 --json",
		Args:    takes("STORY"),
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
			var story serve.Story
			if err := ask.get(cmd.Context(), storiesPath+"/"+url.PathEscape(args[0]), nil, &story); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), story)
			}
			return printStory(cmd.OutOrStdout(), &story)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printStory(w io.Writer, story *serve.Story) error {
	if err := aboutStory(story).write(w); err != nil {
		return err
	}
	var entries table
	for i := range story.Entries {
		entries.add()
		entries = append(entries, aboutEntry(&story.Entries[i], story.Lead)...)
	}
	if err := entries.write(w); err != nil {
		return err
	}
	if len(story.Related) == 0 {
		return nil
	}
	rows := table{{"RELATED", "FIRST", "TITLE"}}
	for i := range story.Related {
		related := &story.Related[i]
		rows.add(shortOf(related.ID), minute(&related.First), related.Title)
	}
	fmt.Fprintln(w)
	return rows.write(w)
}

func aboutStory(story *serve.Story) table {
	sources := make(map[string]bool)
	for i := range story.Entries {
		if e := &story.Entries[i]; !e.Withdrawn {
			sources[e.Source.ID] = true
		}
	}
	about := table{
		{"story", story.ID}, {"page", story.URL}, {"first", minute(&story.First)},
		{"carried", fmt.Sprintf("by %s in %s", count(len(sources), "source", "sources"), count(len(story.Entries), "entry", "entries"))},
	}
	if !story.Updated.IsZero() && !story.Updated.Equal(story.First) {
		about.add("updated", minute(&story.Updated))
	}
	if story.Withdrawn {
		about.add("withdrawn", "the sources have withdrawn all of it")
	}
	for _, id := range story.Merged {
		about.add("merged", id+" turned out to be this story")
	}
	for _, p := range story.Pins {
		about.add("pinned", fmt.Sprintf("%s and %s are %s, said %s", shortOf(p.Entries[0].ID), shortOf(p.Entries[1].ID), pinWord(p), minute(&p.At)))
	}
	return about
}

// aboutEntry returns what is said of an entry, behind the beginning of its id.
func aboutEntry(e *serve.Entry, lead string) table {
	kind := e.Kind
	if e.ID == lead {
		kind += ", leads"
	}
	if e.Withdrawn {
		kind += ", withdrawn by its source"
	}
	about := table{{shortOf(e.ID), "source", e.Source.ID}}
	add := func(name, text string) { about.add("", name, text) }
	add("kind", kind)
	add("seen", minute(&e.Seen))
	for _, label := range e.Labels {
		add("label", aggregator.Label(label).String())
	}
	add("title", e.Title)
	if e.Link != "" {
		add("link", e.Link)
	}
	for i := range e.Decisions {
		words := e.Decisions[i].Words
		if at := &e.Decisions[i].At; !at.Equal(e.Seen) {
			words = minute(at) + ", " + words
		}
		add("why", words)
	}
	for i := range e.Revisions {
		add("earlier", minute(&e.Revisions[i].At)+", "+e.Revisions[i].Title)
	}
	return about
}
