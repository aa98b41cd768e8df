package config

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"wiredesk/aggregator"
)

// headers reads request headers: names are tokens (RFC 9110, section 5.6.2),
// values a line of text or a secret.
func headers(into *map[string]aggregator.Secret) field {
	return func(v value) {
		all := make(map[string]aggregator.Secret)
		seen := make(map[string]value)
		for _, p := range v.pairs() {
			if !checkHeader(p, v) {
				continue
			}
			if first, twice := seen[strings.ToLower(p.name)]; twice {
				p.key.problem("is the same header as on line %d, remove one", first.node.Line)
				continue
			}
			seen[strings.ToLower(p.name)] = p.key
			var secret aggregator.Secret
			secretOrText(&secret, "a text")(p.value)
			all[p.name] = secret
		}
		if len(all) > 0 {
			*into = all
		}
	}
}

// checkHeader reports whether p may be a header of the request. Whatever
// might be a value in the place of a name is not quoted.
func checkHeader(p pair, section value) bool {
	at := section.at(p.key.node)
	switch {
	case p.name == "" || !only(p.name, tokenCharacter):
		at.problem("a name is no header name, must be letters, digits and - such as X-Key")
	case p.value.isNull():
		at.problem("a header has no value, must be a text, {file: path} or {env: NAME}")
	case listed(p.name, "A-IM", "Accept-Encoding", "Connection", "Content-Length", "Host", "If-Modified-Since",
		"If-None-Match", "Proxy-Authorization", "Range", "Te", "Trailer", "Transfer-Encoding", "Upgrade"):
		p.key.problem("is set by Wiredesk itself, remove it")
	case listed(p.name, "Authorization", "Cookie") && !p.value.isMapping():
		p.value.problem("is a secret, must be {file: path} or {env: NAME}")
	default:
		return true
	}
	return false
}

func listed(name string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

func tokenCharacter(r rune) bool {
	return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}

// proxy reads the URL of a proxy, which may hold a password only where it comes
// from a file or a variable.
func proxy(into *aggregator.Secret) field {
	return func(v value) {
		const like = "http://proxy.example:3128 or socks5://proxy.example:1080"
		var given aggregator.Secret
		secretOrText(&given, "a URL such as "+like)(v)
		if given == "" {
			return
		}
		u, err := url.Parse(given.Reveal())
		switch {
		case err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme):
			v.problem("is not the URL of a proxy, must be like %s", like)
		case !v.isMapping() && u.User != nil:
			v.problem("holds a user or password, must not: put the URL into {file: path} or {env: NAME}")
		default:
			*into = given
		}
	}
}
