package main

import (
	"errors"
	"math"
)

// sample is one measured pair whose truth is known.
type sample struct {
	features []float64 // the first is 1
	together bool
}

// ridge is the penalty on the squares of the standardised coefficients.
const ridge = 60

// maxSteps bounds Newton's iterations; a handful suffice.
const maxSteps = 25

var errSingular = errors.New("the samples do not determine the coefficients")

// regress fits a logistic regression with an L2 penalty by Newton's method
// (iteratively reweighted least squares) on features brought to mean 0 and
// deviation 1. The coefficients it returns are of the features as they are.
func regress(samples []sample, width int) ([]float64, error) {
	mean, deviation := moments(samples, width)
	columns := []int{0}
	for f := 1; f < width; f++ {
		if deviation[f] > 1e-9 {
			columns = append(columns, f)
		}
	}
	n := len(columns)
	rows := make([]float64, len(samples)*n)
	for i := range samples {
		row := rows[i*n : (i+1)*n]
		row[0] = 1
		for c, f := range columns[1:] {
			row[c+1] = (samples[i].features[f] - mean[f]) / deviation[f]
		}
	}
	weights := make([]float64, n)
	for range maxSteps {
		step, err := newton(rows, samples, weights)
		if err != nil {
			return nil, err
		}
		size := 0.0
		for c := range weights {
			weights[c] += step[c]
			size += math.Abs(step[c])
		}
		if size < 1e-8 {
			break
		}
	}
	out := make([]float64, width)
	for c, f := range columns {
		if f == 0 {
			out[0] += weights[c]
			continue
		}
		out[f] = weights[c] / deviation[f]
		out[0] -= weights[c] * mean[f] / deviation[f]
	}
	return out, nil
}

func moments(samples []sample, width int) (mean, deviation []float64) {
	mean, deviation = make([]float64, width), make([]float64, width)
	n := float64(len(samples))
	for f := range width {
		for i := range samples {
			mean[f] += samples[i].features[f]
		}
		mean[f] /= n
		for i := range samples {
			d := samples[i].features[f] - mean[f]
			deviation[f] += d * d
		}
		deviation[f] = math.Sqrt(deviation[f] / n)
	}
	return mean, deviation
}

// newton returns the step from the weights.
func newton(rows []float64, samples []sample, weights []float64) ([]float64, error) {
	n := len(weights)
	hessian, gradient := make([]float64, n*n), make([]float64, n)
	for i := range samples {
		row := rows[i*n : (i+1)*n]
		z := 0.0
		for c, x := range row {
			z += weights[c] * x
		}
		p := 1 / (1 + math.Exp(-z))
		miss, slope := -p, p*(1-p)
		if samples[i].together {
			miss++
		}
		for a, x := range row {
			gradient[a] += miss * x
			for b := 0; b <= a; b++ {
				hessian[a*n+b] += slope * x * row[b]
			}
		}
	}
	for a := 1; a < n; a++ { // the bias goes unpunished
		gradient[a] -= ridge * weights[a]
		hessian[a*n+a] += ridge
	}
	return solve(hessian, gradient)
}

// solve solves a system with a symmetric, positive definite matrix, of which
// the lower triangle is given, by Cholesky's decomposition. It works in place.
func solve(matrix, x []float64) ([]float64, error) {
	n := len(x)
	for i := range n {
		for j := range i + 1 {
			sum := matrix[i*n+j]
			for k := range j {
				sum -= matrix[i*n+k] * matrix[j*n+k]
			}
			if i != j {
				matrix[i*n+j] = sum / matrix[j*n+j]
				continue
			}
			if !(sum > 0) {
				return nil, errSingular
			}
			matrix[i*n+i] = math.Sqrt(sum)
		}
		for k := range i {
			x[i] -= matrix[i*n+k] * x[k]
		}
		x[i] /= matrix[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= matrix[k*n+i] * x[k]
		}
		x[i] /= matrix[i*n+i]
	}
	return x, nil
}
