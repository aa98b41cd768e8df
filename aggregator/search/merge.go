package search

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
)

// merge writes the entries of several parts that are still alive as one file.
// Each part's entries keep their order.
func merge(ctx context.Context, path string, parts []*filePart, alive func(part int, seq uint64, doc uint32) bool, language func(seq uint64) string) (entries []uint64, sizeBytes int64, sum uint64, err error) {
	w, err := createPart(path)
	if err != nil {
		return nil, 0, 0, err
	}
	var seen []string
	inputs := make([]*input, len(parts))
	for i, p := range parts {
		seen = append(seen, p.seen...)
		in := &input{part: p, numbers: make([]int64, len(p.seqs))}
		for number, seq := range p.seqs {
			in.numbers[number] = gone
			if alive(i, seq, uint32(number)) {
				in.numbers[number] = int64(len(entries))
				entries = append(entries, seq)
			}
		}
		next, stop := iter.Pull(in.items())
		defer stop()
		in.next = next
		in.advance()
		inputs[i] = in
	}
	for err == nil {
		if w.blocks%16 == 0 && ctx.Err() != nil {
			err = ctx.Err()
			break
		}
		key, ok := least(inputs)
		if !ok {
			break
		}
		if key[0] == stemKey {
			mergeStem(w, key, inputs)
		} else {
			err = mergeWord(w, key, inputs)
		}
		for _, in := range inputs {
			if in.has(key) {
				in.advance()
			}
			if err == nil {
				err = in.err
			}
		}
	}
	if err == nil {
		err = w.err
	}
	if err != nil {
		return nil, 0, 0, errors.Join(err, w.abandon())
	}
	slices.Sort(seen)
	sizeBytes, sum, err = w.finish(entries, language, slices.Compact(seen))
	return entries, sizeBytes, sum, err
}

const gone = -1

// input is a part that is being merged.
type input struct {
	part    *filePart
	numbers []int64 // of its entries in the merged part, or gone
	next    func() (item, bool)
	item    item
	more    bool
	err     error
}

func (in *input) items() iter.Seq[item] {
	return func(yield func(item) bool) { in.err = in.part.walk("", yield) }
}

func (in *input) advance() { in.item, in.more = in.next() }

func (in *input) has(key string) bool { return in.more && in.item.key == key }

// least returns the first key of those that come next.
func least(inputs []*input) (key string, ok bool) {
	for _, in := range inputs {
		if in.more && (!ok || in.item.key < key) {
			key, ok = in.item.key, true
		}
	}
	return key, ok
}

func mergeStem(w *partWriter, key string, inputs []*input) {
	var words []string
	for _, in := range inputs {
		if in.has(key) {
			words = append(words, in.item.words...)
		}
	}
	slices.Sort(words)
	w.stem(key, slices.Compact(words))
}

func mergeWord(w *partWriter, key string, inputs []*input) error {
	var merged postings
	for _, in := range inputs {
		if !in.has(key) {
			continue
		}
		docs, err := in.part.bytes(in.item.docs, in.item.docsN)
		if err != nil {
			return err
		}
		places, err := in.part.bytes(in.item.places, in.item.placesN)
		if err != nil {
			return err
		}
		err = eachDoc(docs, func(doc uint32) {
			var own []byte
			own, places = cutPlaces(places)
			if int(doc) < len(in.numbers) && in.numbers[doc] != gone {
				merged.append(uint32(in.numbers[doc]), own)
			}
		})
		if err != nil {
			return err
		}
	}
	if merged.count > 0 {
		w.word(key, &merged)
	}
	return nil
}

// append adds an entry with its places as they are encoded, without the 0.
func (p *postings) append(doc uint32, places []byte) {
	if p.count > 0 {
		p.places = append(p.places, 0)
	}
	p.docs = binary.AppendUvarint(p.docs, uint64(doc-p.last))
	p.places = append(p.places, places...)
	p.last = doc
	p.count++
}
