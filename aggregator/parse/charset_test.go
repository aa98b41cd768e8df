package parse

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

const (
	russian  = "Паром вернулся в порт, все живы и здоровы, груз цел"
	arabic   = "عادت العبارة إلى الميناء بسلام وجميع الركاب بخير"
	french   = "Le ferry est rentré à bon port, déjà réparé"
	chinese  = "渡轮今晨平安返回港口，所有的人都没有受伤"
	taiwan   = "渡輪今晨平安返回港口，所有的人都沒有受傷"
	nihongo  = "フェリーは今朝無事に港へ戻りました。けが人はいません"
	hangul   = "여객선이 오늘 아침 무사히 항구로 돌아왔습니다 다친 사람은 없습니다"
	greek    = "Το πλοίο επέστρεψε στο λιμάνι και όλοι είναι καλά"
	turkish  = "Feribot limana döndü, ışıklar söndü, şükür"
	smartest = "“Ferry” – it’s fine…"
)

func TestCharsets(t *testing.T) {
	t.Parallel()
	le, be := unicode.LittleEndian, unicode.BigEndian
	for _, tt := range []struct {
		name, title         string
		enc                 encoding.Encoding
		declare, httpHeader string
	}{
		{"UTF-8", russian, nil, "utf-8", ""},
		{"UTF-8, not declared", arabic, nil, "", ""},
		{"UTF-8, declared Latin", russian, nil, "iso-8859-1", "text/xml; charset=windows-1252"},
		{"UTF-8 with a mark", chinese, unicode.UTF8BOM, "", ""},
		{"UTF-16 with a mark", russian, unicode.UTF16(le, unicode.UseBOM), "utf-16", ""},
		{"UTF-16 with a mark, big", russian, unicode.UTF16(be, unicode.UseBOM), "", ""},
		{"UTF-16 without a mark", russian, unicode.UTF16(le, unicode.IgnoreBOM), "utf-16", ""},
		{"UTF-16 without a mark, big", chinese, unicode.UTF16(be, unicode.IgnoreBOM), "utf-8", ""},
		{"UTF-32 with a mark", arabic, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "", ""},
		{"UTF-32 with a mark, big", arabic, utf32.UTF32(utf32.BigEndian, utf32.UseBOM), "utf-32", ""},
		{"UTF-32 without a mark", arabic, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "", ""},
		{"UTF-32 without a mark, big", arabic, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "", ""},
		{"EBCDIC", "Ferry is back", charmap.CodePage037, "cp037", ""},
		{"declared in the document", russian, charmap.Windows1251, "windows-1251", ""},
		{"declared by the server", russian, charmap.KOI8R, "", "text/xml; charset=koi8-r"},
		{"the server before the document", russian, charmap.KOI8R, "windows-1251", "text/xml; charset=KOI8-R"},
		{"a label with underscores", french, charmap.ISO8859_1, "ISO_8859_1", ""},
		{"a label of Windows", turkish, charmap.Windows1254, "cp-1254", ""},
		{"Latin that is Windows", smartest, charmap.Windows1252, "iso-8859-1", ""},
		{"declared ISO-2022-JP", nihongo, japanese.ISO2022JP, "iso-2022-jp", ""},
		{"Arabic, declared", arabic, charmap.Windows1256, "windows-1256", ""},
		{"GB18030, declared", chinese, simplifiedchinese.GB18030, "gb2312", ""},
		{"Shift_JIS, declared", nihongo, japanese.ShiftJIS, "Shift_JIS", ""},
		// Nothing said, or the wrong thing.
		{"Latin, declared UTF-8", french, charmap.Windows1252, "utf-8", "text/xml; charset=utf-8"},
		{"Latin, unknown label", french, charmap.Windows1252, "x-none", ""},
		{"Russian, declared UTF-8", russian, charmap.Windows1251, "utf-8", ""},
		{"Russian, nothing said", russian, charmap.KOI8R, "", ""},
		{"Arabic, nothing said", arabic, charmap.Windows1256, "", ""},
		{"Greek, nothing said", greek, charmap.Windows1253, "", ""},
		{"Chinese, nothing said", chinese, simplifiedchinese.GB18030, "", ""},
		{"Taiwanese, nothing said", taiwan, traditionalchinese.Big5, "", ""},
		{"Shift_JIS, nothing said", nihongo, japanese.ShiftJIS, "", ""},
		{"EUC-JP, nothing said", nihongo, japanese.EUCJP, "", ""},
		{"Korean, nothing said", hangul, korean.EUCKR, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			declaration := `<?xml version="1.0"?>`
			if tt.declare != "" {
				declaration = `<?xml version="1.0" encoding='` + tt.declare + `'?>`
			}
			body := []byte(declaration + `<rss><channel><item><title>` + tt.title + `</title><description>` + tt.title + `</description></item></channel></rss>`)
			if tt.enc != nil {
				var err error
				if body, err = tt.enc.NewEncoder().Bytes(body); err != nil {
					t.Fatal(err)
				}
			}
			doc, err := New(Options{}).Parse(body, tt.httpHeader, feedURL)
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Entries) != 1 || doc.Entries[0].Title != tt.title {
				t.Errorf("got %q (%s), want %q", titles(doc), doc.Repaired, tt.title)
			}
		})
	}
}

// A few bytes of Latin in a document of UTF-8 cost neither the one nor the
// other.
func TestMixedCharsets(t *testing.T) {
	t.Parallel()
	doc := parsed(t, rssOf("<item><title>"+russian+" caf\xe9 \x93a\x94</title></item>"))
	if want := russian + " café “a”"; doc.Entries[0].Title != want || doc.Repaired == "" {
		t.Errorf("title %q, repaired %q", doc.Entries[0].Title, doc.Repaired)
	}
}

// What needs no change is not copied.
func TestUTF8IsNotCopied(t *testing.T) {
	t.Parallel()
	body := []byte(rssOf("<item><title>" + chinese + "！</title></item>"))
	text, repaired := toUTF8(body, "text/xml; charset=utf-8")
	if &text[0] != &body[0] || len(text) != len(body) || repaired != "" {
		t.Errorf("copied, repaired %q", repaired)
	}
}

func FuzzCharset(f *testing.F) {
	for _, seed := range []string{"<?xml encoding='koi8-r'?>\xc1", "\xff\xfe<\x00", "\x00\x00\xfe\xff", "a\x00&#8;\xef\xbf\xbe&#x110000;&#xd800;", "&&#8;#8;&#&#8;8;&#x&#8;8;&#0000000000000000&#8;8;", "\x1b$B\x1b(B", "\x4c\x6f\xa7\x94"} {
		f.Add([]byte(seed), "text/xml; charset=shift_jis")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		before := bytes.Clone(body)
		text, _ := toUTF8(body, contentType)
		if !bytes.Equal(body, before) {
			t.Fatal("the body was changed")
		}
		if !utf8.Valid(text) {
			t.Fatalf("%q is not UTF-8", text)
		}
		for i, r := range string(text) {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
				t.Fatalf("%U at %d of %q", r, i, text)
			}
		}
		again, _ := allowed(text)
		if !bytes.Equal(again, text) {
			t.Fatalf("%q is not clean: %q", text, again)
		}
	})
}

// A label that the bytes give the lie to costs nothing, in the document or in
// the header.
func TestFalseWideLabel(t *testing.T) {
	t.Parallel()
	const body = "<?xml version=\"1.0\" encoding=\"utf-16\"?><rss version=\"2.0\"><channel><title>T</title><item><title>Caf\xe9 burns down</title></item></channel></rss>"
	for _, contentType := range []string{"application/rss+xml", "application/rss+xml; charset=utf-16"} {
		doc, err := New(Options{}).Parse([]byte(body), contentType, "https://norvia.example/feed")
		if err != nil || len(doc.Entries) != 1 || doc.Entries[0].Title != "Café burns down" {
			t.Errorf("%s: %+v, %v", contentType, doc.Entries, err)
		}
	}
}
