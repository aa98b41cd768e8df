// Package parse turns the bytes of a feed document into entries.
//
// A document goes through six steps, each of which leaves less to chance:
//
//  1. Charset. The bytes become UTF-8 that XML allows, whatever the server,
//     the document or nobody says of their encoding.
//  2. Scan. One pass over the bytes counts what a hostile document multiplies
//     (depth, entries, attributes, name spaces), mends broken markup, cuts at
//     the first break that cannot be mended and closes what is open there. It
//     notes what gofeed does not pass on (xml:base, xml:lang, rdf:about, the
//     type of Atom texts) and sets long texts aside, which gofeed would read a
//     byte at a time.
//  3. Reading. gofeed's RSS and Atom parsers read what is left; JSON feeds are
//     decoded item by item into gofeed's types.
//  4. Entries. What a source says becomes an item, the same for all formats, and
//     an item an entry: links absolute, titles plain text, dates UTC, HTML
//     rendered as plain text and as HTML in one pass.
//  5. Judgement. bluemonday's policy is asked of each tag of that HTML with
//     attributes, all of a document at once.
//  6. Digests. One of everything the source says of an entry, one of its words.
//
// # Invariants
//
// A document never costs more than a bounded amount of time and memory, and a
// bad entry never costs the others: it is left out and counted in
// Document.Skipped. Half an entry is never kept: the next poll brings it whole.
// What had to be mended is said in Document.Repaired. Every error is an
// aggregator.Problem, and a panic of a library is one, too.
//
// Every tag of Entry.Content was passed by bluemonday's policy, and running the
// policy over the whole again changes nothing; its elements are balanced, its
// links and pictures absolute http or https URLs. Links carry rel="nofollow";
// they open no window and need no noopener.
//
// # Caveats
//
// Entities that a DTD declares stay as they are written, internal and external
// ones alike. A claimed date may lie anywhere between 1970 and 9998: only the
// instant at which an entry was seen is good for order. What an RSS title or
// description shows as a tag of HTML is taken for one, however it was meant.
package parse
