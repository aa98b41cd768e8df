// Package fetch asks a source for its feed, once, within limits, and says in
// plain words what became of it.
//
// [Client.Fetch] is one conditional GET (RFC 9110, section 13). It never
// returns an error and never panics: the Outcome of the response says how the
// poll ended, and its Problem says why in a sentence for the operator.
//
// # What is asked
//
// The validators go back byte for byte, and an empty one is not sent. Together
// with them goes A-IM: feed (RFC 3229), which lets a server answer 226 with the
// new entries alone. There are no cookies, no Referer, no added query
// parameters, and the proxies of the environment are not used.
//
// # Redirects
//
// At most Options.MaxRedirects hops are followed, to http and https only.
// Response.Moved is where an unbroken chain of 301 and 308 from the source's
// own URL ends; a step from https down to http breaks it, and so does any other
// status. It is set only when the poll went well, so that an address is never
// given up for one that does not answer.
//
// Credentials and the source's own headers are for the origin (scheme, host
// and port) of its URL: once a redirect has left it they are not sent again,
// not even when a later one leads back. The validators are sent at every hop,
// because it was the end of the chain that gave them.
//
// # Addresses
//
// Private, loopback, link-local and otherwise special addresses are refused
// where they cannot be talked around: at every connection, after the name was
// resolved. Source.AllowPrivate lifts that. A source with a proxy is resolved
// by the proxy, out of our sight. The proxy itself is the operator's choice
// and may be anywhere; of what is asked through it, special addresses written
// as such, numbers a resolver might read as one (127.1, 0x7f000001) and the
// localhost names are refused. Any port may be asked: feeds live on odd ones.
//
// # Bodies
//
// The body is decompressed as it arrives and never past Options.MaxBodyBytes,
// which bounds what crosses the network as well. For gzip and zstd the first
// bytes count for more than the header: a body that is plainly text is taken as
// it is, and gzip that was not announced is decompressed. What follows the
// last gzip member or zstd frame and starts no other is ignored, as browsers
// do. Codings we did not ask for end in ProblemEncoding.
//
// A body that breaks off (ProblemTruncated, ProblemReset, ProblemSlow, or
// ProblemTimeout) leaves in Response.Body what had arrived of it. Its entries
// are worth saving, but it is no whole document: the outcome is Failed and
// there are no validators to keep. Nothing is kept of a body that is too large
// or does not decompress. Bytes past Content-Length do not belong to the body,
// and the connection that brought them is not used again.
//
// # Posts
//
// [Client.Post] sends a form to a hub of a source (W3C WebSub, section 5.1)
// within the same limits and by the same way: addresses, proxy, credentials.
//
// # Time
//
// Options.Timeout covers everything from resolving the name to the last byte.
// Within it, a body must keep up Options.MinRateBytes.
//
// A [Client] is made once and shared: it keeps connections, TLS sessions and
// decompressors for later polls.
package fetch
