package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	t.Parallel()
	list := table{{"WIRE", "N", "TITLE"}}
	list.add("清荷通讯", "1", "wide")
	list.add("cafe\u0301", "22", "an accent of its own: 0 columns")
	list.add("ｆｕｌｌ", "", "full width, and nothing in the middle")
	list.add("مرفأ", "4", "line\nbreak\tand \x1b[31mred")
	list.add("last", "", "")
	var out strings.Builder
	if err := list.write(&out); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"WIRE      N   TITLE",
		"清荷通讯  1   wide",
		"café      22  an accent of its own: 0 columns",
		"ｆｕｌｌ      full width, and nothing in the middle",
		"مرفأ      4   line break and  [31mred",
		"last",
		"",
	}, "\n")
	if diff := cmp.Diff(want, strings.ReplaceAll(out.String(), "e\u0301", "é")); diff != "" {
		t.Errorf("the table differs (-want +got):\n%s", diff)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       int
	}{
		{"nothing", "", 0},
		{"letters", "abc", 3},
		{"ideographs", "清荷", 4},
		{"full width", "ａ１", 4},
		{"half width kana", "ｶﾅ", 2},
		{"combining accent", "e\u0301", 1},
		{"arabic with vowels", "مَرْفَأ", 4},
		{"cyrillic", "Ладор", 5},
		{"marks of direction", "\u2068abc\u2069\u200f", 3},
		{"emoji", "🐧", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := columns(test.text); got != test.want {
				t.Errorf("columns(%q) = %d, want %d", test.text, got, test.want)
			}
		})
	}
}
