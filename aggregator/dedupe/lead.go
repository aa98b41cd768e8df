package dedupe

import "wiredesk/aggregator"

// Lead returns the Seq of the member that stands for the story: the one whose
// source has the highest priority, then the present lead, then the first.
// Priority gives a source's configured priority.
func Lead(story *aggregator.Story, priority func(source string) int) uint64 {
	lead, best := story.Lead, 0
	found := false
	for _, m := range story.Members {
		if m.Seq == story.Lead {
			best, found = priority(m.Source), true
		}
	}
	for _, m := range story.Members {
		if p := priority(m.Source); !found || p > best {
			lead, best, found = m.Seq, p, true
		}
	}
	return lead
}
