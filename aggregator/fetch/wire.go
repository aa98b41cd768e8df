package fetch

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// aheadBytes bounds how much of a body is read before it is decompressed, to see
// whether it is the last one once more. Most feeds have less; of those that have
// more, what is in flight would be more than was asked for.
const aheadBytes = 64 << 10

// wireReader reads a body as it crosses the network.
type wireReader struct {
	body      io.ReadCloser
	leftBytes int64
	readBytes int64
	pace      *pace // nil: any
	ended     bool
	err       error // what ended the body, if not its end
	digest    xxhash.Digest
}

// begin has the digest stand also for what says how the bytes are read.
func (w *wireReader) begin(contentType, coding string) {
	w.digest.Reset()
	for _, said := range []string{contentType, coding} {
		_, _ = w.digest.WriteString(said)
		_, _ = w.digest.Write([]byte{0})
	}
}

// Read is io.Reader's. What has ended once stays so.
func (w *wireReader) Read(b []byte) (int, error) {
	switch {
	case w.err != nil:
		return 0, w.err
	case w.ended:
		return 0, io.EOF
	}
	n, err := w.body.Read(b)
	w.readBytes += int64(n)
	w.leftBytes -= int64(n)
	w.pace.read(n)
	if w.readBytes < aheadBytes {
		_, _ = w.digest.Write(b[:n])
	}
	switch {
	case w.leftBytes < 0:
		w.err = errTooLarge
		return 0, w.err
	case errors.Is(err, io.EOF):
		w.ended = true
	case err != nil:
		w.err = err
	}
	return n, err
}

// ahead reads as much as fits into b, and returns what gives it out again with
// all that follows.
func (w *wireReader) ahead(b []byte) io.Reader {
	n, _ := io.ReadFull(w, b) // the error comes again
	return io.MultiReader(bytes.NewReader(b[:n]), w)
}

// sum returns the digest of a body that was read to its end; 0: it was not, or
// it is too long to be read ahead.
func (w *wireReader) sum() aggregator.Digest {
	if !w.ended || w.readBytes >= aheadBytes {
		return 0
	}
	return aggregator.Digest(max(w.digest.Sum64(), 1))
}

// rest returns what follows a document that ended before its body did.
func (w *wireReader) rest() io.ReadCloser {
	if w.ended {
		return http.NoBody
	}
	return w.body
}
