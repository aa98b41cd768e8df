package world

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCharsetEncodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		charset *charset
		text    string
		want    []byte
	}{
		{"Russian", windows1251(), "Ёж №5 — «я»", []byte("\xa8\xe6 \xb95 \x97 \xab\xff\xbb")},
		{"Arabic", windows1256(), "سلام، مرحبا؟", []byte("\xd3\xe1\xc7\xe3\xa1 \xe3\xd1\xcd\xc8\xc7\xbf")},
		{"ASCII stays", windows1256(), "<p>a&amp;b</p>", []byte("<p>a&amp;b</p>")},
		{"no byte for it", windows1251(), "a中ش", []byte("a&#20013;&#1588;")},
		{"no byte at all", windows1251(), "\u0098\ufffd", []byte("&#152;&#65533;")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.charset.encode(tt.text)); diff != "" {
				t.Errorf("encode(%q): %s", tt.text, diff)
			}
		})
	}
}

func TestCharsetsAreFull(t *testing.T) {
	t.Parallel()
	for want, c := range map[int]*charset{127: windows1251(), 128: windows1256()} {
		if len(c.bytes) != want {
			t.Errorf("%s has %d characters above ASCII, want %d", c.name, len(c.bytes), want)
		}
	}
}

func TestArchaicWiresUseTheirCharset(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	for id, word := range map[string]string{"gazeta": "\xc1\xe5\xeb\xee\xec\xee\xf1\xf2", "sindiyan": "\xc7\xe1\xd3\xe4\xcf\xed\xc7\xe4"} {
		doc, err := w.document(w.wireOf(t, id), w.real(1, 15, 0))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(doc.body, []byte(word)) {
			t.Errorf("%s: not in its charset", id)
		}
	}
}
