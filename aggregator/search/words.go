package search

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// maxEntryWords bounds what of an entry can be found. What lies beyond is the
// tail of a long text.
const maxEntryWords = 1000

// fieldGap parts the places of title, summary and content, so that no phrase
// reaches from one into another.
const fieldGap = 8

// placed is a word where it stands in a text.
type placed struct {
	letters []byte // valid until the next word
	place   int
	piece   bool // of a script without spaces
	last    bool // the last letter of such a run, by itself
}

// each hands over the words of a text with their places. A run of letters of a
// script without spaces gives every pair of neighbours and then its last letter
// by itself, so that each letter begins something: whoever looks for one looks
// for what begins with it. It returns the place after the text.
func each(scan *wording.Scanner, text string, yield func(placed)) (place int) {
	scan.Reset(text)
	var last []byte // the second letter of the pair before
	next := 0       // where a pair that follows it begins
	endRun := func() {
		if len(last) > 0 {
			yield(placed{letters: last, place: place, piece: true, last: true})
			place++
			last = last[:0]
		}
	}
	for {
		w, ok := scan.Next()
		if !ok {
			endRun()
			return place
		}
		piece := w.Shape&wording.ShapePiece != 0
		if !piece || w.At != next {
			endRun()
		}
		if piece {
			_, size := utf8.DecodeRune(w.Letters)
			if second := w.Letters[size:]; len(second) > 0 {
				last, next = append(last[:0], second...), w.At+size
			}
		}
		yield(placed{letters: w.Letters, place: place, piece: piece})
		place++
	}
}

// reader reads entries into words. It must not be used by two goroutines at a
// time.
type reader struct {
	scan  wording.Scanner
	words []entryWord
	room  []byte
}

// entryWord is a word of an entry.
type entryWord struct {
	begin, end int // in the reader's room
	place      uint32
	piece      bool
}

// letters returns the word's letters, valid until the next entry.
func (r *reader) letters(w entryWord) []byte { return r.room[w.begin:w.end] }

// read returns the words of what an entry says: title, summary, and the content
// where the summary is not its beginning.
func (r *reader) read(e *aggregator.Entry) []entryWord {
	r.words, r.room = r.words[:0], r.room[:0]
	place := r.field(e.Title, 0)
	content := plain(e.Content)
	if !begins(content, e.Summary) {
		place = r.field(e.Summary, place+fieldGap)
	}
	r.field(content, place+fieldGap)
	return r.words
}

func (r *reader) field(text string, place int) int {
	if text == "" || len(r.words) >= maxEntryWords {
		return place
	}
	return place + each(&r.scan, text, func(w placed) {
		if len(r.words) < maxEntryWords {
			begin := len(r.room)
			r.room = append(r.room, w.letters...)
			r.words = append(r.words, entryWord{begin, len(r.room), uint32(place + w.place), w.piece})
		}
	})
}

// stemOf returns the stem of a word of a language that [wording.StemLanguage]
// named.
func stemOf(stems *wording.Stemmer, letters []byte, language string) string {
	if language == "ru" && endsShort(letters) {
		letters = append(letters[:len(letters)-len("и"):len(letters)-len("и")], "й"...)
	}
	return string(stems.Stem(letters, language))
}

// endsShort reports whether a Russian word ends in a vowel and и. Folding made
// that of й, by which the endings of adjectives are known.
func endsShort(letters []byte) bool {
	rest, found := bytes.CutSuffix(letters, []byte("и"))
	if !found {
		return false
	}
	vowel, _ := utf8.DecodeLastRune(rest)
	return strings.ContainsRune("аеиоуыэюя", vowel)
}

// begins reports whether the text begins with the summary, whose end may have
// been cut off, but for spaces.
func begins(text, summary string) bool {
	const looked = 64 // words: what agrees for so long is no accident
	words, others := strings.FieldsSeq(text), strings.FieldsSeq(summary)
	var first []string
	for w := range others {
		if first = append(first, w); len(first) == looked {
			break
		}
	}
	if len(first) > 2 {
		first = first[:len(first)-1]
	}
	at := 0
	for w := range words {
		if at == len(first) || w != first[at] {
			break
		}
		at++
	}
	return at == len(first)
}

// plain returns the text of sanitised HTML, in which every < begins a tag. What
// is not needed for maxEntryWords is left out.
func plain(content string) string {
	const most = maxEntryWords * 16
	if strings.IndexByte(content, '<') < 0 && strings.IndexByte(content, '&') < 0 {
		return content[:min(len(content), most)]
	}
	var b strings.Builder
	for content != "" && b.Len() < most {
		text, tag, found := strings.Cut(content, "<")
		b.WriteString(text)
		if !found {
			break
		}
		tag, content, _ = strings.Cut(tag, ">")
		if parts(tag) {
			b.WriteByte(' ')
		}
	}
	return html.UnescapeString(b.String())
}

// parts reports whether a tag parts words. Those that set letters within a line
// do not.
func parts(tag string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(tag, "/"), " ")
	switch strings.TrimSuffix(name, "/") {
	case "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr":
		return false
	}
	return true
}
