package serve

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"wiredesk/aggregator"
)

var errPosition = errors.New("want an instant and a number, as in 2006-01-02T15:04:05Z~7")

// formatPosition returns p in the form the before and after parameters of pages carry;
// the place before the newest story is an empty text.
func formatPosition(p aggregator.Position) string {
	if atNewest(p) {
		return ""
	}
	return p.First.UTC().Format(time.RFC3339Nano) + "~" + strconv.FormatUint(p.Seq, 10)
}

// parsePosition reads what formatPosition wrote.
func parsePosition(text string) (aggregator.Position, error) {
	if text == "" {
		return aggregator.Position{}, nil
	}
	first, seq, found := strings.Cut(text, "~")
	if !found {
		return aggregator.Position{}, errPosition
	}
	at, err := time.Parse(time.RFC3339Nano, first)
	if err != nil {
		return aggregator.Position{}, errPosition
	}
	// In another zone it may be in a year that is not written with four digits.
	if at = at.UTC(); at.Year() < 0 || at.Year() > 9999 {
		return aggregator.Position{}, errPosition
	}
	n, err := strconv.ParseUint(seq, 10, 64)
	if err != nil {
		return aggregator.Position{}, errPosition
	}
	return aggregator.Position{First: at, Seq: n}, nil
}

// atNewest reports whether p stands before the newest story.
func atNewest(p aggregator.Position) bool { return p.First.IsZero() && p.Seq == 0 }
