package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Tags of the YAML core schema, as the parser resolves them.
const (
	nullTag  = "!!null"
	boolTag  = "!!bool"
	intTag   = "!!int"
	floatTag = "!!float"
	strTag   = "!!str"
)

// maxTextBytes bounds every text of a configuration.
const maxTextBytes = 10_000

// value is a place in a file: a YAML node and the path of keys that leads to
// it. Its methods read the node as what it ought to be, and note a problem
// where it is not.
type value struct {
	*loader
	file  *file
	node  *yaml.Node // as written: problems point at an alias, not at its anchor
	key   string     // empty: the file as a whole
	quiet bool       // what stands below may be a secret: keys are not quoted either
}

// field reads the value of one key into its place.
type field func(value)

// fields is a table of the keys a mapping may have.
type fields map[string]field

// refusals says of keys why they are not allowed and what to do instead.
type refusals map[string]string

// pair is one key of a mapping and its value.
type pair struct {
	name       string
	key, value value
}

// problem notes what is wrong with v and what would be right.
func (v value) problem(format string, args ...any) {
	v.note(v.file, v.node.Line, v.node.Column, v.key, fmt.Sprintf(format, args...))
}

// doubt notes what is allowed and will not do what it looks like.
func (v value) doubt(format string, args ...any) {
	v.doubts = append(v.doubts, noteAt(v.file, v.node.Line, v.node.Column, v.key, fmt.Sprintf(format, args...)))
}

// at returns v moved to another node under the same key.
func (v value) at(n *yaml.Node) value {
	v.node = n
	return v
}

// or returns other where that is in the file, else v.
func (v value) or(other value) value {
	if other.node != nil {
		return other
	}
	return v
}

// named returns v with name added to its key, unless name might be a secret
// that slipped to where a key is expected.
func (v value) named(name string) value {
	if v.quiet || !plainName(name) {
		return v
	}
	if v.key != "" {
		name = v.key + "." + name
	}
	v.key = name
	return v
}

// place says where v is, for a problem elsewhere.
func (v value) place(from value) string {
	file := ""
	if v.file != from.file {
		file = v.file.path + ", "
	}
	return fmt.Sprintf("%s (%sline %d)", v.key, file, v.node.Line)
}

// content returns the node that v stands for, aliases followed.
func (v value) content() *yaml.Node {
	n := v.node
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func (v value) isNull() bool {
	n := v.content()
	return n.Kind == yaml.ScalarNode && n.Tag == nullTag
}

func (v value) isMapping() bool { return v.content().Kind == yaml.MappingNode }

func (v value) isList() bool { return v.content().Kind == yaml.SequenceNode }

// kind names what v is, for a problem.
func (v value) kind() string {
	switch tag := v.content().Tag; {
	case v.isMapping():
		return "a mapping"
	case v.isList():
		return "a list"
	case v.isNull():
		return "empty"
	case tag == strTag:
		return "a text"
	case tag == boolTag:
		return "true or false"
	default:
		return "a number"
	}
}

// pairs returns the keys and values of a mapping in their order, without those
// that repeat a key. An empty value is an empty mapping.
func (v value) pairs() []pair {
	if v.isNull() {
		return nil
	}
	if !v.isMapping() {
		v.problem("is %s, must be a mapping (key: value)", v.kind())
		return nil
	}
	n := v.content()
	all := make([]pair, 0, len(n.Content)/2)
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := v.at(n.Content[i])
		name := key.content()
		if name.Kind != yaml.ScalarNode || name.Tag == nullTag {
			key.problem("a key is %s, must be a word", key.kind())
			continue
		}
		if name.Value == "<<" {
			key.problem("merge keys (<<) are not supported, write the keys out or repeat a single value with an alias")
			continue
		}
		key = key.named(name.Value)
		if line, twice := lines[name.Value]; twice {
			key.problem("stands twice, remove this one or the one on line %d", line)
			continue
		}
		lines[name.Value] = name.Line
		all = append(all, pair{name.Value, key, key.at(n.Content[i+1])})
	}
	return all
}

// mapping reads a mapping by its table of keys and returns what was there.
func (v value) mapping(table fields) map[string]value { return v.mappingBut(table, nil) }

// mappingBut is mapping with further keys that are known, and not allowed.
func (v value) mappingBut(table fields, refused refusals) map[string]value {
	present := make(map[string]value)
	for _, p := range v.pairs() {
		read, known := table[p.name]
		if why, no := refused[p.name]; no {
			read, known = func(v value) { v.problem("%s", why) }, true
		}
		if !known {
			p.key.problem("unknown key, %s", suggest(p.name, slices.Sorted(maps.Keys(table))))
			continue
		}
		// The name is in our table: it is no secret, whatever stands around it.
		p.value.key = strings.TrimPrefix(v.key+"."+p.name, ".")
		present[p.name] = p.value
		read(p.value)
	}
	return present
}

// list reads each value of a list. An empty value is an empty list.
func (v value) list(read field) {
	if v.isNull() {
		return
	}
	if !v.isList() {
		v.problem("is %s, must be a list", v.kind())
		return
	}
	for i, child := range v.content().Content {
		item := v.at(child)
		item.key = fmt.Sprintf("%s[%d]", v.key, i)
		read(item)
	}
}

// scalar returns what is written where one value must stand.
func (v value) scalar(want string) (text string, tag string, ok bool) {
	n := v.content()
	switch {
	case v.isNull():
		v.problem("has no value, must be %s", want)
	case n.Kind != yaml.ScalarNode:
		v.problem("is %s, must be %s", v.kind(), want)
	case n.Style&yaml.TaggedStyle != 0:
		v.problem("has a YAML tag (!), must be %s without one", want)
	default:
		return n.Value, n.Tag, true
	}
	return "", "", false
}

// text returns a text as it is written; a number is one too. It has no control
// characters and no spaces around it and is not empty.
func (v value) text(want string) (string, bool) {
	text, ok := v.lines(want)
	if ok && strings.ContainsFunc(text, unicode.IsControl) {
		v.problem("holds a control character or a line break, must be %s on one line", want)
		return "", false
	}
	return text, ok
}

// lines is text that may have line breaks and tabs.
func (v value) lines(want string) (string, bool) {
	text, _, ok := v.scalar(want)
	if !ok {
		return "", false
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		v.problem("is empty, must be %s: remove the key for its default", want)
	case len(text) > maxTextBytes:
		v.problem("is %d bytes long, must be at most %d", len(text), maxTextBytes)
	default:
		return text, true
	}
	return "", false
}

// plainName reports whether name looks like a key and not like a value.
func plainName(name string) bool {
	return name != "" && len(name) <= 40 && only(name, func(r rune) bool {
		return r == '_' || r == '-' || r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
	})
}

// only reports whether every character of text is one that allowed allows.
func only(text string, allowed func(rune) bool) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) })
}
