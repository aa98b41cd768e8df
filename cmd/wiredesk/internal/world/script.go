package world

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
)

//go:embed script/*.txt
var scriptFiles embed.FS

// happening is something that comes to pass on a day, and how it is told.
type happening struct {
	id       string
	tags     []string
	vars     []variable
	tellings []telling // in order of time
}

// telling is what a wire puts out of a happening at one moment. The first
// telling under a key makes an entry, further ones edit it.
type telling struct {
	at    time.Duration // after midnight
	wire  string
	key   string
	title string
	text  []string // paragraphs
	from  reference
	relay bool // the link is that of from, with tracking parameters
}

// reference names a wire's telling within a happening; the zero value none.
type reference struct{ wire, key string }

// firstKey is the key of a telling that names none.
const firstKey = "report"

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// readScript reads the happenings of all script files, in the order of their
// names, and checks them against the wires. All that is wrong is reported
// together.
func readScript(files fs.FS, wires []wire) ([]happening, error) {
	languages := make(map[string]string, len(wires))
	for i := range wires {
		languages[wires[i].ID] = wires[i].Language
	}
	names, err := fs.Glob(files, "script/*.txt")
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	var script []happening
	var errs []error
	seen := make(map[string]bool)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("script: %w", err)
		}
		happenings, err := parseScript(string(text))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%w", name, err))
		}
		for i := range happenings {
			h := &happenings[i]
			if seen[h.id] {
				errs = append(errs, fmt.Errorf("%s: %s: told twice", name, h.id))
			}
			seen[h.id] = true
			if err := h.complete(languages); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", name, h.id, err))
			}
		}
		script = append(script, happenings...)
	}
	return script, errors.Join(errs...)
}

// parseScript reads the notation that script/1-night.txt explains. Its error
// begins with the number of the line.
func parseScript(text string) ([]happening, error) {
	var script []happening
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		mark, rest, _ := strings.Cut(line, " ")
		var err error
		switch {
		case line == "" || mark == ";":
		case mark == "#":
			script = append(script, parseHappening(rest))
		case len(script) == 0:
			err = errors.New("text before the first happening")
		default:
			err = script[len(script)-1].add(mark, rest, line)
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n+1, err)
		}
	}
	return script, nil
}

func parseHappening(line string) happening {
	id, tags, _ := strings.Cut(line, ":")
	return happening{id: strings.TrimSpace(id), tags: strings.Fields(tags)}
}

// add takes one more line: the head of a telling, a variable, a headline or a
// paragraph.
func (h *happening) add(mark, rest, line string) error {
	switch {
	case mark == "@":
		t, err := parseTelling(rest)
		if err != nil {
			return err
		}
		h.tellings = append(h.tellings, t)
	case len(h.tellings) == 0:
		v, err := parseVariable(line)
		if err != nil {
			return err
		}
		h.vars = append(h.vars, v)
	default:
		t := &h.tellings[len(h.tellings)-1]
		if t.title == "" {
			t.title = line
		} else {
			t.text = append(t.text, line)
		}
	}
	return nil
}

// parseTelling reads "06:12 wire [key] [= wire/key | > wire/key]".
func parseTelling(line string) (telling, error) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return telling{}, errors.New("a telling needs a time and a wire")
	}
	clock, err := time.Parse("15:04", words[0])
	if err != nil {
		return telling{}, fmt.Errorf("time of a telling: %w", err)
	}
	t := telling{
		at:   time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute,
		wire: words[1],
		key:  firstKey,
	}
	rest := words[2:]
	if len(rest) == 1 || len(rest) == 3 {
		t.key, rest = rest[0], rest[1:]
	}
	if len(rest) == 0 {
		return t, nil
	}
	if len(rest) != 2 || rest[0] != "=" && rest[0] != ">" {
		return telling{}, fmt.Errorf("telling %q: want TIME WIRE [KEY] [= WIRE/KEY]", line)
	}
	t.relay = rest[0] == ">"
	t.from.wire, t.from.key, _ = strings.Cut(rest[1], "/")
	if t.from.key == "" {
		t.from.key = firstKey
	}
	return t, nil
}

// complete gives copies the text they copy and checks that every telling can
// be told.
func (h *happening) complete(languages map[string]string) error {
	var errs []error
	bad := func(t *telling, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s %s: "+format, append([]any{t.wire, t.key}, args...)...))
	}
	for i := range h.tellings {
		t := &h.tellings[i]
		if i > 0 && t.at < h.tellings[i-1].at {
			bad(t, "told before the one above it")
		}
		language, known := languages[t.wire]
		if !known {
			bad(t, "no such wire")
		}
		if t.from != (reference{}) && !t.take(h.tellings[:i]) {
			bad(t, "nothing to take from %s/%s yet", t.from.wire, t.from.key)
		}
		if t.title == "" || len(t.text) == 0 {
			bad(t, "headline or text is missing")
		}
		for _, name := range placeholder.FindAllString(t.title+strings.Join(t.text, ""), -1) {
			if !slices.ContainsFunc(h.vars, func(v variable) bool { return name == "{"+v.name+"}" && v.speaks(language) }) {
				bad(t, "%s has no value in %q", name, language)
			}
		}
	}
	return errors.Join(errs...)
}

// take fills in what the telling takes over from the latest earlier telling it
// refers to: the text, and the headline where it has none of its own.
func (t *telling) take(earlier []telling) bool {
	for _, source := range slices.Backward(earlier) {
		if source.wire == t.from.wire && source.key == t.from.key {
			if t.title == "" {
				t.title = source.title
			}
			if len(t.text) == 0 {
				t.text = source.text
			}
			return true
		}
	}
	return false
}
