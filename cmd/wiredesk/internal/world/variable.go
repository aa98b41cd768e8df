package world

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
)

// variable is a part of the texts that changes from day to day: one of several
// names, each with its form in the languages that need one, or a figure.
type variable struct {
	name    string
	options []map[string]string // form by language
	low     int                 // of a figure, in units of its last decimal
	count   int                 // how many values it can take, at least 1
	decimal bool                // the figure has one decimal
}

// parseVariable reads "name: Osterby; ar أوستربي | Vellhaven; ar فيلهافن" or
// "name: 12..48" or "name: 1.2..4.8".
func parseVariable(line string) (variable, error) {
	name, values, found := strings.Cut(line, ":")
	if !found {
		return variable{}, fmt.Errorf("variable %q: want name: values", line)
	}
	v := variable{name: strings.TrimSpace(name)}
	if !placeholder.MatchString("{" + v.name + "}") {
		return variable{}, fmt.Errorf("variable %q: a name is small letters", v.name)
	}
	if low, high, found := strings.Cut(values, ".."); found {
		return v.parseFigure(strings.TrimSpace(low), strings.TrimSpace(high))
	}
	for option := range strings.SplitSeq(values, "|") {
		forms := make(map[string]string)
		for i, form := range strings.Split(option, ";") {
			language, form := "en", strings.TrimSpace(form)
			if i > 0 {
				language, form, _ = strings.Cut(form, " ")
			}
			if form == "" {
				return variable{}, fmt.Errorf("variable %q: an empty value", v.name)
			}
			forms[language] = form
		}
		v.options = append(v.options, forms)
	}
	v.count = len(v.options)
	return v, nil
}

func (v variable) parseFigure(low, high string) (variable, error) {
	v.decimal = strings.Contains(low, ".")
	if v.decimal != strings.Contains(high, ".") {
		return variable{}, fmt.Errorf("variable %q: one bound has a decimal, the other has not", v.name)
	}
	first, err1 := strconv.Atoi(strings.Replace(low, ".", "", 1))
	last, err2 := strconv.Atoi(strings.Replace(high, ".", "", 1))
	if err := errors.Join(err1, err2); err != nil {
		return variable{}, fmt.Errorf("variable %q: %w", v.name, err)
	}
	if first < 0 || last < first || last > 1_000_000 {
		return variable{}, fmt.Errorf("variable %q: want two figures from 0 to a million, the lower first", v.name)
	}
	v.low, v.count = first, last-first+1
	return v, nil
}

// speaks reports whether the variable has a form in the language. French takes
// the English names where it has none of its own.
func (v variable) speaks(language string) bool {
	for _, forms := range v.options {
		if forms[language] == "" && language != "fr" {
			return false
		}
	}
	return true
}

// value returns what the variable is on a day. It takes all its values before
// one comes again, in an order that seed and happening decide.
func (v variable) value(seed uint64, happening string, day int, language string) string {
	r := draw(seed, happening, v.name)
	offset, step := r.IntN(v.count), 1+r.IntN(v.count)
	for gcd(step, v.count) != 1 {
		step++
	}
	n := (offset + day*step) % v.count
	if len(v.options) > 0 {
		if form, found := v.options[n][language]; found {
			return form
		}
		return v.options[n]["en"]
	}
	n += v.low
	if !v.decimal {
		return strconv.Itoa(n)
	}
	point := "."
	if language == "ru" || language == "fr" {
		point = ","
	}
	return fmt.Sprintf("%d%s%d", n/10, point, n%10)
}

// draw returns a source of chance that is the same for the same seed and words.
func draw(seed uint64, words ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintln(h, words...)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
