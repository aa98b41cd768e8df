package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cespare/xxhash/v2"
)

// The file beside the database that holds what the judge of stories knew. It
// can be lost: the database holds all it was made from.
//
// It begins with judgeMagic, the version of this format, the layout of the
// database (4 bytes each), the Seq of the newest entry the judge was told of,
// and the xxHash of that number and all that follows (8 bytes each).
const (
	judgeSuffix      = ".judge"
	judgeMagic       = "wdjudge\n"
	judgeFormat      = 1
	judgeHeaderBytes = len(judgeMagic) + 4 + 4 + 8 + 8
)

// SaveJudge keeps what the judge knows beside the database, in place of what
// was kept before. LastSeq is the newest entry it was told of. It may be called
// while others use the database, but once at a time.
func (db *DB) SaveJudge(lastSeq uint64, snapshot []byte) error {
	header := append(make([]byte, 0, judgeHeaderBytes), judgeMagic...)
	header = binary.BigEndian.AppendUint32(header, judgeFormat)
	header = binary.BigEndian.AppendUint32(header, layout())
	header = binary.BigEndian.AppendUint64(header, lastSeq)
	header = binary.BigEndian.AppendUint64(header, judgeSum(lastSeq, snapshot))
	path := db.path + judgeSuffix
	if err := db.replaceFile(path, header, snapshot); err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	return nil
}

// LoadJudge returns what SaveJudge kept. The error is fs.ErrNotExist where
// there is nothing, or says what is wrong with the file.
func (db *DB) LoadJudge() (lastSeq uint64, snapshot []byte, err error) {
	path := db.path + judgeSuffix
	b, err := os.ReadFile(path)
	if err == nil {
		lastSeq, snapshot, err = splitJudge(b)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("load %s: %w", path, err)
	}
	return lastSeq, snapshot, nil
}

func splitJudge(b []byte) (lastSeq uint64, snapshot []byte, err error) {
	if len(b) < judgeHeaderBytes || string(b[:len(judgeMagic)]) != judgeMagic {
		return 0, nil, errors.New("it is no snapshot of a judge")
	}
	rest := b[len(judgeMagic):]
	format, made := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
	lastSeq, sum := binary.BigEndian.Uint64(rest[8:]), binary.BigEndian.Uint64(rest[16:])
	snapshot = b[judgeHeaderBytes:]
	switch {
	case format != judgeFormat || made != layout():
		return 0, nil, fmt.Errorf("it has format %d for layout %d, this version knows %d for %d", format, made, judgeFormat, layout())
	case sum != judgeSum(lastSeq, snapshot):
		return 0, nil, errors.New("it is damaged")
	}
	return lastSeq, snapshot, nil
}

func judgeSum(lastSeq uint64, snapshot []byte) uint64 {
	k := seqKey(lastSeq)
	var d xxhash.Digest
	d.Reset()
	_, _ = d.Write(k[:])
	_, _ = d.Write(snapshot)
	return d.Sum64()
}

// replaceFile writes a file so that at any time the old one or the new one is
// there, whole.
func (db *DB) replaceFile(path string, parts ...[]byte) (err error) {
	temporary := path + ".tmp"
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err == nil {
			_, err = f.Write(part)
		}
	}
	if err == nil && !db.bolt.NoSync {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	if db.bolt.NoSync {
		return nil
	}
	return syncFolder(filepath.Dir(path))
}
