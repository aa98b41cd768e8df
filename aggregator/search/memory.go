package search

import (
	"maps"
	"slices"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// memoryPart is the newest part of an index, which grows until it is written
// as a file.
type memoryPart struct {
	docs      []uint64 // Seq of its entries
	words     map[string]*memoryWord
	stems     map[string][]string // by key without its first letter: the words
	languages map[string]uint32   // by base language: a bit of its own
	stemmer   wording.Stemmer
	bytes     int // of what it holds, roughly
}

type memoryWord struct {
	postings
	place     uint32 // the last of the last entry
	languages uint32 // bits of those in which its stem is known
}

func newMemoryPart() *memoryPart {
	return &memoryPart{words: make(map[string]*memoryWord), stems: make(map[string][]string), languages: make(map[string]uint32)}
}

// wordBytes is what a word costs in the maps, with its postings.
const wordBytes = 200

// add takes an entry in, given what it says, and returns its number.
func (m *memoryPart) add(e *aggregator.Entry, r *reader, words []entryWord) uint32 {
	number := uint32(len(m.docs))
	m.docs = append(m.docs, e.Seq)
	base := baseLanguage(e.Language)
	bit := m.bit(base)
	for _, w := range words {
		letters := r.letters(w)
		known := m.words[string(letters)]
		if known == nil {
			known = new(memoryWord)
			m.words[string(letters)] = known
			m.bytes += wordBytes + len(letters)
		}
		known.add(number, w.place, known.place)
		known.place = w.place
		m.bytes += 3
		if known.languages&bit == 0 {
			known.languages |= bit
			if !w.piece {
				m.stem(letters, base)
			}
		}
	}
	return number
}

// bit returns the bit of a base language. There are fewer languages with
// stemmers than bits; what comes after the last shares it.
func (m *memoryPart) bit(language string) uint32 {
	bit, known := m.languages[language]
	if !known {
		bit = 1 << min(len(m.languages), 31)
		m.languages[language] = bit
	}
	return bit
}

// stem makes the word known under its stem, if that is another.
func (m *memoryPart) stem(letters []byte, language string) {
	language = wording.StemLanguage(letters, language)
	if language == "" {
		return
	}
	word := string(letters)
	stem := stemOf(&m.stemmer, letters, language)
	if stem == word {
		return
	}
	key := keyOfStem(language, stem)[1:]
	if !slices.Contains(m.stems[key], word) {
		m.stems[key] = append(m.stems[key], word)
		m.bytes += len(word) + 64
	}
}

// baseLanguage returns the ISO 639 code that a tag begins with.
func baseLanguage(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

func (m *memoryPart) entries() []uint64 { return m.docs }

func (m *memoryPart) languagesSeen() []string { return slices.Sorted(maps.Keys(m.languages)) }

func (m *memoryPart) wordsOf(language, stem string) ([]string, error) {
	return m.stems[keyOfStem(language, stem)[1:]], nil
}

func (m *memoryPart) find(word string) (found postingsOf, ok bool, err error) {
	w := m.words[word]
	if w == nil {
		return postingsOf{}, false, nil
	}
	return w.held(), true, nil
}

func (w *memoryWord) held() postingsOf {
	return postingsOf{w.docs, func() ([]byte, error) { return w.places, nil }}
}

func (m *memoryPart) beginning(prefix string, limit int) ([]postingsOf, error) {
	var found []postingsOf
	for word, w := range m.words {
		if strings.HasPrefix(word, prefix) {
			if len(found) == limit {
				return nil, ErrBroad
			}
			found = append(found, w.held())
		}
	}
	return found, nil
}
