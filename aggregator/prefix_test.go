package aggregator

import (
	"strings"
	"testing"
)

func TestParsePrefix(t *testing.T) {
	t.Parallel()
	whole := EntryKey("wire", KeyGUID, "one")
	digits := strings.ReplaceAll(whole.String(), "-", "")
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"short form", whole.Short(), true},
		{"an odd number of digits", digits[:9], true},
		{"upper case", strings.ToUpper(digits[:10]), true},
		{"with its first hyphen", whole.String()[:9], true},
		{"with hyphens", whole.String()[:20], true},
		{"whole", whole.String(), true},
		{"whole without hyphens", digits, true},
		{"too short", digits[:7], false},
		{"too long", digits + "0", false},
		{"a hyphen where none stands", digits[:4] + "-" + digits[4:12], false},
		{"two hyphens", digits[:8] + "--" + digits[8:12], false},
		{"no digits", "headline-of", false},
		{"other scripts' digits", "１２３４５６７８", false},
		{"empty", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			first, last, err := ParsePrefix(test.text)
			if (err == nil) != test.ok {
				t.Fatalf("ParsePrefix(%q): %v", test.text, err)
			}
			if !test.ok {
				return
			}
			prefix := strings.ToLower(strings.ReplaceAll(test.text, "-", ""))
			if got := strings.ReplaceAll(first.String(), "-", ""); got != prefix+strings.Repeat("0", 32-len(prefix)) {
				t.Errorf("first %s", got)
			}
			if got := strings.ReplaceAll(last.String(), "-", ""); got != prefix+strings.Repeat("f", 32-len(prefix)) {
				t.Errorf("last %s", got)
			}
		})
	}
}

// FuzzParsePrefix: what is taken for the beginning of an id is one.
func FuzzParsePrefix(f *testing.F) {
	f.Add("1b2c3d4e")
	f.Add("1B2C3D4E-0a1b-5")
	f.Add("1b2c3d4e-0a1b-5c2d-8e3f-405162738495")
	f.Add("１２３４５６７８\xff")
	f.Fuzz(func(t *testing.T, text string) {
		first, last, err := ParsePrefix(text)
		if err != nil {
			return
		}
		for _, id := range []EntryID{first, last} {
			whole := id.String()
			if !strings.HasPrefix(whole, strings.ToLower(text)) && !strings.HasPrefix(strings.ReplaceAll(whole, "-", ""), strings.ToLower(text)) {
				t.Errorf("%q is not the beginning of %s", text, whole)
			}
		}
	})
}
