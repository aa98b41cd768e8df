package config

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
)

// SourceID returns the id of a source whose configuration names none, made
// from the host and path of its URL: feeds-bbci-co-uk-news-world-rss for
// https://feeds.bbci.co.uk/news/world/rss.xml. Where the URL has a query, other
// letters than a to z, or too many of them, a short digest of it keeps the id
// its own. It is the same for ever: entries' identities are built on it.
func SourceID(address string) string {
	host, path, lost := "", "", true
	if u, err := url.Parse(address); err == nil {
		host, path = strings.TrimPrefix(strings.ToLower(u.Host), "www."), u.Path
		lost = u.RawQuery != ""
		u.User = nil
		address = u.String()
	}
	path = strings.TrimSuffix(path, ".xml")

	var id strings.Builder
	gap := false
	for _, r := range strings.ToLower(host + path) {
		if !lowerOrDigit(r) {
			gap = true
			lost = lost || r >= 0x80
			continue
		}
		if gap && id.Len() > 0 {
			id.WriteByte('-')
		}
		gap = false
		id.WriteRune(r)
	}
	const longest = 64
	short := id.String()
	if len(short) > longest {
		short, lost = strings.TrimRight(short[:longest], "-"), true
	}
	if !lost && short != "" {
		return short
	}
	digest := sha256.Sum256([]byte(address))
	return strings.TrimPrefix(short+"-"+hex.EncodeToString(digest[:4]), "-")
}
