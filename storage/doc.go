// Package storage keeps what Wiredesk saw in one bbolt file: entries, the
// stories they make, the decisions that led there, earlier texts, and the state
// of every source.
//
// [DB.Commit] is the only way in. It takes everything one round of polls
// brought and stores it in one transaction, on disk when it returns: a
// source's validators never outrun its entries, and a process that is killed
// loses nothing it acknowledged. A commit that contradicts the store is refused
// whole. [DB.Purge] is the only way out: it removes old stories, whole, in
// small transactions, and never what a source still shows, because an entry
// that is forgotten while shown would come back as new.
//
// # Layout
//
// Every entry has a sequence number that only grows, and nearly everything is
// kept under it, so that pages fill from left to right and are written once. A
// story lies under the number of its first entry and has that entry's id: one
// index, from identity keys to numbers, finds both. A story that merged with an
// older one is gone; its id is an alias that leads to that in one step.
//
// Two indexes have keys in no order: identity keys, and places among the newest
// stories, whose dates are spread where a source begins with its past. A commit
// that put them one by one would read and write a page for each. They wait in
// memory instead, some ten thousands of them, until those of one part of the
// index are written together. Nothing is lost with them: they stand in the
// records of the entries and stories they belong to, and [Open] reads the
// records that are later than what is written. Every reader takes the file and
// what waits as of the same commit.
//
// Before the CBOR of an entry stands a fixed header with what is asked most
// often. The CBOR is of records that this package owns, with numbers for names,
// so that the domain types may change without the file; a golden test pins the
// bytes. What changes the meaning of a byte is a migration, run when the file
// is opened.
//
// What the judge of stories knows rests in a file of its own beside the
// database, which may be lost ([DB.SaveJudge]).
//
// # Damage
//
// bbolt trusts its file: it panics on pages that contradict themselves, faults
// where the file is too short, and never returns from pages that lead in a
// circle. [Open] therefore first looks, reading only, whether the pages that
// lead to others are sound and lie within the file, and every call turns a
// panic or a fault into [ErrDamaged]. A single changed byte within a text is not
// found out; [DB.Check] finds what contradicts itself.
//
// # Caveats
//
// Readers run beside the writer and see the last commit, but a writer that
// must map more of the file waits for all of them: no method holds a
// transaction longer than its call, and what it returns is a copy. The file
// never shrinks; room that Purge made is used again. A file of no bytes counts
// as a new database. Instants are kept to the nanosecond, between 1677 and
// 2262.
package storage
