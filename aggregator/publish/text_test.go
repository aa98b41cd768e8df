package publish

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "Ferry sinks", "Ferry sinks"},
		{"white space", " Ferry\r\n\tsinks \u2028off\u2029 Lind ", "Ferry sinks off Lind"},
		{"control characters", "a\x00b\x08c\x1bd\x7fe\u0085f", "abcdef"},
		{"characters XML forbids", "a\ufffeb\uffffc", "abc"},
		{"characters that are none", "a\ufffdb\ufdd0c\U0001fffed", "abcd"},
		{"invalid UTF-8", "a\xffb\xed\xa0\x80c", "abc"},
		{"surrogate pairs stand", "a😀b", "a😀b"},
		{"no-break and ideographic space stand", "8\u00a0% 北\u3000山", "8\u00a0% 北\u3000山"},
		{"nothing left", "\x00 \x01", ""},
		{"nothing to see", "\u2067\u200b\u00a0\ufeff", ""},
		{"open controls are closed", "\u202eFerry", "\u202eFerry\u202c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := line(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"none", "a", "a"},
		{"marks need no end", "a\u200f\u200e", "a\u200f\u200e"},
		{"override", "\u202ea", "\u202ea\u202c"},
		{"balanced", "\u202ba\u202c \u2067b\u2069", "\u202ba\u202c \u2067b\u2069"},
		{"nested", "\u2066a\u202eb", "\u2066a\u202eb\u202c\u2069"},
		{"the end of an isolate ends what it holds", "\u2066a\u202eb\u2069", "\u2066a\u202eb\u2069"},
		{"an isolate holds back a pop", "\u202b\u2067a\u202c", "\u202b\u2067a\u202c\u2069\u202c"},
		{"stray ends", "a\u202cb\u2069", "a\u202cb\u2069"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := closed(tt.in); got != tt.want {
				t.Errorf("got %+q, want %+q", got, tt.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"short", "Ferry sinks", 11, "Ferry sinks"},
		{"at a word", "Ferry sinks off Lind", 15, "Ferry sinks…"},
		{"no comma before the mark", "Ferry sinks, twelve saved", 16, "Ferry sinks…"},
		{"no spaces", "北山天文台发现一颗新彗星", 6, "北山天文台…"},
		{"one long word", "Donaudampfschifffahrt", 10, "Donaudamp…"},
		{"combining marks stay", "aaaa e\u0301\u0301\u0301x", 9, "aaaa…"},
		{"families stay", "x👩\u200d👩\u200d👧yz", 5, "x…"},
		{"bidi controls end", "\u2067" + strings.Repeat("a", 20), 10, "\u2067aaaaaaaa…\u2069"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := cut(tt.in, tt.limit)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n := utf8.RuneCountInString(got); n > tt.limit+1 {
				t.Errorf("%d characters", n)
			}
		})
	}
}

func TestParagraph(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                   "",
		" \x00\n":            "",
		"a < b & \"c\"":      "<p>a &lt; b &amp; &#34;c&#34;</p>",
		"one\ntwo":           "<p>one<br>\ntwo</p>",
		"</p><script>x":      "<p>&lt;/p&gt;&lt;script&gt;x</p>",
		"\u202eoverridden\n": "<p>\u202eoverridden\u202c</p>",
	} {
		if got := paragraph(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"en": "en", " pt_BR ": "pt-BR", "zh-Hant-TW": "zh-Hant-TW", "es-419": "es-419", "": "",
		"english": "", "e": "", "en-": "", "e1": "", `en"><x`: "", "en-toolongsubtag": "",
		strings.Repeat("en-", 20) + "x": "", "рус": "",
	} {
		if got := language(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestRightToLeft(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]bool{
		"ar": true, "AR-eg": true, "he": true, "fa-IR": true, "ku-Arab": true, "ur": true,
		"en": false, "": false, "ru": false, "ku": false, "ar-Latn": false, "arn": false,
	} {
		if got := rightToLeft(tag); got != want {
			t.Errorf("%q: got %t", tag, got)
		}
	}
}

func TestInstant(t *testing.T) {
	t.Parallel()
	day := func(year int) time.Time { return time.Date(year, 5, 1, 12, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		name     string
		in, want time.Time
	}{
		{"in range", day(2026), day(2026)},
		{"zero", time.Time{}, time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"before Christ", day(-44), time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"five digits", day(12026), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"year 10000 only in UTC", time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200)),
			time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"fractions", day(2026).Add(999 * time.Millisecond), day(2026)},
		{"zone", day(2026).In(time.FixedZone("", 3600)), day(2026)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := instant(tt.in); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
