// Package ingest takes one poll from end to end and holds the single writer.
//
// A poll begins in [Ingest.Poll], on a goroutine of the schedule's loop: the
// source is asked with its stored validators, the body is compared with the
// last by digest, and what is new is parsed. Whatever becomes of it, a panic
// included, ends as an [aggregator.PollResult], and every result goes the same
// way: to the writer. What a hub pushes ([Ingest.Push]) is read and taken like a
// poll's body, and changes nothing that polls go by.
//
// The writer, [Ingest.Run], takes the results that wait, folds them in order
// into one [aggregator.Commit], and stores it in one transaction. Only it
// decides: what an entry is (identity), whether it is new, revised or known,
// which story it belongs to (package dedupe), and when its source is polled
// next (package schedule). Results in the same order give the same commits.
//
// The fold also does to stories what decisions, labels and operators say:
// merges them, withdraws members, picks the lead, parts what was joined
// ([Ingest.Pin]). What the judge knows is saved when the writer ends and once
// an hour; a start, or a failed commit, takes the last snapshot and replays
// what the store took since, each text in its place.
//
// Invariants:
//
//   - Validators, body digest and next poll are committed together with the
//     entries they belong to, or not at all. A failed commit leaves the poll
//     due and the judge as the store has it.
//   - Nobody sees an entry before it is committed: observers are called after.
//   - Seen goes on with each result of the stream, except where the machine's
//     clock is set back by an hour or more, and a document's new texts of known
//     entries come before its new entries. The order in which texts were folded
//     can so be told from the store.
package ingest
