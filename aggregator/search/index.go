package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// Store is what an index is made from.
type Store interface {
	// ReplayFrom calls yield for each entry from that Seq on, in order, until
	// yield returns an error, which it returns.
	ReplayFrom(seq uint64, yield func(aggregator.Entry) error) error
	// ReplayStories calls yield for each story, in the order of Seq.
	ReplayStories(yield func(aggregator.Story) error) error
	// Heads calls yield for each entry from one Seq to another, both included.
	Heads(from, to uint64, yield func(aggregator.Head)) error
	// Entries returns the entries with these Seqs; a missing one is zero.
	Entries(seqs []uint64) ([]aggregator.Entry, error)
	// LastSeq returns the highest Seq ever stored.
	LastSeq() uint64
}

// Options are what an index is built from.
type Options struct {
	Folder string // made where it is not there; nothing else may be in it
	Store  Store
	Log    *slog.Logger // nil: nothing is logged
}

// ErrNotReady is returned while an index has not read yet which stories there
// are or, to whoever asks for languages alone, in which languages they are told.
var ErrNotReady = errors.New("the index is being read")

// Index is the archive by text. Its methods may be called from any goroutine.
type Index struct {
	opts  Options
	pace  pace
	stems sync.Pool // of *wording.Stemmer

	mu      sync.RWMutex // guards what follows
	table   *table
	files   []*file
	memory  *memoryPart // known as memoryNumber
	ready   bool
	changed uint64              // grows with whatever may change an answer
	since   []aggregator.Story  // committed while the table is read anew; nil: it is not
	pending map[uint64]struct{} // entries whose new text was not taken yet
	purged  bool                // stories were removed from the store
	indexed uint64              // Seq up to which entries were taken; only Run changes it
	stored  uint64              // the highest Seq that a commit brought

	hurt atomic.Pointer[error] // what kept a search from being answered; nil: nothing did

	// Only Run uses what follows.
	manifest manifest
	last     uint64 // Seq of the entry that was taken last in order
	lastID   aggregator.EntryID
	reader   reader
	begun    time.Time // when the part in memory got its first entry; zero: it is empty
}

// memoryNumber is the number of the part in memory. Those of files follow.
const memoryNumber = 1

// file is a part on disk as the index knows it.
type file struct {
	*filePart
	number uint16
	record partRecord
}

// New returns an index that is empty until [Index.Run] has read it.
func New(opts Options) *Index {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	x := &Index{
		opts: opts, pace: defaultPace, table: newTable(), memory: newMemoryPart(),
		since: []aggregator.Story{}, pending: make(map[uint64]struct{}), stored: opts.Store.LastSeq(),
	}
	x.stems.New = func() any { return new(wording.Stemmer) }
	return x
}

// Find returns the ids of the stories that q asks for, at most q.Limit, in its
// order. Some may have left the store a moment ago. The error is ErrNotReady,
// an ErrBroad for whoever asked, or says why the index cannot be read, which
// then is read again, or made anew.
func (x *Index) Find(q Query) ([]aggregator.StoryID, error) {
	stems := x.stems.Get().(*wording.Stemmer)
	defer x.stems.Put(stems)
	x.mu.RLock()
	defer x.mu.RUnlock()
	if !x.ready || len(q.Languages) > 0 && q.Text.IsZero() && !x.knowsLanguages() {
		return nil, ErrNotReady
	}
	f := finder{table: x.table, stems: stems, parts: []numbered{{memoryNumber, x.memory}}}
	for _, p := range x.files {
		f.parts = append(f.parts, numbered{p.number, p.filePart})
	}
	ids, err := f.find(&q)
	if err != nil && !errors.Is(err, ErrBroad) {
		x.hurt.Store(&err)
	}
	return ids, err
}

// knowsLanguages reports whether the language of each entry is known: it is read
// with the text, and there may be more languages than have numbers.
func (x *Index) knowsLanguages() bool {
	return x.stored <= x.indexed && len(x.pending) == 0 && !x.table.tongues.isFull()
}

// Changes returns what grows whenever an answer of Find may have become
// another.
func (x *Index) Changes() uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.changed
}

// Figures are what can be said of an index.
type Figures struct {
	Ready     bool  // it can be searched
	Entries   int64 // that can be found
	Behind    int64 // that are stored and cannot be found yet, dropped ones included
	SizeBytes int64 // of the files
}

// Figures returns how far the index is.
func (x *Index) Figures() Figures {
	last := x.opts.Store.LastSeq()
	x.mu.RLock()
	defer x.mu.RUnlock()
	f := Figures{Ready: x.ready, Entries: int64(len(x.memory.docs)), Behind: int64(last) - int64(x.indexed) + int64(len(x.pending))}
	for _, p := range x.files {
		f.Entries += int64(p.record.Entries)
		f.SizeBytes += p.record.SizeBytes
	}
	return f
}

// Committed tells the index what was stored. It costs the writer a moment: the
// texts are read later.
func (x *Index) Committed(c *aggregator.Commit) {
	if len(c.Stories) == 0 && len(c.Entries) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range c.Stories {
		x.table.put(&c.Stories[i])
	}
	if x.since != nil {
		x.since = append(x.since, c.Stories...)
	}
	stored := x.stored
	for i := range c.Entries {
		e := &c.Entries[i]
		x.stored = max(x.stored, e.Seq)
		// An entry that only moved to another story has its text from earlier.
		if e.Seq <= stored && e.RevisedAfter >= stored {
			x.pending[e.Seq] = struct{}{}
		}
	}
	x.changed++
}

// Purged tells the index that stories were removed from the store.
func (x *Index) Purged() {
	x.mu.Lock()
	x.purged = true
	x.mu.Unlock()
}

// Run reads the index, makes anew what is not fit to be used, and then follows
// the store until ctx is done, at which it writes what it holds. It works while
// the store rests. Where the folder cannot be used it tries again once a minute.
// It returns nil: what goes wrong is logged, and costs searchers no more than
// what is not indexed. It may be called once.
func (x *Index) Run(ctx context.Context) error {
	failed := false
	for ctx.Err() == nil {
		err := x.load()
		isRead := err == nil
		if isRead {
			if err = x.follow(ctx); err == nil {
				return x.close()
			}
		}
		err = errors.Join(err, x.forget())
		switch {
		case isRead:
			x.opts.Log.Error("the index is read again", "err", err)
		case !failed && ctx.Err() == nil:
			x.opts.Log.Error("there is no index to search in", "err", err)
		}
		failed = !isRead
		if failed {
			select {
			case <-time.After(tryAgain):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// tryAgain is when it is looked again whether a folder can be used.
const tryAgain = time.Minute

// close writes what is held in memory, so that the next start need not look
// for what it may have missed, and closes the files.
func (x *Index) close() error {
	err := x.finish()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ready = false
	for _, p := range x.files {
		err = errors.Join(err, p.close())
	}
	if err != nil {
		x.opts.Log.Warn("the index could not be saved", "err", fmt.Errorf("close %s: %w", x.opts.Folder, err))
	}
	return nil
}
