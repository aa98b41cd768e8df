package dedupe

import (
	"math"
	"testing"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	relative := func(got, want float64) float64 { return math.Abs(got-want) / math.Max(math.Abs(want), 1e-300) }
	for x := -40.0; x <= 40; x += 0.0173 {
		if got, want := exp(x), math.Exp(x); relative(got, want) > 1e-12 {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
		if got, want := logistic(x), 1/(1+math.Exp(-x)); relative(got, want) > 1e-12 {
			t.Fatalf("logistic(%v) = %v, want %v", x, got, want)
		}
	}
	for x := 1e-9; x < 1e12; x *= 1.0137 {
		if got, want := ln(x), math.Log(x); math.Abs(got-want) > 1e-11*math.Max(1, math.Abs(want)) {
			t.Fatalf("ln(%v) = %v, want %v", x, got, want)
		}
	}
	for x := uint64(1); x < 1<<62; x += x/97 + 1 {
		got, want := float64(log2(x)), math.Log2(float64(x))*256
		// Rounded down, of x cut to nine binary digits.
		if got > want+1e-6 || got < want-2.5 {
			t.Fatalf("log2(%d) = %v, want %v", x, got, want)
		}
		if log2(x+1) < log2(x) {
			t.Fatalf("log2 falls at %d", x)
		}
	}
}

func TestFunctionsAtTheirEnds(t *testing.T) {
	t.Parallel()
	if got := logistic(math.Inf(1)); got < 0.999999 || got > 1 {
		t.Errorf("logistic(+Inf) = %v", got)
	}
	if got := logistic(math.Inf(-1)); got > 1e-6 || got < 0 {
		t.Errorf("logistic(-Inf) = %v", got)
	}
	if logistic(0) != 0.5 || ln(1) != 0 || exp(0) != 1 || log2(1) != 0 || log2(256) != 8*256 {
		t.Error("a simple value is not exact")
	}
	if a, b := logOdds(0), logOdds(1); a != -maxLogOdds || b != maxLogOdds {
		t.Errorf("log-odds from %v to %v", a, b)
	}
}

func TestFittedModel(t *testing.T) {
	t.Parallel()
	if len(fitted.Same) != int(features) || len(fitted.Cross) != int(features) {
		t.Fatalf("%d and %d coefficients of %d features", len(fitted.Same), len(fitted.Cross), features)
	}
	names := FeatureNames()
	if len(names) != int(features) {
		t.Fatalf("%d names of %d features", len(names), features)
	}
	known := make(map[string]bool)
	for i, name := range names {
		if name == "" || known[name] {
			t.Errorf("feature %d is called %q", i, name)
		}
		known[name] = true
	}
	// Missing coefficients are 0.
	short := Model{Same: []float64{1}, Cross: nil}
	x := vector{bias: 1, cosAll: 1}
	if got, want := short.probability(&x, true), logistic(1); got != want {
		t.Errorf("probability %v, want %v", got, want)
	}
	if got := short.probability(&x, false); got != 0.5 {
		t.Errorf("probability %v without coefficients", got)
	}
}
