package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator/wording"
)

// Bounds of a query. Whoever writes one by hand stays far below them.
const (
	maxQueryBytes = 500
	maxQueryWords = 32
	maxNesting    = 8
	minPrefix     = 2 // letters before a *, where a word has several
)

// Text is what is looked for, read by [Parse]. The zero value looks for
// nothing in particular: every story has it.
type Text struct{ root node }

// IsZero reports whether nothing in particular is looked for.
func (t Text) IsZero() bool { return t.root == nil }

// Any returns what has one of the texts.
func Any(texts ...Text) Text {
	var either oneOf
	for _, t := range texts {
		either = append(either, t.root)
	}
	if len(either) == 1 {
		return texts[0]
	}
	return Text{either}
}

// node is a part of a query: everyOf, oneOf, without or phrase.
type node any

type (
	everyOf []node
	oneOf   []node
	without struct{ of node }
)

// phrase is words that stand beside each other, mostly one.
type phrase []sought

// sought is a word that is looked for.
type sought struct {
	letters string
	place   int  // in the phrase
	prefix  bool // any word that begins so
	piece   bool // two letters of a script without spaces, which has no inflection
}

// Parse reads what people type into a search field:
//
//	oil price      both words, whatever their ending
//	"oil price"    one after the other, also in “these” and «these»
//	oil -opec      without stories that have opec
//	oil OR gas     either
//	(a OR b) c     grouped
//	petro*         any word that begins so
//
// Letters count as equal whatever their case, accents or points. AND and NOT
// are understood too. An error is a sentence for whoever typed it.
func Parse(text string) (Text, error) {
	if len(text) > maxQueryBytes {
		return Text{}, fmt.Errorf("it is %d bytes long, more than %d", len(text), maxQueryBytes)
	}
	if !utf8.ValidString(text) {
		return Text{}, errors.New("it is not written in UTF-8")
	}
	p := parser{rest: text}
	root, err := p.either(0)
	switch {
	case err != nil:
		return Text{}, err
	case p.rest != "":
		return Text{}, errors.New("it has a ) without a (")
	case root == nil:
		return Text{}, errors.New("it has no word that could be looked for")
	case !finds(root):
		return Text{}, errors.New("it only says what to leave out: add a word to look for, on each side of an OR")
	}
	return Text{root}, nil
}

// finds reports whether the part has words to look for on every side.
func finds(n node) bool {
	switch n := n.(type) {
	case everyOf:
		return slices.ContainsFunc(n, finds)
	case oneOf:
		for _, part := range n {
			if !finds(part) {
				return false
			}
		}
	case without:
		return false
	}
	return true
}

type parser struct {
	rest  string
	words int
}

// either reads parts that OR stands between, up to the end or a closing
// bracket. It returns nil where no word is.
func (p *parser) either(depth int) (node, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("it has more than %d brackets within each other", maxNesting)
	}
	var sides oneOf
	for {
		side, more, err := p.every(depth)
		if err != nil {
			return nil, err
		}
		if side == nil && (more || len(sides) > 0) {
			return nil, errors.New("it has an OR with nothing on one side")
		}
		if side != nil {
			sides = append(sides, side)
		}
		if more {
			continue
		}
		switch len(sides) {
		case 0:
			return nil, nil
		case 1:
			return sides[0], nil
		}
		return sides, nil
	}
}

// every reads parts that must all match. It reports whether an OR follows.
func (p *parser) every(depth int) (side node, or bool, err error) {
	var parts everyOf
	negate := false
	for {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		if p.rest == "" || p.rest[0] == ')' {
			break
		}
		if word, after := p.operator(); word != "" {
			p.rest = after
			if word == "OR" {
				or = true
				break
			}
			negate = negate || word == "NOT"
			continue
		}
		part, err := p.part(depth)
		if err != nil {
			return nil, false, err
		}
		if part != nil {
			if negate {
				part = without{part}
			}
			parts = append(parts, part)
		}
		negate = false
	}
	if negate {
		return nil, false, errors.New("it has a NOT with nothing after it")
	}
	switch len(parts) {
	case 0:
		return nil, or, nil
	case 1:
		return parts[0], or, nil
	}
	return parts, or, nil
}

// operator returns the operator that comes next, and what is after it. They are
// written in capitals, because "or" is a word.
func (p *parser) operator() (word, after string) {
	for _, op := range []string{"OR", "AND", "NOT"} {
		if after, found := strings.CutPrefix(p.rest, op); found && (after == "" || isEnd(after)) {
			return op, after
		}
	}
	if after, found := strings.CutPrefix(p.rest, "|"); found {
		return "OR", strings.TrimLeft(after, "|")
	}
	return "", p.rest
}

func isEnd(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsSpace(r) || r == '(' || r == ')' || closing(r) != 0
}

// closing returns the mark that ends what r opens, 0 where it opens nothing.
func closing(r rune) rune {
	switch r {
	case '"', '＂':
		return r
	case '“', '„':
		return '”'
	case '«':
		return '»'
	case '「':
		return '」'
	}
	return 0
}

// part reads a word, a phrase or what is in brackets, with the - before it. It
// returns nil for what has no letters.
func (p *parser) part(depth int) (node, error) {
	if rest, found := strings.CutPrefix(p.rest, "-"); found && rest != "" && !isSpaceFirst(rest) {
		p.rest = rest
		of, err := p.part(depth)
		if of == nil || err != nil {
			return nil, err
		}
		if twice, already := of.(without); already {
			return twice.of, nil
		}
		return without{of}, nil
	}
	if rest, found := strings.CutPrefix(p.rest, "("); found {
		p.rest = rest
		inner, err := p.either(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.rest == "" {
			return nil, errors.New("it has a ( without a )")
		}
		p.rest = p.rest[1:]
		return inner, nil
	}
	first, size := utf8.DecodeRuneInString(p.rest)
	if end := closing(first); end != 0 {
		inner, rest, closed := p.quoted(p.rest[size:], end)
		if !closed {
			return nil, errors.New("it has a quotation mark that is not closed")
		}
		p.rest = rest
		return p.phrase(inner)
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return unicode.IsSpace(r) || r == '(' || r == ')' || r == '|' || closing(r) != 0
	})
	if end < 0 {
		end = len(p.rest)
	}
	if end == 0 { // a mark that means nothing here
		end = size
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return p.phrase(word)
}

// quoted parts what is before the closing mark from what is after it. German
// and Russian close „ with “ as well.
func (p *parser) quoted(text string, end rune) (inner, rest string, closed bool) {
	at := strings.IndexFunc(text, func(r rune) bool { return r == end || end == '”' && (r == '“' || r == '"') })
	if at < 0 {
		return "", "", false
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	return text[:at], text[at+size:], true
}

func isSpaceFirst(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(r)
}

// phrase makes one of a text, nil where it has no letters.
func (p *parser) phrase(text string) (node, error) {
	begun, prefix := strings.CutSuffix(text, "*")
	if strings.Contains(begun, "*") {
		return nil, errors.New("it has a * that does not end a word")
	}
	var made phrase
	each(new(wording.Scanner), begun, func(w placed) {
		if !w.last {
			made = append(made, sought{letters: string(w.letters), place: w.place, piece: w.piece})
		}
	})
	if len(made) == 0 {
		if prefix {
			return nil, errors.New("it has a * without letters before it")
		}
		return nil, nil
	}
	if p.words += len(made); p.words > maxQueryWords {
		return nil, fmt.Errorf("it has more than %d words", maxQueryWords)
	}
	for i := range made {
		// One letter of a script without spaces is the beginning of a pair.
		made[i].prefix = made[i].piece && utf8.RuneCountInString(made[i].letters) == 1
	}
	if last := &made[len(made)-1]; prefix && !last.prefix {
		if utf8.RuneCountInString(last.letters) < minPrefix {
			return nil, fmt.Errorf("it has %s*, which most words begin with: write more letters before the *", last.letters)
		}
		// A pair is whole: what follows it is another pair.
		last.prefix = !last.piece
	}
	return made, nil
}
