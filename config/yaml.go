package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Bounds on what a configuration may make us do before its keys are looked at.
const (
	maxTotalBytes = 16 * mebibyte // of all its files together
	maxDepth      = 50            // of nesting
	maxExpansion  = 1_000_000     // nodes that aliases may add
)

// file is one of the files of a configuration.
type file struct {
	path  string
	index int // 0 for the file given to Load
}

// sizeError is the error of a file that has more bytes than it says.
type sizeError int64

func (limit sizeError) Error() string {
	return fmt.Sprintf("it has more than the %d bytes that are allowed", int64(limit))
}

// readFile returns the content of the file at path, or sizeError.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, sizeError(limit)
	}
	return text, nil
}

// document turns the text of a file into the value that stands for all of it.
func (l *loader) document(path string, text []byte) (value, bool) {
	f := &file{path: path, index: l.files}
	l.files++
	l.left -= int64(len(text))

	in, err := yaml.NewLoader(bytes.NewReader(text),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		l.note(f, 1, 1, "", "cannot be read as YAML")
		return value{}, false
	}
	var tree yaml.Node
	err = in.Load(&tree)
	if errors.Is(err, io.EOF) {
		return value{loader: l, file: f, node: &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag}}, true
	}
	if err != nil {
		l.noteSyntax(f, err)
		return value{}, false
	}
	root := value{loader: l, file: f, node: tree.Content[0]}

	var more yaml.Node
	switch err := in.Load(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		l.noteSyntax(f, err)
		return value{}, false
	default:
		l.note(f, more.Line, more.Column, "", "a second YAML document begins here, there must be one only: remove the line ---")
		return value{}, false
	}
	return root, root.aliasesBounded()
}

// noteSyntax notes what the YAML parser found. Its words are kept where they
// cannot quote the file.
func (l *loader) noteSyntax(f *file, err error) {
	fault, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		l.note(f, 1, 1, "", "is not YAML")
		return
	}
	message := "is not YAML: " + fault.Message
	if fault.ContextMsg != "" && fault.ContextMark.Line != fault.Mark.Line {
		message = fmt.Sprintf("is not YAML: %s that begins on line %d: %s", fault.ContextMsg, fault.ContextMark.Line, fault.Message)
	}
	switch {
	case strings.HasPrefix(fault.Message, "unknown anchor"):
		message = "an alias (*name) without its anchor (&name), put quotes around a text that begins with *"
	case strings.Contains(fault.ContextMsg, "scanning a tag"):
		message = "a tag (!name) that cannot be read, put quotes around a text that begins with !"
	case strings.Contains(fault.Message, "exceeded max depth"):
		message = fmt.Sprintf("is nested deeper than %d levels, no key needs as many", maxDepth)
	case strings.Contains(fault.Message, "mapping values are not allowed"):
		message += ", mend the indentation or put quotes around a text that holds a colon"
	case strings.Contains(fault.Message, "cannot start any token"):
		message += ", indent with spaces and put quotes around a text that begins with @ % or `"
	case strings.Contains(fault.Message, "find expected"), strings.Contains(fault.Message, "end of stream"):
		message += ", look for a missing bracket, comma, quote or colon, or a wrong indentation"
	}
	l.note(f, fault.Mark.Line, fault.Mark.Column, "", message)
}

// aliasesBounded reports whether following the aliases below v ends, and ends
// soon. What it refuses is noted.
func (v value) aliasesBounded() bool {
	w := weigher{sizes: map[*yaml.Node]int{}}
	total := w.weigh(v.node)
	switch {
	case w.circle != nil:
		v.at(w.circle).problem("an alias stands inside what it repeats, write the part out")
	case total-w.nodes > maxExpansion:
		v.problem("aliases repeat more than %d values in all, write fewer of them", maxExpansion)
	default:
		return true
	}
	return false
}

// weigher counts the nodes a tree has once every alias is replaced by what it
// repeats, without doing so.
type weigher struct {
	sizes  map[*yaml.Node]int // of anchored nodes that are complete
	nodes  int                // as written
	circle *yaml.Node         // an alias inside its own anchor
}

func (w *weigher) weigh(n *yaml.Node) int {
	w.nodes++
	if n.Kind == yaml.AliasNode {
		size, complete := w.sizes[n.Alias]
		if !complete {
			w.circle = n
		}
		return size
	}
	total := 1
	for _, child := range n.Content {
		// The sum of many huge parts must not wrap round.
		total = min(total+w.weigh(child), 1<<40)
	}
	if n.Anchor != "" {
		w.sizes[n] = total
	}
	return total
}
