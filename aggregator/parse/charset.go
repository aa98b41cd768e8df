package parse

import (
	"bytes"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// toUTF8 returns body as UTF-8 that holds only characters XML allows, and in a
// few words what had to be guessed or dropped. Where nothing has to change it
// returns body itself.
//
// A byte order mark or the pattern of UTF-16 and UTF-32 is believed first, then
// valid UTF-8, then what the server and the document say (RFC 7303, section
// 3.2), then the letters.
func toUTF8(body []byte, contentType string) (text []byte, repaired string) {
	body, wide := unmarked(body)
	switch {
	case wide != nil:
		body = decode(wide, body)
	case utf8.Valid(body):
		if e := escaping(body); e != nil {
			body = decode(e, body)
		}
	default:
		body, repaired = fromBytes(body, contentType)
	}
	body, dropped := allowed(body)
	if dropped {
		repaired = also(repaired, "dropped characters that XML forbids")
	}
	return body, repaired
}

// unmarked returns body without its byte order mark, and its encoding if that
// takes more than one byte for each character or is no superset of ASCII.
func unmarked(body []byte) ([]byte, encoding.Encoding) {
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	little32, big32 := utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	for _, m := range []struct {
		start string
		skip  int
		enc   encoding.Encoding
	}{
		{"\xef\xbb\xbf", 3, nil},
		{"\x00\x00\xfe\xff", 4, big32},
		{"\xff\xfe\x00\x00", 4, little32},
		{"\xfe\xff", 2, big},
		{"\xff\xfe", 2, little},
		{"\x00\x00\x00<", 0, big32},
		{"<\x00\x00\x00", 0, little32},
		{"\x00<\x00", 0, big},
		{"<\x00", 0, little},
		{"\x00{\x00", 0, big},
		{"{\x00", 0, little},
		{"\x4c\x6f\xa7\x94", 0, charmap.CodePage037},
	} {
		if bytes.HasPrefix(body, []byte(m.start)) {
			return body[m.skip:], m.enc
		}
	}
	return body, nil
}

// escaping returns the encoding of a body that is ASCII to look at, but says it
// is ISO-2022-JP and uses its escapes.
func escaping(body []byte) encoding.Encoding {
	if bytes.IndexByte(body, 0x1b) < 0 || !strings.HasPrefix(strings.ToLower(declared(body)), "iso-2022-jp") {
		return nil
	}
	return byLabel("iso-2022-jp")
}

// fromBytes decodes a body that is not UTF-8.
func fromBytes(body []byte, contentType string) (text []byte, repaired string) {
	_, params, _ := mime.ParseMediaType(contentType)
	for _, label := range []string{params["charset"], declared(body)} {
		e := byLabel(label)
		if e == nil || e == unicode.UTF8 || e == encoding.Replacement {
			continue
		}
		// Bytes that are not wide, read as if they were, are Chinese nonsense.
		if text := decode(e, body); plausible(text) && bytes.ContainsAny(text[:min(len(text), 1024)], "<{") {
			return text, ""
		}
	}
	if mostlyUTF8(body) {
		return patched(body), "read stray bytes as windows-1252"
	}
	name, e := guess(body)
	if e == nil {
		return patched(body), "took the charset to be windows-1252"
	}
	return decode(e, body), "took the charset to be " + name
}

// declared returns the encoding that the XML declaration names.
func declared(body []byte) string {
	head := body[:min(len(body), 1024)]
	from := bytes.Index(head, []byte("<?xml"))
	if from < 0 {
		return ""
	}
	head = head[from:]
	if to := bytes.Index(head, []byte("?>")); to >= 0 {
		head = head[:to]
	}
	_, value, found := bytes.Cut(head, []byte("encoding"))
	value = bytes.TrimLeft(value, " \t\r\n=")
	if !found || len(value) < 2 || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	label, _, found := bytes.Cut(value[1:], value[:1])
	if !found {
		return ""
	}
	return string(label)
}

// byLabel returns the encoding of a label, also of the many that are nearly
// right, or nil.
func byLabel(label string) encoding.Encoding {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	if label == "" {
		return nil
	}
	dashed := strings.ReplaceAll(label, "_", "-")
	bare := strings.TrimPrefix(dashed, "x-")
	for _, l := range []string{label, dashed, bare, strings.ReplaceAll(bare, "cp-", "windows-"), strings.ReplaceAll(dashed, "-", "")} {
		if e, _ := charset.Lookup(l); e != nil {
			return e
		}
	}
	switch bare {
	case "cp037", "ibm037", "ebcdic-cp-us":
		return charmap.CodePage037
	case "cp437", "ibm437":
		return charmap.CodePage437
	case "cp850", "ibm850":
		return charmap.CodePage850
	case "cp852", "ibm852":
		return charmap.CodePage852
	}
	return nil
}

// decode never fails: what e does not know becomes U+FFFD.
func decode(e encoding.Encoding, body []byte) []byte {
	text, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return text
}

// plausible reports whether hardly anything of a text is unreadable.
func plausible(text []byte) bool {
	bad := bytes.Count(text, []byte("\uFFFD"))
	for i, c := range text {
		// Control characters of the second set stand in no text.
		if c == 0xc2 && i+1 < len(text) && text[i+1] < 0xa0 && text[i+1] != 0x85 {
			bad++
		}
	}
	return bad*200 <= len(text)
}

// mostlyUTF8 reports whether most of what is not ASCII is valid UTF-8.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size <= 1 {
			bad++
		} else {
			good++
		}
		i += size
	}
	return good > bad
}

// patched reads each byte that is not UTF-8 as windows-1252, which covers
// Latin-1 bytes in a document of UTF-8 and a document of nothing else.
func patched(body []byte) []byte {
	out := make([]byte, 0, len(body)+len(body)/8)
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(body[i])
			out = utf8.AppendRune(out, r)
		} else {
			out = append(out, body[i:i+size]...)
		}
		i += size
	}
	return out
}

// forbidden marks the bytes at which a character begins that XML 1.0 may not
// allow (section 2.2).
var forbidden = func() (marks [256]bool) {
	for c := range 0x20 {
		marks[c] = c != '\t' && c != '\n' && c != '\r'
	}
	marks[0xef] = true // U+FFFE and U+FFFF, among many others
	return marks
}()

// allowed drops the characters that XML forbids, as they are and as references
// to them.
func allowed(text []byte) (clean []byte, dropped bool) {
	clean = text
	for i, c := range text {
		if forbidden[c] && forbiddenAt(text[i:]) {
			clean, dropped = without(text, i), true
			break
		}
	}
	for from := 0; ; {
		i := bytes.Index(clean[from:], []byte("&#"))
		if i < 0 {
			return clean, dropped
		}
		from += i
		if size := badReference(clean[from:]); size > 0 {
			return withoutReferences(clean, from), true
		}
		from += 2
	}
}

func forbiddenAt(text []byte) bool {
	return text[0] != 0xef || len(text) >= 3 && text[1] == 0xbf && text[2] >= 0xbe
}

func without(text []byte, from int) []byte {
	clean := slices.Clone(text[:from])
	for i := from; i < len(text); i++ {
		c := text[i]
		switch {
		case !forbidden[c] || !forbiddenAt(text[i:]):
			clean = append(clean, c)
		case c == 0xef:
			i += 2
		}
	}
	return clean
}

func withoutReferences(text []byte, from int) []byte {
	clean := slices.Clone(text[:from])
	for i := from; i < len(text); i++ {
		if text[i] == '&' {
			if size := badReference(text[i:]); size > 0 {
				i += size - 1
				if mayBegin(clean) {
					clean = append(clean, ' ')
				}
				continue
			}
		}
		clean = append(clean, text[i])
	}
	return clean
}

// mayBegin reports whether the end of text may be the beginning of a reference,
// which what comes next would complete.
func mayBegin(text []byte) bool {
	const looked = 16 // characters: a longer run of digits is none that anybody wrote
	end := text
	for len(end) > 0 && len(text)-len(end) < looked && (digit(end[len(end)-1]) < 16 || end[len(end)-1]|' ' == 'x') {
		end = end[:len(end)-1]
	}
	return len(text)-len(end) == looked || bytes.HasSuffix(text, []byte("&")) || bytes.HasSuffix(end, []byte("&#"))
}

// badReference returns the length of the reference to a forbidden character at
// the start of text, or 0.
func badReference(text []byte) int {
	if len(text) < 4 || text[1] != '#' {
		return 0
	}
	i, base := 2, rune(10)
	if text[2] == 'x' || text[2] == 'X' {
		i, base = 3, 16
	}
	var r rune
	first := i
	for ; i < len(text) && r <= utf8.MaxRune; i++ {
		d := digit(text[i])
		if d >= base {
			break
		}
		r = r*base + d
	}
	if i == first || i == len(text) || text[i] != ';' && r <= utf8.MaxRune {
		return 0
	}
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return 0
	case r < 0x20, r >= 0xd800 && r < 0xe000, r == 0xfffe, r == 0xffff, r > utf8.MaxRune:
		for i < len(text) && digit(text[i]) < base {
			i++
		}
		if i < len(text) && text[i] == ';' {
			return i + 1
		}
	}
	return 0
}

func digit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return 99
}

// also joins what had to be mended.
func also(said, more string) string {
	if said == "" || more == "" {
		return said + more
	}
	return said + "; " + more
}
