package world

import "strconv"

// charset is an encoding of one byte a character whose lower half is ASCII.
type charset struct {
	name  string // as declared
	bytes map[rune]byte
}

// encode returns the XML document in the charset. What has no byte there
// becomes a character reference, which is sound in text and in attributes.
func (c *charset) encode(document string) []byte {
	out := make([]byte, 0, len(document))
	for _, r := range document {
		b, found := c.bytes[r]
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case found:
			out = append(out, b)
		default:
			out = append(out, "&#"...)
			out = strconv.AppendInt(out, int64(r), 10)
			out = append(out, ';')
		}
	}
	return out
}

// newCharset takes the characters of the bytes 0x80 to 0xff, in order, with
// U+FFFD where there is none.
func newCharset(name, upper string) *charset {
	c := &charset{name: name, bytes: make(map[rune]byte, 128)}
	b := byte(0x80)
	for _, r := range upper {
		if r != '\ufffd' {
			c.bytes[r] = b
		}
		b++
	}
	return c
}

func windows1251() *charset {
	return newCharset("windows-1251", ""+
		"ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏ"+
		"ђ‘’“”•–—\ufffd™љ›њќћџ"+
		"\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї"+
		"°±Ііґµ¶·ё№є»јЅѕї"+
		"АБВГДЕЖЗИЙКЛМНОП"+
		"РСТУФХЦЧШЩЪЫЬЭЮЯ"+
		"абвгдежзийклмноп"+
		"рстуфхцчшщъыьэюя")
}

func windows1256() *charset {
	return newCharset("windows-1256", ""+
		"€پ‚ƒ„…†‡ˆ‰ٹ‹Œچژڈ"+
		"گ‘’“”•–—ک™ڑ›œ\u200c\u200dں"+
		"\u00a0،¢£¤¥¦§¨©ھ«¬\u00ad®¯"+
		"°±²³´µ¶·¸¹؛»¼½¾؟"+
		"ہءآأؤإئابةتثجحخد"+
		"ذرزسشصض×طظعغـفقك"+
		"àلâمنهوçèéêëىيîï"+
		"ًٌٍَôُِ÷ّùْûü\u200e\u200fے")
}
