package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// drawn returns pairs whose truth follows a logistic regression with the
// coefficients.
func drawn(n int, coefficients ...float64) []sample {
	random := rand.New(rand.NewPCG(3, 5))
	samples := make([]sample, n)
	for i := range samples {
		features := make([]float64, len(coefficients))
		features[0] = 1
		z := coefficients[0]
		for f := 1; f < len(features); f++ {
			features[f] = random.NormFloat64()*float64(f) + 2
			z += coefficients[f] * features[f]
		}
		samples[i] = sample{features: features, together: random.Float64() < 1/(1+math.Exp(-z))}
	}
	return samples
}

func TestRegress(t *testing.T) {
	t.Parallel()
	twice := func(samples []sample) []sample { // the second feature once more
		for i := range samples {
			samples[i].features = append(samples[i].features, samples[i].features[1])
		}
		return samples
	}
	constant := func(samples []sample) []sample {
		for i := range samples {
			samples[i].features = append(samples[i].features, 7)
		}
		return samples
	}
	tests := map[string]struct {
		samples []sample
		want    []float64
	}{
		"known coefficients":                {drawn(60_000, -1, 0.8, -0.5, 0.3), []float64{-1, 0.8, -0.5, 0.3}},
		"nothing but a share":               {drawn(60_000, -1.5), []float64{-1.5}},
		"a feature without any bearing":     {drawn(60_000, 0.5, 0.7, 0), []float64{0.5, 0.7, 0}},
		"a feature that never changes":      {constant(drawn(60_000, -1, 0.8)), []float64{-1, 0.8, 0}},
		"a feature that stands there twice": {twice(drawn(60_000, -1, 0.8)), []float64{-1, 0.4, 0.4}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := regress(test.samples, len(test.want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(0, 0.06)); diff != "" {
				t.Errorf("coefficients (-want +got):\n%s", diff)
			}
		})
	}
}

// Where a feature parts the pairs without a rest there is no best coefficient
// but for the penalty.
func TestRegressSeparable(t *testing.T) {
	t.Parallel()
	var samples []sample
	for i := range 2000 {
		x := float64(i%200)/100 - 0.995
		samples = append(samples, sample{features: []float64{1, x}, together: x > 0})
	}
	got, err := regress(samples, 2)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got[0]) > 0.01 || got[1] < 1 || got[1] > 50 {
		t.Errorf("coefficients %v, want 0 and a moderate one", got)
	}
}

func TestSingular(t *testing.T) {
	t.Parallel()
	if _, err := regress(nil, 3); !errors.Is(err, errSingular) {
		t.Errorf("no samples: %v", err)
	}
	for name, matrix := range map[string][]float64{
		"zero":                      {0, 0, 0, 0},
		"rows that are alike":       {1, 0, 1, 1},
		"not positive definite":     {1, 0, 2, 1},
		"not a number at its start": {math.NaN(), 0, 0, 1},
	} {
		if got, err := solve(matrix, []float64{1, 1}); !errors.Is(err, errSingular) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestSolve(t *testing.T) {
	t.Parallel()
	// 4x + 2y = 2, 2x + 3y = 5.
	got, err := solve([]float64{4, 0, 2, 3}, []float64{2, 5})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{-0.5, 2}, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
