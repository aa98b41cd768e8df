// Package aggregator holds the words of Wiredesk as types: a [Source] is
// polled, a poll ends in an [Outcome], a document holds [Entry] values, entries
// that report one happening make a [Story], and each entry's [Decision] says
// what became of it and why.
//
// The packages below it each do one thing with these words and never import
// one another except where docs/ARCHITECTURE.md says so; the types here are
// what they hand each other. Everything in this package is a value: no I/O, no
// clock, no goroutine. What may cross a machine boundary or rest on disk
// ([PollResult], [Commit] and all they hold) encodes without loss.
//
// Three instants belong to an entry. Published and Updated are what its source
// claims and may be missing, wrong or in the future; Seen is when a poll first
// brought it, and only Seen is trusted for order. All instants are UTC.
package aggregator
