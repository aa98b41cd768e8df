package backtest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// maxLineBytes bounds a line of a set: no entry that the daemon would keep is
// longer.
const maxLineBytes = 1 << 20

// Row is an entry of a set, and the number its labels know it by.
type Row struct {
	N     int // from 1
	Entry aggregator.Entry
}

// record is a line of a set. Keys that are not named here are passed over.
type record struct {
	N         int    `json:"n"`
	Source    string `json:"source"`
	GUID      string `json:"guid"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Published string `json:"published"`
	Seen      string `json:"seen"`
}

// ReadRows reads a set: JSON Lines, plain or compressed by gzip, each line an
// entry with the keys n, source, guid, url, title, summary, published and seen.
// The entries have what a poll gives them, all but Seq and Story. Seen must be
// in the form of RFC 3339; a date of publication that cannot be read is none.
// An error begins with name and the line it is about.
func ReadRows(name string, r io.Reader) ([]Row, error) {
	lines, err := decompressed(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(nil, maxLineBytes)
	var rows []Row
	lineOf := make(map[int]int)
	line := 0
	for scanner.Scan() {
		line++
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 {
			continue
		}
		row, err := readRow(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		if before, twice := lineOf[row.N]; twice {
			return nil, fmt.Errorf("%s:%d: n %d stands in line %d already", name, line, row.N, before)
		}
		lineOf[row.N] = line
		rows = append(rows, row)
	}
	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s:%d: the line is longer than %d bytes", name, line+1, maxLineBytes)
	} else if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, line+1, err)
	}
	return rows, nil
}

// decompressed returns what r holds, unpacked where it begins as gzip does
// (RFC 1952, section 2.3.1).
func decompressed(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	magic, _ := buffered.Peek(2) // whoever reads on meets the error
	if string(magic) != "\x1f\x8b" {
		return buffered, nil
	}
	return gzip.NewReader(buffered)
}

func readRow(text []byte) (Row, error) {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return Row{}, fmt.Errorf("not an entry: %w", err)
	}
	switch {
	case r.N < 1:
		return Row{}, errors.New("n is missing, must be a number from 1")
	case r.Source == "":
		return Row{}, errors.New("source is missing")
	}
	seen, err := time.Parse(time.RFC3339, r.Seen)
	if err != nil {
		return Row{}, fmt.Errorf("seen is %q, must be an instant such as 2026-11-23T10:00:00Z", r.Seen)
	}
	e := aggregator.Entry{
		Source: r.Source, GUID: r.GUID, Link: r.URL, Canonical: aggregator.CanonicalLink(r.URL),
		Title: cut(r.Title, aggregator.MaxTitleBytes), Summary: cut(r.Summary, aggregator.MaxSummaryBytes),
		Published: published(r.Published), Seen: seen.UTC(),
	}
	return Row{N: r.N, Entry: e}, nil
}

// published reads a date in the forms that feeds have to use: RFC 822 with
// four digits for the year (RSS 2.0) and RFC 3339 (Atom). Zero: none of them.
func published(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// cut returns text without what does not fit.
func cut(text string, limitBytes int) string {
	if len(text) > limitBytes {
		text = strings.ToValidUTF8(text[:limitBytes], "")
	}
	return text
}
