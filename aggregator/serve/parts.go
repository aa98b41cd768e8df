package serve

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

var errParts = errors.New("the body of an archive document is damaged")

// packParts returns the parts of editions of the same stories, compressed: for
// each edition, in the order of publish.Formats, the parts with their lengths
// before them. The formats say the same, so that together they compress well.
func (e *encoder) packParts(editions []publish.Edition) []byte {
	var plain []byte
	for _, edition := range editions {
		for _, part := range edition.Parts {
			plain = binary.AppendUvarint(plain, uint64(len(part.Bytes)))
			plain = append(plain, part.Bytes...)
		}
	}
	return e.encode(zstdCoding, plain)
}

// unpackParts returns the parts of one format that packParts packed of the
// stories.
func unpackParts(body []byte, stories []aggregator.StoryID, format publish.Format) ([]publish.Part, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	defer r.Close()
	plain, err := r.DecodeAll(body, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errParts, err)
	}
	var parts []publish.Part
	for _, f := range publish.Formats() {
		for _, id := range stories {
			size, n := binary.Uvarint(plain)
			if n <= 0 || size > uint64(len(plain)-n) {
				return nil, errParts
			}
			if f == format {
				parts = append(parts, publish.Part{Story: id, Bytes: plain[n : n+int(size)]})
			}
			plain = plain[n+int(size):]
		}
	}
	if len(plain) > 0 {
		return nil, errParts
	}
	return parts, nil
}

// maxUnpacked bounds what the body of an archive document unpacks to: three
// formats of the most that an edition holds, escapes included.
const maxUnpacked = 256 << 20
