package publish

import (
	"fmt"
	"reflect"
	"time"

	"github.com/expr-lang/expr/vm"

	"wiredesk/aggregator"
)

// storyNames are what a where expression can speak of. The lists are those of
// all the story's entries together, each value once.
type storyNames struct {
	Title      string        `expr:"title"` // of the lead, as are text, link and lang
	Text       string        `expr:"text"`
	Link       string        `expr:"link"`
	Lang       string        `expr:"lang"`
	Languages  []string      `expr:"languages"` // of the entries, or of their sources
	Labels     []string      `expr:"labels"`    // their kinds
	Sources    int           `expr:"sources"`   // how many carry it
	Carriers   []string      `expr:"carriers"`  // their ids, as they joined
	Tags       []string      `expr:"tags"`      // of the carriers
	Categories []string      `expr:"categories"`
	Authors    []string      `expr:"authors"`
	Age        time.Duration `expr:"age"` // since Story.First
}

// entryNames are what a drop expression can speak of.
type entryNames struct {
	Title      string   `expr:"title"`
	Text       string   `expr:"text"`
	Link       string   `expr:"link"`
	Lang       string   `expr:"lang"`
	Labels     []string `expr:"labels"`
	Source     string   `expr:"source"`
	Tags       []string `expr:"tags"`
	Categories []string `expr:"categories"`
	Authors    []string `expr:"authors"`
}

// Filter is a compiled where expression. It is safe for concurrent use; nil
// lets every story through.
type Filter struct {
	program *vm.Program
	// Failed is told of each error of Story, on its goroutine; nil: nobody is.
	// It is set before the filter is used.
	Failed func(error)
}

// CompileWhere compiles the expression a feed chooses its stories by; the empty
// one chooses all. The language is expr-lang's, and these names are known:
//
//	title       string    the lead's title
//	text        string    the lead's summary, plain text
//	link        string    the lead's link
//	lang        string    the lead's language, BCP 47: lang startsWith "en"
//	languages   []string  of all entries: any(languages, # startsWith "ar")
//	labels      []string  of all entries, see [aggregator.LabelKind]: "urgent" in labels
//	sources     int       how many sources carry the story
//	carriers    []string  their ids: "bbc-world" in carriers
//	tags        []string  the tags of those sources
//	categories  []string  of all entries
//	authors     []string  names, of all entries
//	age         duration  since the story began: age < duration("2h")
//
// contains, startsWith, endsWith and matches heed case. To ignore it write
// lower(title) contains "oil", which takes "turmoil" too, or title matches
// "(?i)\\boil\\b"; patterns are RE2's and take linear time.
//
// An error says line and column, and the nearest name where one is misspelt.
// The result must be a bool; an expression of more than 500 terms is refused,
// and so is one with a call that can only fail, as duration("6 h").
func CompileWhere(text string) (*Filter, error) {
	program, err := compile(text, storyNames{})
	if err != nil {
		return nil, fmt.Errorf("where expression: %w", err)
	}
	return &Filter{program: program}, nil
}

// Story reports whether the filter lets the story through. It fails where the
// expression does: a list index out of range, a pattern made from an entry's
// text that is none.
func (f *Filter) Story(site Site, v *aggregator.StoryView, now time.Time) (bool, error) {
	if f == nil || f.program == nil {
		return true, nil
	}
	ok, err := run(f.program, namesOfStory(site, v, now))
	if err != nil {
		err = fmt.Errorf("where expression on story %s: %w", v.ID, err)
		if f.Failed != nil {
			f.Failed(err)
		}
		return false, err
	}
	return ok, nil
}

// DropFilter is a compiled drop expression. It is safe for concurrent use; nil
// drops nothing.
type DropFilter struct{ program *vm.Program }

// CompileDrop compiles the expression by which a source's entries are dropped;
// the empty one drops none. It is written as for [CompileWhere], over these
// names:
//
//	title, text, link, lang      string    the entry's
//	source                       string    the id of its source
//	tags                         []string  of the source
//	labels, categories, authors  []string  the entry's
func CompileDrop(text string) (*DropFilter, error) {
	program, err := compile(text, entryNames{})
	if err != nil {
		return nil, fmt.Errorf("drop expression: %w", err)
	}
	return &DropFilter{program}, nil
}

// Entry reports whether the entry, of a source with these tags, is to be
// dropped.
func (f *DropFilter) Entry(e *aggregator.Entry, tags []string) (bool, error) {
	if f == nil || f.program == nil {
		return false, nil
	}
	drop, err := run(f.program, &entryNames{
		Title: e.Title, Text: e.Summary, Link: e.Link, Lang: e.Language, Labels: labelNames(nil, e.Labels),
		Source: e.Source, Tags: tags, Categories: e.Categories, Authors: authorNames(nil, e.Authors),
	})
	if err != nil {
		return false, fmt.Errorf("drop expression on entry %s: %w", e.ID, err)
	}
	return drop, nil
}

func namesOfStory(site Site, v *aggregator.StoryView, now time.Time) *storyNames {
	n := &storyNames{Age: now.Sub(v.First)}
	for _, e := range v.Standing() {
		n.Categories = append(n.Categories, e.Categories...)
		n.Authors = authorNames(n.Authors, e.Authors)
		n.Labels = labelNames(n.Labels, e.Labels)
		if lang := site.LanguageOf(e); lang != "" {
			n.Languages = append(n.Languages, lang)
		}
		n.Carriers = append(n.Carriers, e.Source)
		n.Tags = append(n.Tags, site.Carriers[e.Source].Tags...)
	}
	n.Carriers, n.Tags = once(n.Carriers), once(n.Tags)
	n.Categories, n.Authors = once(n.Categories), once(n.Authors)
	n.Languages, n.Labels = once(n.Languages), once(n.Labels)
	n.Sources = len(n.Carriers)
	if len(v.Entries) == 0 {
		return n
	}
	lead := v.LeadEntry()
	n.Title, n.Text, n.Link, n.Lang = lead.Title, lead.Summary, lead.Link, site.LanguageOf(lead)
	return n
}

func authorNames(names []string, authors []aggregator.Author) []string {
	for _, a := range authors {
		names = append(names, a.Name)
	}
	return names
}

func labelNames(names []string, labels []aggregator.Label) []string {
	for _, l := range labels {
		names = append(names, string(l.Kind))
	}
	return names
}

// once removes what stands in all before, and keeps the order.
func once(all []string) []string {
	if len(all) < 2 {
		return all
	}
	seen := make(map[string]struct{}, len(all))
	kept := all[:0]
	for _, s := range all {
		if _, ok := seen[s]; !ok {
			seen[s] = struct{}{}
			kept = append(kept, s)
		}
	}
	return kept
}

// nameList returns what an expression over env can speak of.
func nameList(env any) []string {
	t := reflect.TypeOf(env)
	names := make([]string, 0, t.NumField())
	for field := range t.Fields() {
		names = append(names, field.Tag.Get("expr"))
	}
	return names
}
