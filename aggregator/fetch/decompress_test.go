package fetch

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"wiredesk/aggregator"
)

// compressed returns text in a content coding; "" is as it is.
func compressed(tb testing.TB, coding string, text []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		encoder, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			tb.Fatal(err)
		}
		w = encoder
	case "deflate":
		w = zlib.NewWriter(&out)
	case "raw deflate":
		raw, err := flate.NewWriter(&out, 6)
		if err != nil {
			tb.Fatal(err)
		}
		w = raw
	default:
		return text
	}
	if _, err := w.Write(text); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func writeCoded(w http.ResponseWriter, coding string, text []byte) {
	var out io.WriteCloser
	switch coding {
	case "gzip":
		out = gzip.NewWriter(w)
	case "br":
		out = brotli.NewWriter(w)
	case "zstd":
		out, _ = zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	default:
		_, _ = w.Write(text)
		return
	}
	w.Header().Set("Content-Encoding", coding)
	_, _ = out.Write(text)
	_ = out.Close()
}

func TestContentEncoding(t *testing.T) {
	t.Parallel()
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	doc := []byte(document)
	gz, br, zs := compressed(t, "gzip", doc), compressed(t, "br", doc), compressed(t, "zstd", doc)
	badSum := bytes.Clone(gz)
	badSum[len(badSum)-6] ^= 1
	badData := bytes.Clone(gz)
	badData[10] = 0xff
	hugeWindow := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 1, 0, 0} // 1 GiB
	for _, test := range []struct {
		name   string
		header []string
		body   []byte
		want   string
		says   string // of ProblemEncoding; empty: Fetched
	}{
		{"none", nil, doc, document, ""},
		{"identity", []string{"identity"}, doc, document, ""},
		{"empty", []string{""}, doc, document, ""},
		{"gzip", []string{"gzip"}, gz, document, ""},
		{"GZip in capitals", []string{" GZip "}, gz, document, ""},
		{"x-gzip", []string{"x-gzip"}, gz, document, ""},
		{"gzip and identity", []string{"identity", "gzip"}, gz, document, ""},
		{"brotli", []string{"br"}, br, document, ""},
		{"zstd", []string{"zstd"}, zs, document, ""},
		{"gzip of two members", []string{"gzip"}, join(gz, gz), document + document, ""},
		{"gzip with an empty member", []string{"gzip"}, join(compressed(t, "gzip", nil), gz), document, ""},
		{"zstd of two frames", []string{"zstd"}, join(zs, zs), document + document, ""},
		{"gzip and garbage", []string{"gzip"}, join(gz, []byte("\r\n<!-- cached -->")), document, ""},
		{"gzip and zeros", []string{"gzip"}, join(gz, make([]byte, 5)), document, ""},
		{"gzip and one byte of another", []string{"gzip"}, join(gz, []byte{0x1f}), document, ""},
		{"zstd and garbage", []string{"zstd"}, join(zs, []byte("\r\n<!-- cached -->")), document, ""},
		{"gzip not announced", nil, gz, document, ""},
		{"text said to be gzip", []string{"gzip"}, doc, document, ""},
		{"JSON said to be gzip", []string{"gzip"}, []byte(` {"version":1}`), ` {"version":1}`, ""},
		{"UTF-16 said to be gzip", []string{"gzip"}, []byte("\xff\xfe<\x00"), "\xff\xfe<\x00", ""},
		{"text said to be zstd", []string{"zstd"}, doc, document, ""},
		{"text said to be brotli", []string{"br"}, doc, "", "said to be br but does not decompress"},
		{"gzip said to be zstd", []string{"zstd"}, gz, "", "said to be zstd"},
		{"neither gzip nor text", []string{"gzip"}, []byte("ordinary words"), "", "said to be gzip but does not decompress"},
		{"gzip with a wrong checksum", []string{"gzip"}, badSum, "", "said to be gzip"},
		{"gzip with wrong data", []string{"gzip"}, badData, "", "said to be gzip"},
		{"zstd that wants too much memory", []string{"zstd"}, hugeWindow, "", "said to be zstd"},
		{"deflate", []string{"deflate"}, compressed(t, "deflate", doc), "", "not asked for (deflate)"},
		{"raw deflate", []string{"deflate"}, compressed(t, "raw deflate", doc), "", "not asked for (deflate)"},
		{"compress", []string{"compress"}, doc, "", "not asked for (compress)"},
		{"twice", []string{"gzip", "br"}, gz, "", "not asked for (gzip, br)"},
		{"unknown", []string{"rot\x8013"}, doc, "", "not asked for (rot"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Encoding"] = test.header
				_, _ = w.Write(test.body)
			})
			got := poll1(t, newClient(t, Options{}), local(url))
			if string(got.Body) != test.want {
				t.Errorf("body %q", got.Body)
			}
			if got.BytesRead != int64(len(test.body)) && test.says == "" {
				t.Errorf("%d bytes read of %d", got.BytesRead, len(test.body))
			}
			if test.says != "" {
				wantProblem(t, got, aggregator.ProblemEncoding, test.says)
			} else if got.Outcome != aggregator.Fetched {
				t.Error(got.Problem)
			}
		})
	}
}

// endless gives zeros and counts them.
type endless struct{ gave int }

func (e *endless) Read(b []byte) (int, error) {
	clear(b)
	e.gave += len(b)
	return len(b), nil
}

func TestBombIsNotUnpackedBeyondTheLimit(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	var bomb endless
	if err := fill(&body, &bomb, 5000); !errors.Is(err, errTooLarge) || bomb.gave != 5001 {
		t.Errorf("%v after %d bytes", err, bomb.gave)
	}
}

func TestCutCompressedBodyKeepsWhatArrived(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for text.Len() < 300_000 {
		text.WriteByte(byte('a' + random.IntN(26)))
	}
	for _, coding := range []string{"gzip", "br", "zstd"} {
		packed := compressed(t, coding, []byte(text.String()))
		var p pools
		got, err := p.decompress(bytes.NewReader(packed[:len(packed)/2]), coding, 1<<20, nil)
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) < 100_000 || !strings.HasPrefix(text.String(), string(got)) {
			t.Errorf("%s: %v, %d bytes", coding, err, len(got))
		}
		// What a broken body left in the pools must not reach the next one.
		whole, err := p.decompress(iotest.OneByteReader(bytes.NewReader(packed)), coding, 1<<20, nil)
		if err != nil || string(whole) != text.String() {
			t.Errorf("%s, the next body: %v, %d bytes", coding, err, len(whole))
		}
	}
}

func FuzzDecompress(f *testing.F) {
	for _, coding := range []string{"gzip", "br", "zstd", ""} {
		packed := compressed(f, coding, []byte(document))
		f.Add(coding, packed)
		f.Add(coding, packed[:len(packed)/2])
		f.Add(coding, append(packed, packed...))
		f.Add(coding, append(packed, 0, 0, 0))
	}
	const limit = 100_000
	var p pools
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		got, err := p.decompress(bytes.NewReader(body), coding, limit, nil)
		if len(got) > limit {
			t.Errorf("%d bytes", len(got))
		}
		_, isCoding := errors.AsType[*codingError](err)
		if err != nil && !isCoding && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errTooLarge) {
			t.Errorf("error without a kind: %v", err)
		}
		clean, err := p.decompress(bytes.NewReader([]byte(document)), "", limit, nil)
		if err != nil || string(clean) != document {
			t.Errorf("the next body: %q, %v", clean, err)
		}
	})
}
