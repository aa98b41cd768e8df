// Package search is the archive by text: an index of the words of its entries,
// and of what feeds are narrowed by. It is made from the store and can be made
// anew from it at any time; it is never the only copy of anything.
//
// # What is found
//
// [Parse] reads what people type. A story is found where its entries together
// have all the words, whatever their ending; a phrase must
// stand in one entry; what is left out must stand in none. Which stories those
// are, and which of them a [Query] wants, [Index.Find] says without reading
// any: whoever shows them reads them from the store.
//
// # Parts
//
// An index is parts. One is in memory and takes the newest texts. It is written
// as a file when it is large or old enough, under a digest, and never changed
// from then on; a few files of a size are merged into one. The manifest names
// the files and is replaced whole, so that at any moment the folder holds one
// index or the other.
//
// A part knows words and entries, by their Seq, and nothing of stories. Those
// are in a table in memory, made from the store at the start, which follows each
// commit: entries that move to another story, stories that merge or are
// withdrawn, change no file. The table also says which part has an entry's
// present text. Earlier texts, and entries that were purged, are found in no
// part, and left out when parts are merged.
//
// # Following the store
//
// [Index.Committed] is called after each commit and costs microseconds.
// [Index.Run] reads the texts later, from the store, while that has little else
// to do, and rests as long as it works. What it has not read yet is not found
// by its words.
//
// # Damage
//
// A start reads every file whole. One that is missing, cut short or changed, an
// index of another version, of another database, or ahead of the store, is made
// anew. After a crash, entries whose text was changed since the last file was
// written are looked for.
//
// # Caveats
//
// Stems are those of the language that the source claims; a text that claims the
// wrong one is found by its words as they stand, and by what the wrong stems
// happen to join. A single letter of a script without spaces is found wherever
// it stands, a word of two or more only where its letters stand together. Of a
// text the first thousand words are indexed.
package search
