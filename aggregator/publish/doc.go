// Package publish turns stories into the documents that feed readers
// subscribe to. It is pure: no clock, no I/O, no goroutine. The same stories
// give the same bytes on every machine, so that an [Edition]'s ETag changes
// when, and only when, readers have something new to fetch.
//
// # From stories to an edition
//
// [Select] pulls stories, newest first, and keeps those that a feed's where
// expression (see [CompileWhere]) lets through, until the feed is full.
// [Render] writes them as RSS 2.0, Atom 1.0 or JSON Feed 1.1. [OPML] lists the
// feeds themselves.
//
// An edition is a frame and parts, one a story. The frame is made of the model
// of gorilla/feeds (feeds.Feed), and beside it what that model has no place
// for; one root type a format says how it is written, and the XML ones reach
// the writer of gorilla/feeds through its XmlFeed interface. The parts are made
// of feeds.Item in the same way. A [Printer] remembers them: a story is written
// anew only when something that it is written from changed. [Edition.Delta]
// makes a document of the parts that a reader does not have, [Assemble] one of
// parts that were kept.
//
// A [Document] says which document of a feed is written: the newest, a page of
// older stories, or the archive of a day (RFC 5005).
//
// # What readers see
//
// A story is one item, however many sources carry it. The item shows the
// title, the text and the link of the story's lead, names the lead's source
// (atom:source, RSS source) and lists every other source once, by the first
// entry it brought: as related links in Atom, as _wiredesk.sources in JSON,
// and in all formats as a short list under the text. An item's id is the
// story's urn:uuid and never changes.
//
// A story that only gains sources keeps its updated time. One whose lead got a
// new text, or was replaced by a correction, gets a new one, and says under the
// text and in _wiredesk.change what changed of what readers were shown before.
// A withdrawn story is a tombstone in Atom (RFC 6721) and nothing elsewhere.
//
// # Invariants
//
//   - An edition is well-formed whatever the entries hold. Text loses the
//     characters XML forbids and those that stand for nothing; an address that
//     is not an absolute http or https URL is left out; dates stay between 1990
//     and 9999; categories, authors and enclosures are bounded in number.
//   - It is valid by RFC 4287, by RSS 2.0 with the Advisory Board's profile and
//     by JSON Feed 1.1: no required element is ever missing or empty. What an
//     entry lacks is made from what it has: a title from its text, a link from
//     the story's own page, an author from its source.
//   - No two entries of an Atom edition share an updated time, which some
//     readers sort by: its microseconds are the story's place in the stream.
//
// # Caveats
//
// Entry.Content is written as it is, but for forbidden characters: it must be
// sanitised, with its elements closed. Entry.Title, Entry.Summary and names are
// plain text and are escaped here. An RSS title is the awkward case: readers
// disagree whether it is text or HTML, so it is written such that both read it
// right (see the RSS Profile, section on character data).
package publish
