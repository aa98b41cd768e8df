package publish

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

const (
	maxNodes      = 500
	maxExpression = 8 << 10 // bytes

	// Functions of expr-lang that are not offered.
	withoutNow    = "now"    // age is measured from the caller's now
	withoutRepeat = "repeat" // makes large texts of small ones
)

// compile compiles text over the names of env, a struct; nil for the empty
// text.
func compile(text string, env any) (*vm.Program, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > maxExpression {
		return nil, fmt.Errorf("longer than %d bytes", maxExpression)
	}
	program, err := expr.Compile(text,
		expr.Env(env),
		expr.AsBool(), expr.WarnOnAny(),
		expr.MaxNodes(maxNodes),
		expr.DisableBuiltin(withoutNow),
		expr.DisableBuiltin(withoutRepeat),
	)
	if err != nil {
		return nil, explain(err, text, nameList(env))
	}
	if err := checkConstants(program); err != nil {
		return nil, err
	}
	return program, nil
}

func run(program *vm.Program, env any) (bool, error) {
	out, err := expr.Run(program, env)
	if err != nil {
		return false, brief(err)
	}
	return out == true, nil
}

// explain puts an error of expr-lang into one line: where, what, and the name
// that was probably meant.
func explain(err error, text string, names []string) error {
	at, ok := errors.AsType[*file.Error](err)
	if !ok {
		return err
	}
	return fmt.Errorf("line %d, column %d: %s%s", at.Line, at.Column+1, at.Message, hint(at, text, names))
}

// brief keeps of an error of expr-lang its message, without the picture.
func brief(err error) error {
	if at, ok := errors.AsType[*file.Error](err); ok {
		return errors.New(at.Message)
	}
	return err
}

// wordAt returns the name that begins at or holds the character at index.
func wordAt(text string, index int) string {
	runes := []rune(text)
	if index < 0 || index >= len(runes) {
		return ""
	}
	inName := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	start, end := index, index
	for start > 0 && inName(runes[start-1]) {
		start--
	}
	for end < len(runes) && inName(runes[end]) {
		end++
	}
	return string(runes[start:end])
}

// nearest returns the name, operator or function closest to word, "" if word
// is one of them or like none.
func nearest(word string, names []string) string {
	known := append(slices.Clone(names), "contains", "matches", "startsWith", "endsWith", "and", "or", "not", "in")
	for _, name := range builtin.Names {
		if name != withoutNow && name != withoutRepeat {
			known = append(known, name)
		}
	}
	if word == "" || slices.Contains(known, word) {
		return ""
	}
	return Nearest(word, known)
}

// Nearest returns which of the names word was probably meant to be, "" if it is
// like none.
func Nearest(word string, names []string) string {
	best, least := "", 1+len(word)/3
	for _, name := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d < least || d == least && best == "" {
			best, least = name, d
		}
	}
	return best
}

// distance is how many letters must be added, removed or replaced to make b of
// a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
