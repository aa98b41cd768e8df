package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the text of a configuration.
type Problem struct {
	File         string
	Line, Column int    // from 1
	Key          string // path of the key, as in sources[3].basic_auth.user; empty: the file as a whole
	Message      string // what is wrong, what would be right; never a secret
}

// String returns the problem as file:line:column: key: message.
func (p Problem) String() string {
	key := p.Key
	if key != "" {
		key += ": "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", p.File, p.Line, p.Column, key, p.Message)
}

// Problems is everything that is wrong with a configuration: the file that was
// loaded first, then those it includes, each from top to bottom. It is an error.
type Problems []Problem //nolint:errname // it is what its name says: one or many

// Error returns the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// maxProblems bounds what a file of nothing but faults can make of itself.
const maxProblems = 1000

// note is a problem and the place of its file among the files.
type note struct {
	file int
	Problem
}

func (l *loader) note(file *file, line, column int, key, message string) {
	if len(l.notes) >= maxProblems {
		return
	}
	l.notes = append(l.notes, noteAt(file, line, column, key, message))
}

func noteAt(file *file, line, column int, key, message string) note {
	return note{file.index, Problem{
		File: file.path, Line: max(line, 1), Column: max(column, 1), Key: key, Message: message,
	}}
}

// inOrder returns what was noted, in file order.
func inOrder(notes []note) Problems {
	slices.SortStableFunc(notes, func(a, b note) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all Problems
	for _, n := range notes {
		all = append(all, n.Problem)
	}
	return all
}
