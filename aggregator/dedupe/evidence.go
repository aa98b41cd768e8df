package dedupe

import "wiredesk/aggregator"

func (j *Judge) evidence(e *aggregator.Entry, v *verdict) aggregator.Evidence {
	return aggregator.Evidence{Rule: v.rule, Partner: v.partner.id, Score: v.score}
}
