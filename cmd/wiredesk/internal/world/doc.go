// Package world is a small simulated world of news wires, for running the real
// daemon where there is no network: some fifteen invented agencies, papers and
// broadcasters in five languages, each its own HTTP server on loopback, telling
// of an invented day in fast motion. Places, people, companies and wires exist
// nowhere else.
//
// # The script
//
// What happens is written down in script/*.txt: happenings, each with the
// tellings of it, wire by wire and minute by minute. A telling is a flash, a
// full report, an update, another wire's copy of it, a link passed on with
// tracking parameters; told again under the same key it edits the entry it made
// before, which is how corrections, new headlines and withdrawals come about.
// The first of the files explains the notation. Variables in the texts take
// other values every day, so that the second day is not the first one again:
// no text comes back word for word within thirty days. [Options].Seed decides
// which values. Everything a wire shows is a pure function of the script, the
// seed and the time: the package keeps no state between two requests.
//
// # Time
//
// The simulated clock reads 08:00 of the first day at Options.Start and runs
// Options.Speed times as fast as the real one. Readers, though, live in real
// time, and no date they are shown may lie in their future. So an entry claims
// the real instant at which it came out, and those that were out at the start
// claim the hours before it, one real hour for each of the simulated ones since
// midnight. Days follow one another for as long as the world runs.
//
// # Manners
//
// Most of the wires are good servers: ETag and Last-Modified, 304, gzip, HEAD.
// Some are not, since a poller meets such too: one trickles, one is down more
// than up, one asks for peace now and then, and one gives new GUIDs at every
// fetch, relative links, titles escaped twice and documents cut short. Two are
// in an old charset, which they declare. [Wire].Note tells which is which.
package world
