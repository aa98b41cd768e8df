package main

import (
	"wiredesk/aggregator"
	"wiredesk/storage"
)

type archive struct{ *storage.DB }

func (a archive) Newest(before aggregator.Position, limit int) ([]aggregator.StoryView, aggregator.Position, error) {
	v, c, err := a.DB.Newest(storage.Cursor(before), limit)
	if len(v) == 0 {
		c = storage.Cursor{}
	}
	return v, aggregator.Position(c), err
}
