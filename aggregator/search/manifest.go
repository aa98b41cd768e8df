package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"wiredesk/aggregator"
)

// format changes with what the files hold and with how texts are read: an index
// of another format is made anew.
const format = 1

const (
	manifestName = "manifest.json"
	partSuffix   = ".part"
)

// manifest says what an index consists of. A file that it does not name is no
// part of it.
type manifest struct {
	Format int `json:"format"`
	// Complete is the Seq up to which every entry is in Parts, with every text
	// that was folded in while no newer entry was known.
	Complete uint64             `json:"complete"`
	Last     uint64             `json:"last"`    // Seq of an entry in Parts, which must be LastID's
	LastID   aggregator.EntryID `json:"last_id"` // or the index is of another database
	// Clean says that the index was closed: no text is missing at Complete.
	Clean bool         `json:"clean"`
	Parts []partRecord `json:"parts"`
}

type partRecord struct {
	Name      string `json:"name"`
	SizeBytes int64  `json:"size_bytes"`
	Sum       uint64 `json:"sum"` // xxHash of the file
	Entries   int    `json:"entries"`
}

// readManifest returns the manifest of the index in folder. The error is
// fs.ErrNotExist where there is none.
func readManifest(folder string) (m manifest, err error) {
	b, err := os.ReadFile(filepath.Join(folder, manifestName))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return manifest{}, err
	}
	if m.Format != format {
		return manifest{}, fmt.Errorf("it has format %d, this version knows %d", m.Format, format)
	}
	return m, nil
}

// write puts m in the place of the manifest in folder, whole.
func (m *manifest) write(folder string) (err error) {
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	path := filepath.Join(folder, manifestName)
	file, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(b, '\n'))
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(path+".tmp", path)
	}
	return err
}

// tidy removes parts that the manifest does not name.
func (m *manifest) tidy(folder string) error {
	named := map[string]bool{manifestName: true}
	for _, p := range m.Parts {
		named[p.Name] = true
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !named[f.Name()] && (strings.HasSuffix(f.Name(), partSuffix) || f.Name() == manifestName+".tmp") {
			if removeErr := os.Remove(filepath.Join(folder, f.Name())); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
				err = errors.Join(err, removeErr)
			}
		}
	}
	return err
}

// Remove removes the index in folder, and nothing else that is there. It does
// nothing where there is none.
func Remove(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, manifestName)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	parts, err := filepath.Glob(filepath.Join(folder, "*"+partSuffix))
	for _, path := range append(parts, filepath.Join(folder, manifestName), folder) {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
