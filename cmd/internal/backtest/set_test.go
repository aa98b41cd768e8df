package backtest

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

const ferry = `{"n": 1, "source": "coast", "guid": "c-1", "url": "http://www.coast.example/ferry?utm_source=rss", "title": "Ferry aground", "summary": "Forty saved.", "published": "Mon, 23 Nov 2026 10:00:00 +0100", "seen": "2026-11-23T09:05:00Z", "extra": [1]}`

func ferryRow(n int) Row {
	return Row{N: n, Entry: aggregator.Entry{
		Source: "coast", GUID: "c-1",
		Link: "http://www.coast.example/ferry?utm_source=rss", Canonical: "https://coast.example/ferry",
		Title: "Ferry aground", Summary: "Forty saved.",
		Published: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		Seen:      time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC),
	}}
}

func TestReadRows(t *testing.T) {
	t.Parallel()
	second := strings.Replace(ferry, `"n": 1`, `"n": 7`, 1)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(ferry + "\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		text string
		want []Row
		err  string
	}{
		"nothing":              {"", nil, ""},
		"lines":                {ferry + "\n\n" + second + "\r\n", []Row{ferryRow(1), ferryRow(7)}, ""},
		"no line feed":         {ferry, []Row{ferryRow(1)}, ""},
		"packed":               {packed.String(), []Row{ferryRow(1)}, ""},
		"packed and cut":       {packed.String()[:packed.Len()-9], nil, "set:2: unexpected EOF"},
		"packed badly":         {"\x1f\x8b\x00\x00\x00\x00\x00\x00\x00\x00", nil, "set: gzip: invalid header"},
		"twice":                {ferry + "\n" + second + "\n" + ferry, nil, "set:3: n 1 stands in line 1 already"},
		"no n":                 {`{"source": "coast"}`, nil, "set:1: n is missing, must be a number from 1"},
		"no source":            {`{"n": 1}`, nil, "set:1: source is missing"},
		"no JSON":              {ferry + "\nferry", nil, "set:2: not an entry: invalid character 'e' in literal false (expecting 'a')"},
		"n of the wrong kind":  {`{"n": "1"}`, nil, "set:1: not an entry: json: cannot unmarshal string into Go struct field record.n of type int"},
		"an endless line":      {ferry + "\n" + strings.Repeat(" ", maxLineBytes+1), nil, "set:2: the line is longer than 1048576 bytes"},
		"seen is no instant":   {strings.Replace(ferry, "T09:05:00Z", "", 1), nil, `set:1: seen is "2026-11-23", must be an instant such as 2026-11-23T10:00:00Z`},
		"seen is missing":      {`{"n": 1, "source": "coast"}`, nil, `set:1: seen is "", must be an instant such as 2026-11-23T10:00:00Z`},
		"a list, not entries":  {"[" + ferry + "]", nil, "set:1: not an entry: json: cannot unmarshal array into Go value of type backtest.record"},
		"two entries in a row": {ferry + ferry, nil, "set:1: not an entry: invalid character '{' after top-level value"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadRows("set", strings.NewReader(test.text))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if message := errorText(err); message != test.err {
				t.Errorf("error %q, want %q", message, test.err)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPublished(t *testing.T) {
	t.Parallel()
	morning := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-11-03T10:00:00+01:00":       morning,
		"2026-11-03T09:00:00Z":            morning,
		"Tue, 03 Nov 2026 10:00:00 +0100": morning,
		"Tue, 3 Nov 2026 09:00:00 GMT":    morning,
		"yesterday":                       {},
		"":                                {},
	} {
		if got := published(text); !got.Equal(want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestTextsAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", aggregator.MaxSummaryBytes)
	text := strings.NewReplacer("Ferry aground", "a"+long, "Forty saved.", "a"+long).Replace(ferry)
	rows, err := ReadRows("set", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rows[0].Entry.Title, "a"+long[:aggregator.MaxTitleBytes-2]; got != want {
		t.Errorf("title of %d bytes, want %d", len(got), len(want))
	}
	if got, want := rows[0].Entry.Summary, "a"+long[:aggregator.MaxSummaryBytes-2]; got != want {
		t.Errorf("summary of %d bytes, want %d", len(got), len(want))
	}
}

func FuzzReadRows(f *testing.F) {
	f.Add([]byte(ferry))
	f.Add([]byte("{}\n\n{\"n\": 2}"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := ReadRows("set", bytes.NewReader(text))
		if err != nil && (rows != nil || !strings.HasPrefix(err.Error(), "set:")) {
			t.Errorf("%d rows, error %v", len(rows), err)
		}
		for _, row := range rows {
			if row.N < 1 || row.Entry.Source == "" || len(row.Entry.Title) > aggregator.MaxTitleBytes {
				t.Errorf("%+v", row)
			}
		}
	})
}
