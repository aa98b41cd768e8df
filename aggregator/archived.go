package aggregator

import "time"

// Archived is an archive document of a feed (RFC 5005, section 4): stories that
// came into the feed on one day. It does not change once it is stored.
type Archived struct {
	Feed string // slug
	Name string // see ArchiveName
	// Prev and Next are the names of the documents before and after it. Prev is
	// empty where the archive of the feed begins; that of Next may not be there
	// yet.
	Prev, Next string

	Closed   time.Time
	Modified time.Time // when the newest of its stories had changed; zero: it has none
	Stories  []StoryID
	Body     []byte // the stories as they were written, in the form of whoever wrote them
}

// archiveDay is how a name says the day.
const archiveDay = "2006-01-02"

// MaxArchiveParts is how many archive documents a day may have.
const MaxArchiveParts = 1000

// ArchiveName returns the name of the nth archive document of a UTC day, n from
// 0, below MaxArchiveParts: "2026-11-26", then "2026-11-26.001". Names sort as their days and numbers
// do.
func ArchiveName(day time.Time, n int) string {
	name := day.UTC().Format(archiveDay)
	if n > 0 {
		name += "." + string([]byte{'0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)})
	}
	return name
}

// ParseArchiveName returns the day that an archive document is of; ok says
// whether it is the name of one.
func ParseArchiveName(name string) (day time.Time, ok bool) {
	if len(name) < len(archiveDay) {
		return time.Time{}, false
	}
	day, err := time.Parse(archiveDay, name[:len(archiveDay)])
	if err != nil {
		return time.Time{}, false
	}
	part := name[len(archiveDay):]
	if part == "" {
		return day, true
	}
	n := 0
	for i, c := range []byte(part) {
		switch {
		case i == 0 && c == '.':
		case i > 0 && '0' <= c && c <= '9':
			n = n*10 + int(c-'0')
		default:
			return time.Time{}, false
		}
	}
	return day, len(part) == 4 && 0 < n && n < MaxArchiveParts
}
