package dedupe

import "math"

// model is two logistic regressions, for pairs of one source and of two.
type model struct {
	same, cross vector
	threshold   float64
}

// score returns the log-odds that the pair tells one happening.
func (m *model) score(x *vector, same bool) float64 {
	w := &m.cross
	if same {
		w = &m.same
	}
	z := 0.0
	for i := range x {
		z += float64(w[i] * x[i])
	}
	return z
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func log(x float64) float64 { return math.Log(x) }

var fitted model
