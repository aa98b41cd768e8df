package serve

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/brotli/matchfinder"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// How hard it is compressed. All feeds are, in every coding, whenever they
// change, so that a level costs what it saves readers: the next one of brotli
// takes twice as long for two hundredths less, that of zstd and the default of
// gzip a third more time for three to six.
const (
	brotliLevel = 3
	zstdLevel   = zstd.SpeedFastest
	gzipLevel   = 3
)

// encoder compresses with writers that are used again: each costs up to some
// megabytes. The zero value is ready; it is safe for concurrent use.
type encoder struct {
	gzipLevel int // 0: the usual one

	brotlis spare[*matchfinder.Writer]
	zstds   spare[*zstd.Encoder]
	gzips   spare[*gzip.Writer]
}

// spare keeps a few things that nobody uses. A sync.Pool would lose them from
// one rendering to the next, which are a second apart.
type spare[T any] struct {
	mu   sync.Mutex
	free []T
}

func (s *spare[T]) get() (thing T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		thing, s.free = s.free[n-1], s.free[:n-1]
		return thing, true
	}
	return thing, false
}

func (s *spare[T]) put(thing T) {
	const kept = 4
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) < kept {
		s.free = append(s.free, thing)
	}
}

// encode returns body in the coding.
func (e *encoder) encode(c coding, body []byte) []byte {
	out := bytes.NewBuffer(make([]byte, 0, len(body)/3+64))
	var err error
	switch c {
	case brotliCoding:
		w, ok := e.brotlis.get()
		if !ok {
			w = brotli.NewWriterV2(nil, brotliLevel)
		}
		w.Reset(out)
		err = writeAll(w, body)
		e.brotlis.put(w)
	case zstdCoding:
		w, ok := e.zstds.get()
		if !ok {
			w, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstdLevel))
		}
		if err == nil {
			w.ResetContentSize(out, int64(len(body)))
			err = writeAll(w, body)
			e.zstds.put(w)
		}
	case gzipCoding:
		w, ok := e.gzips.get()
		if !ok {
			w, err = gzip.NewWriterLevel(nil, cmp.Or(e.gzipLevel, gzipLevel))
		}
		if err == nil {
			w.Reset(out)
			err = writeAll(w, body)
			e.gzips.put(w)
		}
	default:
		return body
	}
	if err != nil {
		panic(fmt.Sprintf("serve: %s into memory failed: %v", c.name(), err)) // bytes.Buffer returns no error
	}
	return out.Bytes()
}

// writeAll writes the body and ends it.
func writeAll(w io.WriteCloser, body []byte) error {
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.Close()
}
