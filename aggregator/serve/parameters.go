package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wiredesk/aggregator"
)

// listParameters are the names that a list of stories knows, and /events.
var listParameters = []string{"feed", "source", "min_sources", "since", "limit", "before"}

// knowing lets through only requests whose parameters have these names: what is
// passed over would look as if it had been obeyed.
func (s *Server) knowing(h http.HandlerFunc, names ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			if err := checkNames(r.URL.Query(), names); err != nil {
				s.refuse(w, r, err)
				return
			}
		}
		h(w, r)
	}
}

// checkNames refuses a parameter that is not among the known ones, but for those
// by which links are followed.
func checkNames(values url.Values, known []string) error {
	for _, name := range sortedNames(values) {
		lower := strings.ToLower(name)
		if !aggregator.Tracks(lower, values.Get(name)) && !slices.Contains(known, name) {
			return refusal{http.StatusBadRequest, fmt.Sprintf("There is no parameter %s%s", quoted(name), meant(lower, known))}
		}
	}
	return nil
}
