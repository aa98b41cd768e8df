package publish

import (
	"sync"

	"wiredesk/aggregator"
)

// Memory remembers how stories were last written, those that were asked for
// last, for the printers of feeds that are rendered now and then and share
// stories. It is safe for concurrent use. Nil remembers nothing.
type Memory struct {
	roomBytes int64

	mu         sync.Mutex
	young, old map[memoryKey]remembered // old is what young was when half of the room was full
	used       int64                    // by young
}

type memoryKey struct {
	story  aggregator.StoryID
	format Format
}

type remembered struct {
	made     fingerprint
	language string
	part     Part
}

// rememberedBytes is what a story takes besides its text, or a little more.
const rememberedBytes = 256

// NewMemory returns one that takes about so many bytes.
func NewMemory(roomBytes int64) *Memory {
	return &Memory{roomBytes: roomBytes, young: make(map[memoryKey]remembered)}
}

// get returns the story as it was written, if it was written from the same.
func (m *Memory) get(key memoryKey, made fingerprint) (remembered, bool) {
	if m == nil {
		return remembered{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, known := m.young[key]
	if !known {
		if r, known = m.old[key]; known && r.made == made {
			m.keep(key, r)
		}
	}
	return r, known && r.made == made
}

func (m *Memory) put(key memoryKey, r remembered) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(key, r)
}

// keep takes a story in. A giant would push out all others.
func (m *Memory) keep(key memoryKey, r remembered) {
	if was, known := m.young[key]; known {
		m.used -= was.sizeBytes()
		delete(m.young, key)
	}
	if r.sizeBytes() > m.roomBytes/8 {
		return
	}
	if m.used+r.sizeBytes() > m.roomBytes/2 {
		m.young, m.old, m.used = make(map[memoryKey]remembered), m.young, 0
	}
	m.young[key] = r
	m.used += r.sizeBytes()
}

func (r remembered) sizeBytes() int64 { return int64(cap(r.part.Bytes) + rememberedBytes) }
