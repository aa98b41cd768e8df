package publish

import (
	"strings"
	"testing"
)

func TestCompileErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"misspelt name", `source >= 2`, "where expression: line 1, column 1: unknown name source, did you mean sources"},
		{"second line", "sources > 1 &&\n  titel contains \"x\"", "line 2, column 3: unknown name titel, did you mean title"},
		{"misspelt function", `lwoer(title) == "x"`, "column 1: unknown name lwoer, did you mean lower"},
		{"misspelt operator", `title containz "oil"`, "did you mean contains"},
		{"after letters of other scripts", `"Мост" in tgs`, "column 11: unknown name tgs, did you mean tags"},
		{"like nothing", `zzzzzz == 1`, "column 1: unknown name zzzzzz"},
		{"not a bool", `sources + 1`, "expected bool, but got int"},
		{"anything", `fromJSON(title)`, "expected bool, but got"},
		{"type mismatch", `title > 2`, "column 7: invalid operation: > (mismatched types string and int)"},
		{"duration against a number", `age < 2`, "column 5: invalid operation: < (mismatched types time.Duration and int)"},
		{"bad pattern", `title matches "("`, "missing closing"},
		{"text without quotes", `title contains Oil`, "unknown name Oil; put texts in double quotes"},
		{"list like a text", `tags == "agency"`, `write "agency" in tags`},
		{"list that contains", `tags contains "agency"`, `write "agency" in tags`},
		{"text like a list", `"oil" in title`, `write title contains "oil"`},
		{"time without quotes", `age < 6h`, `write a time as in age < duration("6h")`},
		{"time in quotes", `age < "6h"`, `write a time as in age < duration("6h")`},
		{"one equals sign", `title = "x"`, `write ==`},
		{"time with a blank", `age < duration('6 h')`, `duration("6 h") always fails: time: unknown unit " h"`},
		{"such a time behind what may be false", `sources > 9 and age < duration("2d")`, `duration("2d") always fails`},
		{"number that is none", `sources > int("two")`, `int("two") always fails`},
		{"a label that is none", `"urgnt" in labels`, `there is no label "urgnt", did you mean urgent`},
		{"a label like none", `not ("flash" in labels)`, `there is no label "flash", must be one of urgent, exclusive,`},
		{"a language like a text", `languages contains "ar"`, `write "agency" in tags to find a text in a list`},
		{"unfinished", `title contains "oil`, "line 1, column"},
		{"no clock", `now().Year() > 1`, "unknown name now"},
		{"no blowing up", `len(repeat(title, 1000000)) > 1`, "unknown name repeat"},
		{"too many terms", "true" + strings.Repeat(" || sources > 1", maxNodes), "exceeds maximum allowed nodes"},
		{"too long", `title == "` + strings.Repeat("x", maxExpression) + `"`, "longer than 8192 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := CompileWhere(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got error %v\nwant %q in one line", err, tt.want)
			}
			if tt.name == "like nothing" && strings.Contains(err.Error(), "did you mean") {
				t.Errorf("a wild guess: %v", err)
			}
		})
	}
}

func TestCompileDropKnowsItsNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`sources > 1`:        "drop expression: line 1, column 1: unknown name sources, did you mean source",
		`age > 1`:            "unknown name age",
		`"x" in categoriess`: "did you mean categories",
	} {
		if _, err := CompileDrop(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", text, err, want)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"title", "title", 0}, {"titel", "title", 2}, {"source", "sources", 1}, {"", "age", 3}, {"lang", "link", 2},
	} {
		if got := distance(tt.a, tt.b); got != tt.want || distance(tt.b, tt.a) != got {
			t.Errorf("%q, %q: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
