package storage

import (
	"bytes"

	"wiredesk/aggregator"
)

// Between returns the entries whose ids lie from first to last, in their order,
// at most limit. A further key of an entry is no id of it. It looks at no more
// keys than 16 times the limit, so that a wide range costs little; the ids that
// begin with eight given digits are fewer in any archive.
func (db *DB) Between(first, last aggregator.EntryID, limit int) ([]aggregator.EntryID, error) {
	const keysPerEntry = 16
	var found []aggregator.EntryID
	err := db.read("ids", func(r *reader) error {
		c := r.tx.Bucket([]byte(keysBucket)).Cursor()
		left := keysPerEntry * limit
		for k, v := c.Seek(first[:]); k != nil && bytes.Compare(k, last[:]) <= 0 && len(found) < limit && left > 0; k, v = c.Next() {
			left--
			seq, err := readSeq(v)
			if err != nil {
				return err
			}
			h, _, err := splitEntry(r.entryValue(seq))
			if err != nil {
				return damaged("key %x leads to entry %d: %w", k, seq, err)
			}
			if bytes.Equal(h.id[:], k) {
				found = append(found, h.id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
