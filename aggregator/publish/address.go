package publish

import (
	"net/url"
	"strings"
)

// address returns raw as an absolute http or https URL spelt with the
// characters of RFC 3986 only, or "" if it is none. Scheme and host become
// lower case, an empty path "/", and what may not stand in a URL is
// percent-encoded.
func address(raw string) string {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(raw), "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" {
		return ""
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	user, name, hasUser := strings.Cut(host, "@")
	if !hasUser {
		user, name = "", host
	}
	if !isHost(name) {
		return ""
	}
	host = strings.ToLower(encode(name, "-._~!$&'()*+,;=:[]"))
	if hasUser {
		host = encode(user, "-._~!$&'()*+,;=:") + "@" + host
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	path, fragment, hasFragment := strings.Cut(path, "#")
	const inPath = "-._~!$&'()*+,;=:@/?"
	path = encode(path, inPath)
	if hasFragment {
		path += "#" + encode(fragment, inPath)
	}
	spelt := scheme + "://" + host + path
	if u, err := url.Parse(spelt); err != nil || u.Host == "" {
		return ""
	}
	return spelt
}

// isHost reports whether name could be a host with or without a port. Names in
// other scripts are let through and get percent-encoded (RFC 3986, section
// 3.2.2).
func isHost(name string) bool {
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, ']') {
		if strings.Trim(name[i+1:], "0123456789") != "" {
			return false
		}
		name = name[:i]
	}
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune("\"<>\\^`{|}%@", r)
	})
}

// encode percent-encodes every byte of s that is not a letter, a digit, one of
// allowed or the start of a percent-encoding.
func encode(s, allowed string) string {
	plain := func(i int) bool {
		c := s[i]
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(allowed, c) >= 0 ||
			c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
	}
	i := 0
	for i < len(s) && plain(i) {
		i++
	}
	if i == len(s) {
		return s
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString(s[:i])
	for ; i < len(s); i++ {
		if plain(i) {
			b.WriteByte(s[i])
			continue
		}
		b.Write([]byte{'%', digits[s[i]>>4], digits[s[i]&15]})
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// isMail reports whether s has the form of a plain mail address.
func isMail(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	return ok && user != "" && strings.Trim(host, ".") != "" && !strings.ContainsAny(s, " <>()[],;:\"\\") &&
		!strings.Contains(host, "@")
}

// mimeType returns t if it has the form type/subtype, with or without
// parameters, else the type of unknown bytes.
func mimeType(t string) string {
	const unknown = "application/octet-stream"
	essence, _, _ := strings.Cut(strings.TrimSpace(t), ";")
	kind, sub, ok := strings.Cut(strings.TrimSpace(essence), "/")
	if !ok || !isToken(kind) || !isToken(sub) {
		return unknown
	}
	return strings.ToLower(kind + "/" + sub)
}

// isToken reports whether s could be a type's name (RFC 6838, section 4.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := 'a' <= r|0x20 && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune("!#$&-^_.+", r)
	})
}
