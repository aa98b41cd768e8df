package serve

import (
	"container/list"
	"sync"
	"time"
)

// recent keeps the editions that were asked for last, as many as its room
// holds. It is safe for concurrent use; the zero value has no room.
type recent struct {
	roomBytes int64

	mu    sync.Mutex
	used  int64
	byKey map[string]*list.Element
	order list.List // of *kept, the one asked for last first
}

// kept is an edition that was made for a request.
type kept struct {
	key     string
	edition *edition
	pub     *published // it was made for
	changes changes    // the stories it was made from
	made    time.Time
	rest    time.Time // until then it is good, whatever changed
}

// keptBytes is what an edition takes besides its bodies, or a little more.
const keptBytes = 1 << 10

func (k *kept) sizeBytes() int64 {
	return k.edition.sizeBytes() + int64(2*len(k.key)+keptBytes)
}

// get returns what is kept under the key, nil if nothing is.
func (r *recent) get(key string) *kept {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.byKey[key]
	if found == nil {
		return nil
	}
	r.order.MoveToFront(found)
	return found.Value.(*kept)
}

// put keeps k in the place of what had its key, and lets go of those that were
// asked for longest ago. What would take a quarter of the room is not kept.
func (r *recent) put(k *kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.byKey[k.key]; old != nil {
		r.drop(old)
	}
	if k.sizeBytes() > r.roomBytes/4 {
		return
	}
	if r.byKey == nil {
		r.byKey = make(map[string]*list.Element)
	}
	r.byKey[k.key] = r.order.PushFront(k)
	r.used += k.sizeBytes()
	for r.used > r.roomBytes {
		r.drop(r.order.Back())
	}
}

func (r *recent) drop(e *list.Element) {
	k := r.order.Remove(e).(*kept)
	delete(r.byKey, k.key)
	r.used -= k.sizeBytes()
}
