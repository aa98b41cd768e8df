package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	inputBytes = 16 << 10
	// keptBytes is how large a buffer may be to be kept for the next body; a
	// larger one goes to the caller as it is.
	keptBytes = 1 << 20
	// zstdWindowBytes is the largest window a server may ask of us (RFC 9659).
	zstdWindowBytes = 8 << 20
)

// codingError says that a body is in no coding we read, or not in the one it
// claims.
type codingError struct {
	coding string
	cause  error // nil: a coding that is not known
}

func (e *codingError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("unknown content coding %q", e.coding)
	}
	return fmt.Sprintf("decompress %s: %v", e.coding, e.cause)
}

func (e *codingError) Unwrap() error { return e.cause }

// codings returns what Content-Encoding says, in lower case; "" when it says
// nothing (RFC 9110, section 8.4).
func codings(header http.Header) string {
	var named []string
	for coding := range strings.SplitSeq(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "" && coding != "identity" {
			named = append(named, strings.TrimPrefix(coding, "x-"))
		}
	}
	return strings.Join(named, ", ")
}

// pools keep what is costly to make from one body for the next. The zero value
// is ready to use.
type pools struct {
	aheads               sync.Pool // *[aheadBytes]byte
	inputs, bodies       sync.Pool // *bufio.Reader, *bytes.Buffer
	gzips, brotlis, zstd sync.Pool // *gzip.Reader, *brotli.Reader, *zstd.Decoder
}

// take returns a value of the pool, or a new one.
func take[T any](pool *sync.Pool, fresh func() *T) *T {
	if kept, ok := pool.Get().(*T); ok {
		return kept
	}
	return fresh()
}

// decompress reads from to its end and returns at most limit decompressed
// bytes, which belong to the caller, and errTooLarge if there are more. An
// error that is neither this nor from's own is io.ErrUnexpectedEOF, for a body
// that was cut short, or a codingError. What is returned beside an error is
// what could be decompressed.
func (p *pools) decompress(from io.Reader, coding string, limit int64, room *room) ([]byte, error) {
	in := take(&p.inputs, func() *bufio.Reader { return bufio.NewReaderSize(nil, inputBytes) })
	in.Reset(from)
	body := take(&p.bodies, func() *bytes.Buffer { return new(bytes.Buffer) })
	body.Reset()

	err := p.decode(body, in, coding, limit, room)
	in.Reset(nil)
	p.inputs.Put(in)
	if body.Cap() > keptBytes {
		return body.Bytes(), err
	}
	whole := bytes.Clone(body.Bytes())
	p.bodies.Put(body)
	return whole, err
}

// decode decompresses in into body. What it takes from a pool goes back there
// unless it panics.
func (p *pools) decode(body *bytes.Buffer, in *bufio.Reader, coding string, limit int64, room *room) error {
	head, err := in.Peek(4)
	if len(head) == 0 {
		return unlessEOF(err)
	}
	switch coding = sniff(coding, head); coding {
	case "":
		return fill(body, room.of(in), limit)
	case "gzip":
		gz := take(&p.gzips, func() *gzip.Reader { return new(gzip.Reader) })
		err = fill(body, room.of(&gzipMembers{gz: gz, in: in}), limit)
		p.gzips.Put(gz)
	case "br":
		br := take(&p.brotlis, func() *brotli.Reader { return brotli.NewReader(nil) })
		_ = br.Reset(in)
		err = fill(body, room.of(br), limit)
		_ = br.Reset(nil)
		p.brotlis.Put(br)
	case "zstd":
		zs := take(&p.zstd, newZstd)
		if err = zs.Reset(in); err == nil {
			err = fill(body, room.of(zs), limit)
		}
		_ = zs.Reset(nil)
		p.zstd.Put(zs)
		if errors.Is(err, zstd.ErrMagicMismatch) && body.Len() > 0 {
			err = nil // what follows the last frame is no frame
		}
	default:
		return &codingError{coding: coding}
	}
	if err == nil || errors.Is(err, errTooLarge) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return &codingError{coding, err}
}

func newZstd() *zstd.Decoder {
	// One at a time decodes in the caller's goroutine and needs no Close.
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindowBytes))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
}

// sniff corrects the coding a server claims by the first bytes of the body.
// Text in plain sight is text, whatever a server that compresses nothing or
// decompresses on the way says of it; brotli has no mark to tell it by.
func sniff(coding string, head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}) && coding == "":
		return "gzip"
	case (coding == "gzip" || coding == "zstd") && isText(head):
		return ""
	}
	return coding
}

// isText reports whether a feed may begin with head as it is: with markup or
// JSON, after spaces or a byte order mark.
func isText(head []byte) bool {
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "\x00<", "<"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return true
		}
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) == 0 || head[0] == '<' || head[0] == '{' || head[0] == '['
}

// fill reads from to its end into body, up to limit bytes.
func fill(body *bytes.Buffer, from io.Reader, limit int64) error {
	n, err := body.ReadFrom(io.LimitReader(from, limit+1))
	if n > limit {
		body.Reset()
		return errTooLarge
	}
	return err
}

func unlessEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// gzipMembers reads one gzip member after another (RFC 1952, section 2.2) and
// ends where something else begins.
type gzipMembers struct {
	gz      *gzip.Reader
	in      *bufio.Reader
	started bool
}

func (m *gzipMembers) Read(b []byte) (int, error) {
	for {
		if m.started {
			n, err := m.gz.Read(b)
			if !errors.Is(err, io.EOF) {
				return n, err
			}
			if n > 0 {
				return n, nil // the next Read meets the end again
			}
			if head, _ := m.in.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
				return 0, io.EOF
			}
		}
		m.started = true
		if err := m.gz.Reset(m.in); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		m.gz.Multistream(false)
	}
}
