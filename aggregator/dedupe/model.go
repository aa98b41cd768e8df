package dedupe

import (
	"math"

	"wiredesk/aggregator"
)

// Model is two logistic regressions, for pairs of one source and of two. The
// coefficients stand in the order of [FeatureNames]; missing ones are 0.
type Model struct{ Same, Cross []float64 }

// Pair is two entries and what the judge measured of them.
type Pair struct {
	Entry, Partner aggregator.EntryID // the new one and the one of the window
	SameSource     bool
	Copies         bool      // they carry the same text, which no model is asked about
	Features       []float64 // in the order of [FeatureNames]; not to be kept
}

// FeatureNames lists what is measured of a pair, in order.
func FeatureNames() []string { return featureNames[:] }

// probability returns how sure it is that a pair with the features tells one
// happening.
func (m *Model) probability(x *vector, same bool) float64 {
	w := m.Cross
	if same {
		w = m.Same
	}
	z := 0.0
	for i := range min(len(w), len(x)) {
		z += float64(w[i] * x[i])
	}
	return logistic(z)
}

// The functions below give the same bits on every machine, which those of
// package math do not promise: products are rounded before they are added, so
// that no compiler fuses the two.

// logistic returns 1/(1+e^-z).
func logistic(z float64) float64 {
	const steepest = 40
	return 1 / (1 + exp(-max(-steepest, min(steepest, z))))
}

// exp returns e^x for |x| of at most 40, to about a part in 10^12.
func exp(x float64) float64 {
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*math.Ln2)
	sum := 1.0
	for _, factorial := range exponents {
		sum = float64(float64(sum*r)*factorial) + 1
	}
	return math.Ldexp(sum, int(k))
}

// exponents are 1/12 to 1/1, for Horner's scheme of the exponential series.
var exponents = [...]float64{1. / 12, 1. / 11, 1. / 10, 1. / 9, 1. / 8, 1. / 7, 1. / 6, 1. / 5, 1. / 4, 1. / 3, 1. / 2, 1}

// ln returns the natural logarithm of x > 0, exact to about 10^-13.
func ln(x float64) float64 {
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f *= 2
		e--
	}
	t := (f - 1) / (f + 1)
	t2 := t * t
	sum := 0.0
	for _, odd := range artanhs {
		sum = float64(sum*t2) + odd
	}
	return float64(2*float64(sum*t)) + float64(float64(e)*math.Ln2)
}

// artanhs are 1/15 to 1/1, for ln f = 2 artanh((f-1)/(f+1)).
var artanhs = [...]float64{1. / 15, 1. / 13, 1. / 11, 1. / 9, 1. / 7, 1. / 5, 1. / 3, 1}
