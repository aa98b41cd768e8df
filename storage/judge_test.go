package storage

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	if _, _, err := db.LoadJudge(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it was saved: %v", err)
	}
	for n, snapshot := range [][]byte{bytes.Repeat([]byte("what it knew "), 9000), []byte("less"), nil} {
		if err := db.SaveJudge(uint64(n), snapshot); err != nil {
			t.Fatal(err)
		}
		lastSeq, got, err := db.LoadJudge()
		if err != nil || lastSeq != uint64(n) || !bytes.Equal(got, snapshot) {
			t.Errorf("loaded %d bytes of %d, %v; want %d of %d", len(got), lastSeq, err, len(snapshot), n)
		}
	}
	stat, err := os.Stat(db.path + judgeSuffix)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
}

func TestLoadJudgeRefuses(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	if err := db.SaveJudge(7, []byte("what it knew")); err != nil {
		t.Fatal(err)
	}
	path := db.path + judgeSuffix
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := db.LoadJudge(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for n := range whole {
		refused("cut short", whole[:n])
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x10
		refused("a flipped bit", flipped)
	}
	refused("something behind it", append(bytes.Clone(whole), 0))
}

// TestSaveJudgeFails: what was saved before stays where the new cannot be
// written, and nothing is left lying about.
func TestSaveJudgeFails(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	if err := db.SaveJudge(1, []byte("before")); err != nil {
		t.Fatal(err)
	}
	temporary := db.path + judgeSuffix + ".tmp"
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := db.SaveJudge(2, []byte("after")); err == nil {
		t.Error("saved")
	}
	if lastSeq, got, err := db.LoadJudge(); err != nil || lastSeq != 1 || string(got) != "before" {
		t.Errorf("loaded %q of %d, %v", got, lastSeq, err)
	}
	_ = os.Remove(temporary)
	if err := db.SaveJudge(2, []byte("after")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(temporary); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file: %v", err)
	}
}
