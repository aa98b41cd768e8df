// Package backtest folds recorded entries into stories as the daemon would and
// measures the outcome against the stories that a reader made of them.
//
// [ReadRows] reads the entries, [Run] gives each its story, [Labels.Score]
// measures, [Labels.Wrong] lists the pairs that were judged wrongly. Nothing
// here depends on the clock or on the order of maps: equal files and settings
// give equal stories and equal figures, to the last bit.
package backtest
