package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"wiredesk/aggregator"
)

// hint returns what was probably meant, to stand behind the message of an
// error of expr-lang; empty if that cannot be guessed.
func hint(at *file.Error, text string, names []string) string {
	near := nearest(wordAt(text, at.From), names)
	switch {
	case strings.HasPrefix(at.Message, "unknown name") && len(near) > 2:
		return ", did you mean " + near
	case strings.HasPrefix(at.Message, "unknown name"):
		return "; put texts in double quotes"
	case strings.Contains(at.Message, "time.Duration and "), strings.Contains(at.Message, " and time.Duration"),
		strings.HasPrefix(at.Message, "bad number syntax"):
		return `; write a time as in age < duration("6h")`
	case strings.Contains(at.Message, "[]string and string"), strings.Contains(at.Message, "string and []string"):
		return `; write "agency" in tags to find a text in a list`
	case strings.Contains(at.Message, "in (mismatched types string and string)"):
		return `; write title contains "oil" to find a text in a text`
	case strings.Contains(at.Message, `Operator("=")`):
		return "; write == to compare"
	case near != "":
		return ", did you mean " + near
	}
	return ""
}

// checkConstants calls each function whose arguments are all constants, so that
// one that can only fail is refused now and not on every story, and looks
// whether there are such labels as are asked for.
func checkConstants(program *vm.Program) error {
	constants := &constants{}
	root := program.Node()
	ast.Walk(&root, constants)
	return constants.err
}

// constants is an [ast.Visitor] that keeps the first failure.
type constants struct{ err error }

// Visit looks at what of a node needs no story.
func (c *constants) Visit(node *ast.Node) {
	switch node := (*node).(type) {
	case *ast.BuiltinNode:
		if c.err == nil {
			c.call(node)
		}
	case *ast.BinaryNode:
		label, isText := node.Left.(*ast.StringNode)
		list, isName := node.Right.(*ast.IdentifierNode)
		if c.err == nil && isText && isName && node.Operator == "in" && list.Value == "labels" {
			c.label(label.Value)
		}
	}
}

// label refuses what is no label: it would be in no list.
func (c *constants) label(name string) {
	var kinds []string
	for _, kind := range aggregator.LabelKinds() {
		kinds = append(kinds, string(kind))
	}
	if slices.Contains(kinds, name) {
		return
	}
	advice := "must be one of " + strings.Join(kinds, ", ")
	if near := Nearest(name, kinds); near != "" {
		advice = "did you mean " + near
	}
	c.err = fmt.Errorf("there is no label %q, %s", name, advice)
}

// call calls the function where that needs no story.
func (c *constants) call(call *ast.BuiltinNode) {
	for _, argument := range call.Arguments {
		switch argument.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		default:
			return
		}
	}
	if _, err := expr.Eval(call.String(), nil); err != nil {
		advice := ""
		if call.Name == "duration" {
			advice = `; write a time as in duration("6h") or duration("1h30m")`
		}
		c.err = fmt.Errorf("%s always fails: %w%s", call, brief(err), advice)
	}
}
