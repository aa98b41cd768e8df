package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"time"

	"wiredesk/aggregator"
)

const (
	// mergeAlike is how many parts of about one size are merged: more make
	// queries slower, fewer make the same text be written more often.
	mergeAlike = 4
	// finishTime is what texts that changed last may cost the end.
	finishTime = 2 * time.Second
)

// load reads the index from its folder. What is damaged, of another version, of
// another database or ahead of the store is made anew.
func (x *Index) load() error {
	if err := os.MkdirAll(x.opts.Folder, 0o700); err != nil {
		return err
	}
	if err := x.loadParts(); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			x.opts.Log.Info("the index is made anew from the archive", "reason", err)
		}
		if err := x.forget(); err != nil {
			return err
		}
	}
	if err := x.manifest.tidy(x.opts.Folder); err != nil {
		return err
	}
	if err := x.readTable(); err != nil {
		return err
	}
	if (!x.manifest.Clean || x.opts.Store.LastSeq() > x.indexed) && x.indexed > 0 {
		// What changed since the last part was written: before the end came, or
		// while nobody told the index.
		complete := x.indexed
		err := x.opts.Store.Heads(1, complete, func(h aggregator.Head) {
			if h.RevisedAfter >= complete {
				x.mu.Lock()
				x.pending[h.Seq] = struct{}{}
				x.mu.Unlock()
			}
		})
		if err != nil {
			return fmt.Errorf("look for what changed: %w", err)
		}
	}
	x.manifest.Clean = false
	if err := x.manifest.write(x.opts.Folder); err != nil {
		return err
	}
	x.mu.Lock()
	x.ready = true
	x.changed++
	x.mu.Unlock()
	return nil
}

// loadParts opens the parts that the manifest names.
func (x *Index) loadParts() error {
	m, err := readManifest(x.opts.Folder)
	if err != nil {
		return err
	}
	if last := x.opts.Store.LastSeq(); m.Complete > last {
		return fmt.Errorf("it has entry %d, and the newest is %d", m.Complete, last)
	}
	entries, err := x.opts.Store.Entries([]uint64{m.Last})
	if err != nil {
		return err
	}
	if entries[0].Seq != 0 && entries[0].ID != m.LastID {
		return fmt.Errorf("its entry %d is another", m.Last)
	}
	for _, record := range m.Parts {
		p, languages, err := openPart(filepath.Join(x.opts.Folder, record.Name), record.SizeBytes, record.Sum)
		if err != nil {
			return err
		}
		number, err := x.freeNumber()
		if err != nil {
			return errors.Join(err, p.close())
		}
		x.mu.Lock()
		x.files = append(x.files, &file{p, number, record})
		for doc, seq := range p.seqs {
			x.table.place(seq, number, uint32(doc), languages[doc])
		}
		x.mu.Unlock()
	}
	x.manifest, x.last, x.lastID = m, m.Last, m.LastID
	x.mu.Lock()
	x.indexed = m.Complete
	x.mu.Unlock()
	return nil
}

// forget begins an empty index.
func (x *Index) forget() (err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range x.files {
		err = errors.Join(err, p.close())
	}
	x.files, x.table, x.memory, x.indexed, x.ready = nil, newTable(), newMemoryPart(), 0, false
	x.manifest, x.last, x.lastID, x.begun = manifest{Format: format}, 0, aggregator.EntryID{}, time.Time{}
	return err
}

// freeNumber returns a number that no part has.
func (x *Index) freeNumber() (uint16, error) {
	for number := uint16(memoryNumber + 1); number != 0; number++ {
		if !slices.ContainsFunc(x.files, func(p *file) bool { return p.number == number }) {
			return number, nil
		}
	}
	return 0, errors.New("it has too many parts")
}

// saveIfDue writes the part in memory when it is large or old enough, and
// merges parts when there are enough of a size.
func (x *Index) saveIfDue(ctx context.Context) error {
	switch {
	case len(x.memory.docs) == 0:
		x.begun = time.Time{}
		return nil
	case x.begun.IsZero():
		x.begun = time.Now()
	}
	if len(x.memory.docs) < x.pace.part && x.memory.bytes < x.pace.bytes && time.Since(x.begun) < x.pace.keep {
		return nil
	}
	if err := x.save(false); err != nil {
		return err
	}
	return x.mergeDue(ctx)
}

// finish saves what is left, for a start that need not look for it.
func (x *Index) finish() error {
	for begun := time.Now(); time.Since(begun) < finishTime; {
		x.mu.RLock()
		left := len(x.pending)
		x.mu.RUnlock()
		if left == 0 {
			break
		}
		if _, err := x.step(); err != nil {
			return err
		}
	}
	return x.save(true)
}

// save writes the part in memory as a file, and the manifest.
func (x *Index) save(closing bool) error {
	m := x.manifest
	m.Parts = slices.Clone(m.Parts)
	x.mu.RLock()
	whole := len(x.pending) == 0
	x.mu.RUnlock()
	if whole {
		m.Complete = x.indexed
	}
	m.Last, m.LastID, m.Clean = x.last, x.lastID, closing && whole
	var written *file
	if len(x.memory.docs) > 0 {
		name := x.newName()
		path := filepath.Join(x.opts.Folder, name)
		sizeBytes, sum, err := x.memory.save(path, x.language)
		if err == nil {
			written, err = x.opened(partRecord{name, sizeBytes, sum, len(x.memory.docs)})
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		m.Parts = append(m.Parts, written.record)
	}
	if err := m.write(x.opts.Folder); err != nil {
		if written != nil {
			err = errors.Join(err, written.close())
		}
		return fmt.Errorf("write the index: %w", err)
	}
	x.manifest = m
	if written == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for doc, seq := range x.memory.docs {
		if e := x.table.at(seq); e != nil && e.part == memoryNumber && e.doc == uint32(doc) {
			e.part = written.number
		}
	}
	x.files = append(x.files, written)
	x.memory, x.begun = newMemoryPart(), time.Time{}
	return nil
}

// opened opens a part that was just written.
func (x *Index) opened(record partRecord) (*file, error) {
	p, _, err := openPart(filepath.Join(x.opts.Folder, record.Name), record.SizeBytes, record.Sum)
	if err != nil {
		return nil, err
	}
	number, err := x.freeNumber()
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return &file{p, number, record}, nil
}

// newName returns a name that no part has.
func (x *Index) newName() string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%08d%s", n, partSuffix)
		if !slices.ContainsFunc(x.manifest.Parts, func(p partRecord) bool { return p.Name == name }) {
			return name
		}
	}
}

func (x *Index) language(seq uint64) string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.table.language(seq)
}

// mergeDue merges parts until fewer than mergeAlike are of a size, and writes
// those anew of which much has left the store.
func (x *Index) mergeDue(ctx context.Context) error {
	for ctx.Err() == nil {
		due := x.due()
		if len(due) == 0 {
			return nil
		}
		if err := x.merge(ctx, due); err != nil {
			return fmt.Errorf("merge parts of the index: %w", err)
		}
	}
	return nil
}

// due returns the parts to be merged next.
func (x *Index) due() []*file {
	sizes := make(map[int][]*file)
	for _, p := range x.files {
		size := bits.Len(uint(p.record.Entries/x.pace.part)) / 2
		sizes[size] = append(sizes[size], p)
	}
	for size := range bits.UintSize {
		if len(sizes[size]) >= mergeAlike {
			return sizes[size]
		}
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, p := range x.files {
		left := 0
		for doc, seq := range p.seqs {
			if x.table.holds(seq, p.number, uint32(doc)) {
				left++
			}
		}
		if 3*left < 2*len(p.seqs) {
			return []*file{p}
		}
	}
	return nil
}

// merge puts one part in the place of several.
func (x *Index) merge(ctx context.Context, old []*file) error {
	name := x.newName()
	path := filepath.Join(x.opts.Folder, name)
	parts := make([]*filePart, len(old))
	for i, p := range old {
		parts[i] = p.filePart
	}
	alive := func(part int, seq uint64, doc uint32) bool {
		x.mu.RLock()
		defer x.mu.RUnlock()
		return x.table.holds(seq, old[part].number, doc)
	}
	seqs, sizeBytes, sum, err := merge(ctx, path, parts, alive, x.language)
	if err != nil {
		return err
	}
	merged, err := x.opened(partRecord{name, sizeBytes, sum, len(seqs)})
	if err != nil {
		return err
	}
	m := x.manifest
	m.Parts = slices.DeleteFunc(slices.Clone(m.Parts), func(r partRecord) bool {
		return slices.ContainsFunc(old, func(p *file) bool { return p.record.Name == r.Name })
	})
	m.Parts = append(m.Parts, merged.record)
	if err := m.write(x.opts.Folder); err != nil {
		return errors.Join(err, merged.close())
	}
	x.manifest = m
	x.mu.Lock()
	x.files = slices.DeleteFunc(x.files, func(p *file) bool { return slices.Contains(old, p) })
	x.files = append(x.files, merged)
	for doc, seq := range seqs {
		if e := x.table.at(seq); e != nil {
			e.part, e.doc = merged.number, uint32(doc)
		}
	}
	x.mu.Unlock()
	for _, p := range old {
		err = errors.Join(err, p.close(), os.Remove(p.file.Name()))
	}
	return err
}
