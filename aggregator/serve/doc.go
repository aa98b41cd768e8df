// Package serve answers readers over HTTP: the merged feeds, pages for people,
// an API for programs, the state of the sources, and whether the daemon is alive
// and ready.
//
// # Editions
//
// A feed is rendered off the request path. Whoever commits stories calls
// [Server.Touch], which costs next to nothing; [Server.Run] renders each feed
// that went stale at most once a second, in every format, compresses what
// changed in every coding and puts the new [publish.Edition] in the old one's place behind an atomic
// pointer. A request for a feed or for the front page copies bytes and takes no
// lock, whatever the writer does meanwhile. What fails to render keeps its last
// edition. A feed whose rendering is slow, because its where expression finds
// little in a large archive, rests longer than a second: no feed takes more
// than a fifth of a processor. Further pages, stories and the health of sources
// are rendered when they are asked for.
//
// Nothing that is sent holds the time of its rendering, so the same stories
// give the same bytes and the same ETag after a restart.
//
// # Narrowed feeds
//
// The parameters of a feed's address narrow it. Such an edition is made when a
// reader asks for it, once for all who wait for it, by as many goroutines as
// there are processors, and kept among those that were asked for last, while no
// story changes and for a second at least. Its stories come from a [Searcher],
// which knows them without reading them; without one the archive is read, as far
// as one edition may. It is written in the format that was asked for, from what
// is remembered of its stories where they are as they were. What makes no sense
// is refused with a sentence.
//
// # Asking again
//
// Every page and edition has a strong ETag, each compressed representation one
// of its own, and If-None-Match is compared weakly, because proxies weaken what they
// compress (RFC 9110, section 13.1.2). Feeds also have a Last-Modified date,
// which within the life of a server grows whenever the bytes change, so that
// readers that keep dates alone miss nothing; of a narrowed feed that holds as
// long as it is kept. Pages have none: a story that leaves a list changes it
// without leaving a date.
//
// Who has an earlier edition of a feed and says A-IM: feed gets the parts that
// are new since then (RFC 3229), as far back as a bounded memory reaches.
//
// # Pages and archives
//
// A feed that is full links to the page of older stories, by a place in the
// archive, and that back to the one before it. [Server.RunArchive] closes each day of each feed some time after its
// end: the stories that came into the feed on that day are written once, kept,
// and served as they are from then on, but for those that were withdrawn since.
// Each story is in one document, also one that came into the feed days after it
// began.
//
// # Feeds that are not for everyone
//
// A feed may want a user and password or a token. Without them it is answered
// with 401 and is in no list. They are compared as digests in constant time.
//
// # Foreign text
//
// Titles, summaries, names and links come from strangers. Pages are written by
// html/template, link to http and https addresses only, run no script, load
// nothing, and say so in a Content-Security-Policy that names their one style
// by its hash. Content, the HTML that came with an entry, is in the feeds and
// in the JSON of a story but never in a page.
//
// # The API
//
// Below /api/v1 programs find what pages show people: lists of stories, one
// story with why each entry is in it, how the sources do and why, and the
// operator's pins. [Server.Handler] lets everyone read it. [Server.Control] lets
// its callers make pins too, and is for a socket that only the operator can
// open. Stories and entries go by many names: ids, their beginnings, addresses,
// links. No request reads the archive without bound: a list looks at ten
// thousand stories and says where to go on, a name is looked up by key.
//
// # Events
//
// /events sends what becomes of stories. The archive numbers the changes, so a
// client that comes back says which it had last and is told the rest, by this
// server or the next one over the same archive. [Server.Announce] reads what is
// new once for all clients and puts it into their queues, which are short: what
// finds no room in one its client reads from the archive when it has come so
// far. Nobody waits for a client, one that takes nothing is cut off, and where
// nobody listens nothing is read.
//
// # Hubs
//
// Below /websub hubs answer and push. Whoever subscribes has his handler there
// (Options.Hubs); nothing of it is for readers. At /hub they subscribe to our
// feeds, with whoever pushes them (Options.Hub), who is told of every edition
// (Options.Edited) and gets it by [Server.Topic].
//
// # Caveats
//
// Addresses in pages begin with the path of the base URL; a proxy that serves
// Wiredesk below a path strips it before it passes a request on. Source
// addresses are shown to everyone without user and password, but with their
// query.
package serve
