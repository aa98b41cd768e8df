package main

import (
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/search"
	"wiredesk/aggregator/serve"
	"wiredesk/storage"
)

// indexSuffix is what the folder of the index has behind the database's name.
const indexSuffix = ".search"

// indexed is the database with an index that is told of all that changes in it,
// pins too.
type indexed struct {
	*storage.DB
	index *search.Index
}

// Commit stores c, and then tells the index.
func (s indexed) Commit(c aggregator.Commit) error {
	err := s.DB.Commit(c)
	if err == nil {
		s.index.Committed(&c)
	}
	return err
}

// Purge removes what is old, and then tells the index.
func (s indexed) Purge(before time.Time, limit int) (removed int, more bool, err error) {
	removed, more, err = s.DB.Purge(before, limit)
	if removed > 0 {
		s.index.Purged()
	}
	return removed, more, err
}

// searcher returns what the server searches with, nil where there is no index.
func (d *desk) searcher() serve.Searcher {
	if d.index == nil {
		return nil
	}
	return d.index
}

// figures returns how far the index is; the zero figures where there is none.
func (d *desk) figures() search.Figures {
	if d.index == nil {
		return search.Figures{}
	}
	return d.index.Figures()
}
