package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// shown writes a query out, with brackets around what belongs together.
func shown(n node) string {
	join := func(parts []node, with string) string {
		texts := make([]string, len(parts))
		for i, p := range parts {
			texts[i] = shown(p)
		}
		return "(" + strings.Join(texts, with) + ")"
	}
	switch n := n.(type) {
	case everyOf:
		return join(n, " ")
	case oneOf:
		return join(n, "|")
	case without:
		return "-" + shown(n.of)
	case phrase:
		var words []string
		for i, w := range n {
			text := w.letters
			if w.prefix {
				text += "*"
			}
			if i > 0 && w.place != n[i-1].place+1 {
				text = "." + text
			}
			words = append(words, text)
		}
		return strings.Join(words, "+")
	}
	return ""
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"oil":                 "oil",
		"  Oil   PRICE ":      "(oil price)",
		`"oil price"`:         "oil+price",
		"“oil price” up":      "(oil+price up)",
		"«нефть дорожает»":    "нефть+дорожает",
		"„Öl Preis“":          "ol+preis",
		"oil -opec":           "(oil -opec)",
		"oil NOT opec":        "(oil -opec)",
		`oil -"opec plus"`:    "(oil -opec+plus)",
		"oil OR gas":          "(oil|gas)",
		"oil | gas":           "(oil|gas)",
		"oil||gas":            "(oil|gas)",
		"oil AND gas":         "(oil gas)",
		"oil gas OR coal":     "((oil gas)|coal)",
		"(oil OR gas) price":  "((oil|gas) price)",
		"price -(oil OR gas)": "(price -(oil|gas))",
		"((oil))":             "oil",
		"--oil gas":           "(oil gas)",
		"or and not":          "(or and not)",
		"ORB":                 "orb",
		"petro*":              "petro*",
		`"crude oi*"`:         "crude+oi*",
		"COVID-19":            "covid+19",
		"don't":               "dont",
		"U.S.":                "us",
		"15,000":              "15000",
		"وزير الطاقة":         "(وزير الطاقه)",
		"石油价格":                "石油+油价+价格",
		"油":                   "油*",
		"石油*":                 "石油",
		"第5届":                 "第*+5+届*",
		`"石油价格 上涨"`:           "石油+油价+价格+.上涨",
		"oil — price":         "(oil price)",
		"oil !!! ()":          "oil",
		"oil - gas":           "(oil gas)",
		"c++":                 "c",
		"ёлка":                "елка",
		"нефт* -газ":          "(нефт* -газ)",
		"oil” price":          "(oil price)",
	} {
		parsed, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := shown(parsed.root); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                  "no word",
		" … !!":                             "no word",
		"()":                                "no word",
		"-oil":                              "only says what to leave out",
		"oil OR -gas":                       "only says what to leave out",
		"NOT oil":                           "only says what to leave out",
		`"oil price`:                        "a quotation mark that is not closed",
		"(oil":                              "a ( without a )",
		"oil)":                              "a ) without a (",
		"oil OR":                            "an OR with nothing on one side",
		"OR oil":                            "an OR with nothing on one side",
		"oil OR OR gas":                     "an OR with nothing on one side",
		"oil NOT":                           "a NOT with nothing after it",
		"*":                                 "a * without letters",
		"o*l":                               "a * that does not end a word",
		"o*":                                "it has o*, which most words begin with",
		"oil\xff":                           "not written in UTF-8",
		strings.Repeat("a ", 33):            "more than 32 words",
		strings.Repeat("x", 501):            "is 501 bytes long, more than 500",
		strings.Repeat("(", 9) + "a":        "more than 8 brackets",
		`"` + strings.Repeat("油", 40) + `"`: "more than 32 words",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"oil price", `"oil price" -opec OR (gas AND petro*)`, "石油价格 OR 油", "«нефть» „газ“", "-((a|b))", "a OR NOT b", "الطاقة*", "(((", `"`, "\xff*",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text)
		if err != nil {
			if s := err.Error(); s == "" || strings.Contains(s, "\n") || !utf8.ValidString(s) {
				t.Fatalf("%q: %q is no sentence", text, s)
			}
			return
		}
		if parsed.IsZero() || !finds(parsed.root) {
			t.Fatalf("%q: nothing to look for", text)
		}
		words := 0
		var count func(n node)
		count = func(n node) {
			switch n := n.(type) {
			case everyOf:
				for _, p := range n {
					count(p)
				}
			case oneOf:
				for _, p := range n {
					count(p)
				}
			case without:
				count(n.of)
			case phrase:
				if len(n) == 0 {
					t.Fatalf("%q: an empty phrase", text)
				}
				words += len(n)
			}
		}
		count(parsed.root)
		if words == 0 || words > maxQueryWords {
			t.Fatalf("%q: %d words", text, words)
		}
	})
}
