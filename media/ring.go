package media

import "time"

// Bounds of what a stream keeps. Within them the ring holds the running group
// of pictures and at least keepTime of units for retransmission and readers
// that lag.
const (
	ringUnits = 4096
	ringBytes = 16 << 20
	keepTime  = 2 * time.Second
)

// ring holds the units from tail to head, exclusive. It is not safe for
// concurrent use; Stream locks it.
type ring struct {
	slots []*Unit // grows by doubling up to ringUnits; index modulo its length
	tail  uint64
	head  uint64
	bytes int
	// The keyframe to start a new reader from; valid while key >= tail and hasKey.
	key    uint64
	hasKey bool
}

func (r *ring) at(i uint64) *Unit { return r.slots[i%uint64(len(r.slots))] }

// push stores u as the newest unit and forgets what is no longer worth keeping.
func (r *ring) push(u *Unit, startsGroup bool) {
	r.room()
	u.Index = r.head
	r.slots[r.head%uint64(len(r.slots))] = u
	r.head++
	r.bytes += u.Size()
	if startsGroup {
		r.key, r.hasKey = u.Index, true
	}
	for r.tail < r.head-1 && r.expendable(u.Arrived) {
		r.drop()
	}
}

// expendable tells whether the oldest unit may go.
func (r *ring) expendable(now time.Time) bool {
	if r.bytes > ringBytes {
		return true
	}
	old := r.at(r.tail)
	if r.hasKey && r.key <= old.Index {
		return false
	}
	return now.Sub(old.Arrived) > keepTime
}

func (r *ring) drop() {
	i := r.tail % uint64(len(r.slots))
	r.bytes -= r.slots[i].Size()
	r.slots[i] = nil
	r.tail++
	if r.hasKey && r.key < r.tail {
		r.hasKey = false
	}
}

// room makes a free slot: by growing, or at the limit by forgetting the oldest.
func (r *ring) room() {
	n := uint64(len(r.slots))
	if r.head-r.tail < n {
		return
	}
	if n >= ringUnits {
		r.drop()
		return
	}
	grown := make([]*Unit, max(64, 2*n))
	for i := r.tail; i < r.head; i++ {
		grown[i%uint64(len(grown))] = r.at(i)
	}
	r.slots = grown
}

// clear forgets all units; indices go on.
func (r *ring) clear() {
	for r.tail < r.head {
		r.drop()
	}
	r.hasKey = false
}
