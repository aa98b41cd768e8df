package serve

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/search"
)

// Bounds of what a feed's address may ask. Whoever writes an address by hand
// stays far below them.
const (
	maxQueryBytes  = 4 << 10 // of all parameters
	maxNarrowed    = 32      // values of one parameter
	maxMinSources  = 10_000
	minWithin      = time.Minute
	maxWithin      = 3650 * 24 * time.Hour
	maxFeedStories = 1000
)

// narrowing is what the parameters of a feed's address ask of it. The zero
// value asks nothing.
type narrowing struct {
	texts                    []string    // as they were written, spaces folded
	text                     search.Text // any of them
	tags, sources, languages []string    // each: any of them; nil: all
	minSources               int         // 0: all
	within                   time.Duration
	limit                    int                 // 0: the feed's own
	before, after            aggregator.Position // one of them at most; zero: the newest
}

// parameters are the names that a feed's address knows, each with what reads
// its values.
var parameters = map[string]func(*narrowing, *published, []string) error{
	"q":           (*narrowing).readTexts,
	"tag":         (*narrowing).readTags,
	"source":      (*narrowing).readSources,
	"lang":        (*narrowing).readLanguages,
	"min_sources": (*narrowing).readMinSources,
	"within":      (*narrowing).readWithin,
	"limit":       (*narrowing).readLimit,
	"before":      (*narrowing).readBefore,
	"after":       (*narrowing).readAfter,
}

// parameterNames lists them in the order they are documented.
var parameterNames = []string{"q", "tag", "source", "lang", "min_sources", "within", "limit", "before", "after"}

// parseNarrowing reads the parameters of a feed's address. Those without a
// value ask nothing, and those by which links are followed are passed over. The
// error is a refusal.
func (p *published) parseNarrowing(feed publishedFeed, raw string) (n narrowing, err error) {
	if raw == "" {
		return n, nil
	}
	bad := func(detail string) (narrowing, error) {
		return narrowing{}, refusal{http.StatusBadRequest, detail}
	}
	if len(raw) > maxQueryBytes {
		return bad(fmt.Sprintf("The parameters are %d bytes long, more than %d.", len(raw), maxQueryBytes))
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return bad("The parameters cannot be read: write them as name=value, joined by &, with other characters percent-encoded.")
	}
	for _, name := range sortedNames(values) {
		given := slices.DeleteFunc(slices.Clone(values[name]), func(v string) bool { return strings.TrimSpace(v) == "" })
		read, known := parameters[name]
		switch {
		case !known && (strings.HasPrefix(name, "_") || aggregator.Tracks(strings.ToLower(name), values.Get(name))):
			continue // of trackers, and of those that want no cached answer
		case !known:
			return bad(fmt.Sprintf("There is no parameter %s%s", quoted(name), meant(strings.ToLower(name), parameterNames)))
		case len(given) > maxNarrowed:
			return bad(fmt.Sprintf("%s is given %d times, more than %d.", name, len(given), maxNarrowed))
		case len(given) == 0:
			continue
		}
		for i, v := range given {
			given[i] = strings.TrimSpace(v)
		}
		if err := read(&n, p, given); err != nil {
			complaint := name + " " + err.Error()
			if !strings.HasSuffix(complaint, "?") {
				complaint += "."
			}
			return bad(complaint)
		}
	}
	switch isBefore := !atNewest(n.before); {
	case isBefore && n.isUpward():
		return bad("before and after exclude each other: give one of them.")
	case feed.Order == aggregator.OrderProminence && (isBefore || n.isUpward()):
		return bad("This feed is ordered by prominence, which no place holds: it cannot be read before or after one.")
	}
	return n, nil
}

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// readTexts takes what [search.Parse] reads.
func (n *narrowing) readTexts(_ *published, given []string) error {
	for i, v := range given {
		given[i] = strings.Join(strings.Fields(v), " ")
	}
	n.texts = distinct(given)
	parsed := make([]search.Text, len(n.texts))
	for i, text := range n.texts {
		var err error
		if parsed[i], err = search.Parse(text); err != nil {
			return fmt.Errorf("%s cannot be searched for: %w", quoted(text), err)
		}
	}
	n.text = search.Any(parsed...)
	return nil
}

// readTags takes the tags of sources that are configured.
func (n *narrowing) readTags(p *published, given []string) error {
	var known []string
	for _, c := range p.site.Carriers {
		known = append(known, c.Tags...)
	}
	return n.choose(&n.tags, given, known, "is no tag of a source here")
}

// readSources takes the ids of sources that are configured.
func (n *narrowing) readSources(p *published, given []string) error {
	var known []string
	for id := range p.site.Carriers {
		known = append(known, id)
	}
	return n.choose(&n.sources, given, known, "is no source here")
}

// choose takes those of the known that are given.
func (n *narrowing) choose(into *[]string, given, known []string, complaint string) error {
	for _, v := range given {
		if !slices.Contains(known, v) {
			slices.Sort(known)
			return fmt.Errorf("%s %s%s", quoted(v), complaint, strings.TrimSuffix(meant(v, slices.Compact(known)), "."))
		}
	}
	*into = distinct(given)
	return nil
}

// readLanguages takes language ranges (RFC 4647, section 2.1).
func (n *narrowing) readLanguages(_ *published, given []string) error {
	for i, v := range given {
		v = strings.ToLower(strings.ReplaceAll(v, "_", "-"))
		most := 3 // letters: a language has no more (RFC 5646, section 2.2.1), what follows it has 8
		for part := range strings.SplitSeq(v, "-") {
			if part == "" || len(part) > most || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
				return fmt.Errorf("%s is no language: write its code, such as ar or pt-BR", quoted(given[i]))
			}
			most = 8
		}
		given[i] = v
	}
	n.languages = distinct(given)
	return nil
}

func (n *narrowing) readMinSources(_ *published, given []string) (err error) {
	n.minSources, err = wholeNumber(given, 1, maxMinSources)
	return err
}

func (n *narrowing) readLimit(_ *published, given []string) (err error) {
	n.limit, err = wholeNumber(given, 1, maxFeedStories)
	return err
}

func (n *narrowing) readWithin(_ *published, given []string) error {
	text, err := single(given)
	if err != nil {
		return err
	}
	n.within, err = aggregator.ParseSpan(text)
	switch {
	case err != nil:
		return fmt.Errorf("%s is no time: write a number and a unit, such as 90m, 2h or 3d", quoted(text))
	case n.within < minWithin || n.within > maxWithin:
		return fmt.Errorf("is %s: it must be from 1m to 3650d", aggregator.Span(n.within))
	}
	n.within = n.within.Truncate(time.Second)
	return nil
}

func (n *narrowing) readBefore(_ *published, given []string) (err error) {
	if n.before, err = place(given); err == nil && atNewest(n.before) {
		return noPlace(given[0]) // no story is older, and the newest would be shown
	}
	return err
}

func (n *narrowing) readAfter(_ *published, given []string) (err error) {
	if n.after, err = place(given); err == nil && atNewest(n.after) {
		return noPlace(given[0]) // no story is so old, and nothing would be asked
	}
	return err
}

// place reads an instant or what formatPosition wrote. The place of an instant
// parts the stories that were first reported before it from the others.
func place(given []string) (aggregator.Position, error) {
	text, err := single(given)
	if err != nil {
		return aggregator.Position{}, err
	}
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		text += "~0"
	}
	at, err := parsePosition(text)
	if err != nil {
		return aggregator.Position{}, noPlace(given[0])
	}
	return at, nil
}

func noPlace(text string) error {
	return fmt.Errorf("%s is no place: write an instant such as 2006-01-02T15:04:05Z, or what a page gave", quoted(text))
}

// single returns the one value of a parameter that has a single meaning.
func single(given []string) (string, error) {
	if len(given) > 1 {
		return "", errors.New("is given more than once: give it once")
	}
	return given[0], nil
}

func wholeNumber(given []string, low, high int) (int, error) {
	text, err := single(given)
	if err != nil {
		return 0, err
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < low || number > high {
		return 0, fmt.Errorf("%s must be a whole number from %d to %d", quoted(text), low, high)
	}
	return number, nil
}

// distinct returns each of the values once, in order: the same choice is the
// same address, however it was written.
func distinct(values []string) []string {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// isUpward reports whether the stories above a place are asked for.
func (n *narrowing) isUpward() bool { return !atNewest(n.after) }

// isNone reports whether nothing is asked.
func (n *narrowing) isNone() bool { return n.narrowed() == "" && n.page() == "" }

// narrowed returns the parameters that choose stories, as a feed has them.
func (n *narrowing) narrowed() string {
	values := url.Values{"q": n.texts, "tag": n.tags, "source": n.sources, "lang": n.languages}
	if n.minSources > 0 {
		values.Set("min_sources", strconv.Itoa(n.minSources))
	}
	if n.within > 0 {
		values.Set("within", spelt(n.within))
	}
	return values.Encode()
}

// page returns the parameters that choose which of those stories are shown.
func (n *narrowing) page() string {
	values := url.Values{}
	if n.limit > 0 {
		values.Set("limit", strconv.Itoa(n.limit))
	}
	if !atNewest(n.before) {
		values.Set("before", formatPosition(n.before))
	}
	if n.isUpward() {
		values.Set("after", formatPosition(n.after))
	}
	return values.Encode()
}

// spelt writes a time as the within parameter has it, in one unit.
func spelt(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%unit.size == 0 {
			return strconv.FormatInt(int64(d/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}

// of returns the feed as the parameters narrow it. Its title says so, for
// readers that show several of them.
func (n *narrowing) of(feed aggregator.Feed) aggregator.Feed {
	feed.Narrowed, feed.Page = n.narrowed(), n.page()
	if n.limit > 0 {
		feed.Limit = n.limit
	}
	if n.within > 0 && (feed.MaxAge == 0 || n.within < feed.MaxAge) {
		feed.MaxAge = n.within
	}
	if words := n.words(); len(words) > 0 {
		feed.Title += ": " + strings.Join(words, ", ")
	}
	return feed
}

// words says what is asked, for titles.
func (n *narrowing) words() []string {
	var words []string
	for _, names := range [][]string{n.texts, n.tags, n.sources, n.languages} {
		if len(names) > 0 {
			words = append(words, strings.Join(names, " or "))
		}
	}
	if n.minSources > 1 {
		words = append(words, fmt.Sprintf("%d sources or more", n.minSources))
	}
	if n.within > 0 {
		words = append(words, "the last "+spelt(n.within))
	}
	return words
}

// quoted returns what somebody wrote, short enough for a sentence.
func quoted(text string) string {
	const most = 60
	if len(text) > most {
		text = aggregator.Cut(text, most) + "…"
	}
	return strconv.Quote(text)
}

// meant ends a complaint about a name that is not known with the one that was
// probably meant.
func meant(name string, known []string) string {
	if near := publish.Nearest(name, known); near != "" {
		return ": did you mean " + near + "?"
	}
	return "."
}
