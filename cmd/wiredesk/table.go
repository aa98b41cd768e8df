package main

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// table is rows of cells, the first of them the headings, if it has any. It
// aligns them by the room they take on a terminal. Text in foreign scripts
// stands best in the last column: what comes after right-to-left text may be
// shown before it.
type table [][]string

func (t *table) add(cells ...string) { *t = append(*t, cells) }

// write prints the table, two spaces between the columns.
func (t table) write(w io.Writer) error {
	var widths []int
	for _, row := range t {
		for i, cell := range row {
			row[i] = oneLine(cell)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(row[i]))
		}
	}
	var out strings.Builder
	for _, row := range t {
		gap := 0
		for i, cell := range row {
			if cell != "" {
				out.WriteString(strings.Repeat(" ", gap))
				out.WriteString(cell)
				gap = 0
			}
			gap += widths[i] - columns(cell) + 2
		}
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// columns returns the columns that text takes on a terminal (Unicode Standard
// Annex 11).
func columns(text string) int {
	n := 0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// oneLine keeps foreign text from steering the terminal.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text))
}

// minute returns an instant as tables show it, in the user's zone.
func minute(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04 MST")
}

// count returns n and what it counts, in the right number.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
