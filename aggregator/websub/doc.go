// Package websub is both ends of W3C WebSub (Recommendation of 23 January 2018;
// the sections named here are its). A [Subscriber] asks hubs to push what
// sources publish, and takes what they push. A [Hub] pushes what we publish.
// They share how hosts are left in peace, and know nothing of each other.
//
// # Who is asked for what
//
// A source whose polls found a self link and a hub (section 4: header fields
// before the document, which package ingest settles) is wanted. For each there
// is one [aggregator.Subscription]: the topic is the self link, the hub one of
// those named, an https one first (section 8.2), the callback an address that
// nobody can guess, the secret of its own. Where another self link, other hubs
// or another base URL come to be true, a new subscription takes its place and
// the hub is told that the old one ends. So it is for sources that go.
//
// # How a subscription lives
//
// It is stored before the hub hears of it. The hub accepts the request and asks
// back (section 5.3): what was asked for is confirmed, all else is answered
// with 404. From then on it is active, until the lease ends. Between eight and
// nine tenths of the lease, by a hash of the token, it is asked for again under
// the same callback, so that the hub has one subscription and not two; the
// Recommendation would rather have the callback changed, which sends everything
// twice until the old lease ends. A hub that asks back unbidden, to see whether
// we are still there (section 5), is told yes and gives a new lease.
//
// Whatever fails is tried again after a growing wait. A hub that does not
// answer rests as a whole, however many sources name it; one that refuses is
// left alone for longer. Where a source names several hubs the next one is
// asked in turn, unless the first still holds a lease.
//
// # What is believed
//
// A push counts if its body is signed with the subscription's secret (section
// 7.1.2). Anything else is acknowledged and dropped, so that nobody can feel
// his way to a signature. Nothing but the callback's token says whose push it
// is; what its headers say of topics is passed over (section 7).
//
// A push is acknowledged when it is in memory, and taken soon after. What is in
// memory is bounded; beyond that hubs are told to come back. At the end all
// that was acknowledged is taken. A crash may lose what was not, which the
// polls that go on beside every subscription find again.
//
// # How our hub pushes
//
// A [aggregator.Follower] is a topic and a callback. Requests (section 5.1) wait
// in memory until the callback says that it was meant (section 5.3); nothing is
// pushed before, and the last of several requests for one follower counts.
// Whatever is confirmed is stored at once, and takes the place of what was: the
// secret and the lease are the new ones, and what the follower has yet to be
// given it still is.
//
// Nothing that is to be pushed is kept. A follower remembers the ETag of the
// edition it was given last, and is due as long as the topic has another. So a
// failure is repeated with what the topic holds by then, editions that follow
// one another quickly are pushed as one, and a restart pushes what changed
// meanwhile. What followers were given is stored a little later, many together:
// a crash may push an edition twice.
//
// Each push is the whole feed, without compression, which section 7 does not
// speak of. It is signed with SHA-256 where there is a secret (section 7.1).
//
// Callbacks are strangers' addresses. The [Caller] dials no private ones unless
// the settings allow it; a host is called once at a time, and rests if it does
// not answer; how many wait and how many are kept is bounded, in all and of a
// host. Nobody learns from the hub whether somebody else follows a feed.
//
// A hub elsewhere is one more follower of every topic, which has no lease and is
// sent a message, not the feed. How a publisher tells a hub is left open by the
// Recommendation (section 6).
//
// # What is not done
//
// A subscription of a source that was taken out while the daemon was down is
// ended without that source's proxy, headers and allow_private, since nobody
// knows them any more. If the hub cannot be reached so, its pushes are answered
// with 410 until the lease ends.
package websub
