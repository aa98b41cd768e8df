// Package dedupe turns entries into stories. It decides, for each new entry of
// the stream, whether it tells a happening that the window already holds: as a
// copy of another's text, in its own words, or not at all; and it leaves the
// evidence for that.
//
// A [Judge] is a fold over the stream: what it knows after some entries is a
// function of those entries and their order, byte for byte, on any machine.
// There is no clock in it (time is what entries say of when they were seen), no
// map order and no randomness, and it does no I/O. Decide only reads, so that
// a decision can be tried without being taken; Add makes an entry known, with
// the story it was given.
//
// The way of an entry:
//
//  1. Read takes its text apart: labels and credits off the headline, words to
//     stems, in any script.
//  2. What its source is known to repeat around every entry counts little or
//     nothing (habits), and so do words that the stream is full of
//     (vocabulary).
//  3. An inverted index of the rarer words gives the entries of the window that
//     it may belong with (match).
//  4. Each of these pairs is measured (compare, features) and judged by one of
//     two logistic regressions: one for pairs of one source, a stricter one's
//     work, and one for pairs of two (model, coefficients).
//  5. The entry joins the story whose members it agrees with, all of them and
//     not its best friend alone, if they agree well enough; and where it shows
//     that two stories are one, they are merged (linkage).
//
// What was old news when it was seen takes the first step only, and is folded
// with what has the same link or headline.
//
// When in doubt two entries stay apart: a hidden report is worse than a
// repeated one.
//
// A Judge may be used by one goroutine at a time.
package dedupe
