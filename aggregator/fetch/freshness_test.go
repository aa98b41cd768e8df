package fetch

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2026, time.March, 3, 12, 0, 0, 0, time.UTC)

func freshOf(header http.Header) time.Time {
	lifetime, _ := lifetimeOf(header, noon)
	return freshUntil(lifetime, header, noon)
}

func TestFreshUntil(t *testing.T) {
	t.Parallel()
	at := func(offset time.Duration) string { return noon.Add(offset).Format(http.TimeFormat) }
	for _, test := range []struct {
		name   string
		header map[string][]string
		want   time.Duration // 0: stale
	}{
		{"nothing said", nil, 0},
		{"max-age", map[string][]string{"Cache-Control": {"max-age=300"}}, 5 * time.Minute},
		{"max-age among others", map[string][]string{"Cache-Control": {"public, Max-Age=300 , must-revalidate"}}, 5 * time.Minute},
		{"max-age in a second header", map[string][]string{"Cache-Control": {"public", "max-age=300"}}, 5 * time.Minute},
		{"max-age quoted", map[string][]string{"Cache-Control": {`max-age="300"`}}, 5 * time.Minute},
		{"the first max-age", map[string][]string{"Cache-Control": {"max-age=60, max-age=300"}}, time.Minute},
		{"max-age within a quoted string", map[string][]string{"Cache-Control": {`private="a, max-age=300, b"`}}, 0},
		{"max-age 0", map[string][]string{"Cache-Control": {"max-age=0"}}, 0},
		{"max-age negative", map[string][]string{"Cache-Control": {"max-age=-1"}}, 0},
		{"max-age of nonsense beats Expires", map[string][]string{"Cache-Control": {"max-age=soon"}, "Expires": {at(time.Hour)}}, 0},
		{"max-age without a value", map[string][]string{"Cache-Control": {"max-age"}}, 0},
		{"max-age of a year", map[string][]string{"Cache-Control": {"max-age=31536000"}}, 24 * time.Hour},
		{"max-age beyond numbers", map[string][]string{"Cache-Control": {"max-age=99999999999999999999999"}}, 24 * time.Hour},
		{"s-maxage is for others", map[string][]string{"Cache-Control": {"s-maxage=300"}}, 0},
		{"s-maxage changes nothing", map[string][]string{"Cache-Control": {"s-maxage=9, max-age=300"}}, 5 * time.Minute},
		{"no-cache", map[string][]string{"Cache-Control": {"max-age=300, no-cache"}}, 0},
		{"no-cache of one header", map[string][]string{"Cache-Control": {`max-age=300, no-cache="set-cookie"`}}, 5 * time.Minute},
		{"no-store", map[string][]string{"Cache-Control": {"No-Store, max-age=300"}}, 0},
		{"no-store beats Expires", map[string][]string{"Cache-Control": {"no-store"}, "Expires": {at(time.Hour)}}, 0},
		{"Expires", map[string][]string{"Expires": {at(time.Hour)}, "Date": {at(0)}}, time.Hour},
		{"Expires without Date", map[string][]string{"Expires": {at(time.Hour)}}, time.Hour},
		{"Expires by a clock that is ahead", map[string][]string{"Expires": {at(3 * time.Hour)}, "Date": {at(2 * time.Hour)}}, time.Hour},
		{"Expires by a clock that is behind", map[string][]string{"Expires": {at(-time.Hour)}, "Date": {at(-3 * time.Hour)}}, 0},
		{"Expires past", map[string][]string{"Expires": {at(-time.Hour)}, "Date": {at(0)}}, 0},
		{"Expires 0", map[string][]string{"Expires": {"0"}}, 0},
		{"Expires in year 9999", map[string][]string{"Expires": {"Fri, 31 Dec 9999 23:59:59 GMT"}}, 24 * time.Hour},
		{"max-age beats Expires", map[string][]string{"Cache-Control": {"max-age=60"}, "Expires": {at(time.Hour)}}, time.Minute},
		{"Age", map[string][]string{"Cache-Control": {"max-age=300"}, "Age": {"100"}}, 200 * time.Second},
		{"Age beyond", map[string][]string{"Cache-Control": {"max-age=300"}, "Age": {"400"}}, 0},
		{"Age of nonsense", map[string][]string{"Cache-Control": {"max-age=300"}, "Age": {"-5"}}, 5 * time.Minute},
		{"Date in the past", map[string][]string{"Cache-Control": {"max-age=300"}, "Date": {at(-time.Minute)}}, 4 * time.Minute},
		{"Date in the future", map[string][]string{"Cache-Control": {"max-age=300"}, "Date": {at(time.Minute)}}, 5 * time.Minute},
		{"Date and Age: the older", map[string][]string{"Cache-Control": {"max-age=300"}, "Date": {at(-time.Minute)}, "Age": {"100"}}, 200 * time.Second},
		{"a long age of a long life", map[string][]string{"Cache-Control": {"max-age=172800"}, "Age": {"90000"}}, 82800 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var want time.Time
			if test.want != 0 {
				want = noon.Add(test.want)
			}
			if got := freshOf(test.header); !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, value, date string
		want              time.Duration // negative: not given
	}{
		{"missing", "", "", -1},
		{"seconds", "120", "", 2 * time.Minute},
		{"spaces", " 120 ", "", 2 * time.Minute},
		{"zero", "0", "", 0},
		{"negative", "-120", "", -1},
		{"fraction", "1.5", "", -1},
		{"nonsense", "soon", "", -1},
		{"more than a day", "86401", "", 24 * time.Hour},
		{"beyond numbers", "99999999999999999999999999", "", 24 * time.Hour},
		{"IMF date", "Tue, 03 Mar 2026 12:30:00 GMT", "", 30 * time.Minute},
		{"RFC 850 date", "Tuesday, 03-Mar-26 12:30:00 GMT", "", 30 * time.Minute},
		{"asctime date", "Tue Mar  3 12:30:00 2026", "", 30 * time.Minute},
		{"past date", "Tue, 03 Mar 2026 11:00:00 GMT", "", 0},
		{"date of year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", "", 24 * time.Hour},
		{"date of year 1", "Mon, 01 Jan 0001 00:00:00 GMT", "", 0},
		{"by a clock that is ahead", "Tue, 03 Mar 2026 14:30:00 GMT", "Tue, 03 Mar 2026 14:00:00 GMT", 30 * time.Minute},
		{"by a clock that is behind", "Tue, 03 Mar 2026 10:30:00 GMT", "Tue, 03 Mar 2026 10:00:00 GMT", 30 * time.Minute},
		{"by a clock that shows nonsense", "Tue, 03 Mar 2026 12:30:00 GMT", "noon", 30 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var want time.Time
			if test.want >= 0 {
				want = noon.Add(test.want)
			}
			got := retryAfter(http.Header{"Retry-After": {test.value}, "Date": {test.date}}, noon)
			if !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func FuzzFreshness(f *testing.F) {
	f.Add("max-age=300, no-cache=\"x\"", "Tue, 03 Mar 2026 12:30:00 GMT", "10", "Tue, 03 Mar 2026 12:00:00 GMT", "120")
	f.Add("max-age=\"", "0", "-1", "Tuesday, 03-Mar-26 12:30:00 GMT", "Tue Mar  3 12:30:00 2026")
	f.Add("no-store,,=,\"\\", "Fri, 31 Dec 9999 23:59:59 GMT", "9999999999999999999", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT")
	f.Fuzz(func(t *testing.T, control, expires, age, date, retry string) {
		header := http.Header{"Cache-Control": {control}, "Expires": {expires}, "Age": {age}, "Date": {date}, "Retry-After": {retry}}
		if got := freshOf(header); !got.IsZero() && (!got.After(noon) || got.After(noon.Add(farthest))) {
			t.Errorf("fresh until %v", got)
		}
		if got := retryAfter(header, noon); !got.IsZero() && (got.Before(noon) || got.After(noon.Add(farthest))) {
			t.Errorf("retry after %v", got)
		}
	})
}
