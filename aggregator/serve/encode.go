package serve

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/brotli/matchfinder"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// brotliLevel makes bodies a tenth smaller than gzip in half its time. The next
// one takes twice as long for two hundredths less.
const brotliLevel = 3

// encoder compresses with writers that are used again: each costs up to some
// megabytes. The zero value is ready; it is safe for concurrent use.
type encoder struct{ gzips, brotlis, zstds sync.Pool }

// encode returns body in the coding.
func (e *encoder) encode(c coding, body []byte) []byte {
	out := bytes.NewBuffer(make([]byte, 0, len(body)/4+64))
	var err error
	switch c {
	case brotliCoding:
		w, ok := e.brotlis.Get().(*matchfinder.Writer)
		if !ok {
			w = brotli.NewWriterV2(nil, brotliLevel)
		}
		w.Reset(out)
		if _, err = w.Write(body); err == nil {
			err = w.Close()
		}
		e.brotlis.Put(w)
	case zstdCoding:
		w, ok := e.zstds.Get().(*zstd.Encoder)
		if !ok {
			w, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		}
		if err == nil {
			out = bytes.NewBuffer(w.EncodeAll(body, out.Bytes()))
			e.zstds.Put(w)
		}
	case gzipCoding:
		w, ok := e.gzips.Get().(*gzip.Writer)
		if !ok {
			w = gzip.NewWriter(nil)
		}
		w.Reset(out)
		if _, err = w.Write(body); err == nil {
			err = w.Close()
		}
		e.gzips.Put(w)
	default:
		return body
	}
	if err != nil {
		panic(fmt.Sprintf("serve: %s into memory failed: %v", c.name(), err)) // bytes.Buffer returns no error
	}
	return out.Bytes()
}
