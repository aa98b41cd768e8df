package serve

import (
	"context"
	"errors"

	"wiredesk/aggregator"
	"wiredesk/aggregator/search"
)

// Archive is what editions, pages and answers are made from. It is called from
// several goroutines at once; what it returns is not changed afterwards by
// either side.
type Archive interface {
	// Newest returns at most limit stories that come after the position, the
	// newest first, and the position of the last of them, to go on from. The
	// zero position asks from the newest. When nothing is left it returns no
	// stories.
	Newest(before aggregator.Position, limit int) ([]aggregator.StoryView, aggregator.Position, error)

	// NewestStories is Newest without the entries, which is cheaper by far.
	NewestStories(before aggregator.Position, limit int) ([]aggregator.Story, error)

	// NewerStories returns at most limit stories that come before the position,
	// those that stand nearest to it, the nearest first.
	NewerStories(after aggregator.Position, limit int) ([]aggregator.Story, error)

	// Story returns one story. Under the id of a story that was merged into
	// another it returns that other. An error for which errors.Is(err,
	// aggregator.ErrNotFound) says there is none.
	Story(id aggregator.StoryID) (aggregator.StoryView, error)

	// Entry returns the entry under its id or one of its further keys. An error
	// for which errors.Is(err, aggregator.ErrNotFound) says there is none.
	Entry(id aggregator.EntryID) (aggregator.Entry, error)

	// Between returns the entries whose ids lie from first to last, at most
	// limit.
	Between(first, last aggregator.EntryID, limit int) ([]aggregator.EntryID, error)

	// ChangesKept returns the numbers of the oldest and the newest change of a
	// story that Changes knows; both are 0 where there was none.
	ChangesKept() (first, last uint64, err error)

	// Changes returns the changes of stories after the one with that number,
	// the first first, and the number of the last that was looked at, at most
	// limit of them: that of a story which is no more is left out. When nothing
	// is left the number is the one given.
	Changes(after uint64, limit int) (changes []aggregator.Change, last uint64, err error)

	// Pins returns what operators said of entries.
	Pins() ([]aggregator.Pin, error)

	History
}

// Searcher finds stories without reading the archive.
type Searcher interface {
	// Find returns the ids of the stories that q asks for, in its order. An error
	// for which errors.Is(err, search.ErrNotReady) says that it will be able to;
	// search.ErrBroad, that q asks for too much.
	Find(q search.Query) ([]aggregator.StoryID, error)
	// Changes returns what grows whenever an answer may have become another.
	Changes() uint64
}

// History is what was decided on an entry, and what it said before.
type History interface {
	// Revisions returns the earlier texts of the entry with this Seq, the first
	// first.
	Revisions(seq uint64) ([]aggregator.Revision, error)
	// Decisions returns what became of the entry with this Seq, in the order it
	// was decided.
	Decisions(seq uint64) ([]aggregator.Decision, error)
}

// Pinner takes the operator's words on which entries belong together.
type Pinner interface {
	// Pin puts p in the place of what was said of its two entries, and returns
	// what was decided, once it is stored. An error for which errors.Is(err,
	// ErrPinRefused) says why it cannot be obeyed.
	Pin(ctx context.Context, p aggregator.Pin) ([]aggregator.Decision, error)
	// Unpin forgets what was said of the two entries. An error for which
	// errors.Is(err, aggregator.ErrNotFound) says that nothing was.
	Unpin(ctx context.Context, a, b aggregator.EntryID) error
}

// ErrPinRefused is wrapped by the error of a pin that cannot be obeyed.
var ErrPinRefused = errors.New("the pin cannot be obeyed")
