package storage

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// childEnv makes the test binary do one of the tasks below in a process of its
// own, on the database that is its argument.
const childEnv = "WIREDESK_STORAGE_TEST_CHILD"

func runChild(task, path string) int {
	err := fmt.Errorf("unknown task %q", task)
	switch task {
	case "commit":
		err = commitForEver(path)
	case "full":
		err = fillDisk(path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func child(t *testing.T, task, path string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, path)
	cmd.Env = append(os.Environ(), childEnv+"="+task)
	cmd.Stderr = os.Stderr
	return cmd
}

// commitForEver commits ten entries at a time, purges now and then, and says
// after each commit how far it came.
func commitForEver(path string) error {
	db, err := Open(path, Options{InitialMmapBytes: 64 << 20})
	if err != nil {
		return err
	}
	db.mostKeys, db.mostPlaces = 150, 70
	for {
		next := db.LastSeq() + 1
		if err := db.Commit(lone("bbc", seqRange(next, next+9)...)); err != nil {
			return err
		}
		fmt.Println(db.LastSeq())
		if next%100 == 1 {
			if _, _, err := db.Purge(entry(next, "bbc").Seen.Add(-time.Hour), 15); err != nil {
				return err
			}
		}
	}
}

// TestKill: whatever was acknowledged is there after SIGKILL, and the next
// process goes on from it.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	for round := range 8 {
		cmd := child(t, "commit", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var acknowledged uint64
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if acknowledged, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
				t.Error(err)
			}
			if n == 3+7*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Error(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the process was not killed")
		}
		db, err := Open(path, fast())
		if err != nil {
			t.Fatal(err)
		}
		mustCheck(t, db)
		last := db.LastSeq()
		if last < acknowledged || last > acknowledged+10 || last%10 != 0 {
			t.Errorf("round %d: last is %d, acknowledged %d", round, last, acknowledged)
		}
		got, err := db.Entries(seqRange(last-9, last))
		if err != nil {
			t.Fatal(err)
		}
		for i, seq := range seqRange(last-9, last) {
			equal(t, "entry", entry(seq, "bbc"), got[i])
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// fillDisk is run where no file may grow over a limit, as on a full disk.
func fillDisk(path string) error {
	db, err := Open(path, Options{InitialMmapBytes: 1 << 15})
	if err != nil {
		return err
	}
	db.mostKeys, db.mostPlaces = 1000, 500
	commit := func() error {
		next := db.LastSeq() + 1
		return db.Commit(lone("bbc", seqRange(next, next+99)...))
	}
	if err := commit(); err != nil {
		return err
	}
	var free syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
		return err
	}
	full := free
	full.Cur = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		return err
	}
	for err == nil && db.LastSeq() < 100_000 {
		err = commit()
	}
	fmt.Println(err)
	stored := db.LastSeq()
	if again := commit(); err == nil || again == nil {
		return fmt.Errorf("a full disk took commits up to %d: %w", stored, errors.Join(err, again))
	}
	// What was stored is still readable, and correct.
	if err := db.Check(); err != nil {
		return err
	}
	entries, _ := db.Counts()
	if known, err := db.Known([]aggregator.EntryID{id("bbc", stored), id("bbc", stored+1)}); err != nil ||
		known[0].Seq != stored || known[1].Seq != 0 || uint64(entries) != stored {
		return fmt.Errorf("known %v of %d stored, %d entries: %w", known, stored, entries, err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
		return err
	}
	for range 10 {
		if err := commit(); err != nil {
			return fmt.Errorf("when there was room again: %w", err)
		}
	}
	if db.LastSeq() != stored+1000 {
		return fmt.Errorf("last is %d after %d and ten commits", db.LastSeq(), stored)
	}
	if err := db.Check(); err != nil {
		return err
	}
	return db.Close()
}

// TestDiskFull: a commit that finds no room fails, harms nothing, and succeeds
// when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	out, err := child(t, "full", path).Output()
	t.Logf("the error was: %s", out)
	if err != nil {
		t.Fatal(err)
	}
	mustCheck(t, mustOpen(t, path))
}
