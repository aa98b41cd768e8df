package parse

import "strings"

// language returns a tag in the case BCP 47 recommends (RFC 5646, section
// 2.1.1), or "" where s is none.
func language(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 35 {
		return ""
	}
	s, _, _ = strings.Cut(s, ".") // en_US.UTF-8
	parts := strings.Split(strings.ReplaceAll(s, "_", "-"), "-")
	for i, part := range parts {
		if !subtag(part) {
			return ""
		}
		part = strings.ToLower(part)
		switch {
		case i == 0:
			if len(part) < 2 || len(part) > 3 || strings.ContainsAny(part, "0123456789") {
				return ""
			}
		case len(part) == 4 && part[0] >= 'a' && len(parts[i-1]) > 1:
			part = strings.ToUpper(part[:1]) + part[1:]
		case len(part) == 2 && len(parts[i-1]) > 1:
			part = strings.ToUpper(part)
		}
		parts[i] = part
	}
	return strings.Join(parts, "-")
}

func subtag(s string) bool {
	if s == "" || len(s) > 8 {
		return false
	}
	for _, c := range []byte(s) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
