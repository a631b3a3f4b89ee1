package udpout

import "runtime"

// What a batch holds, in bytes. A full one should stay in the core's own cache
// from sealing to the system call; a small one is for a viewer by itself.
const (
	fullBytes  = 256 << 10
	smallBytes = 64 << 10
)

// MaxPacket is the largest packet that a batch takes, in bytes.
const MaxPacket = 2048

// Batch gathers packets in one buffer and sends them when it is full or asked
// to. Packets for one path that follow each other and fit become one message.
// One goroutine uses it; see [Acquire].
type Batch struct {
	socket   *Socket
	sender   *Sender
	buf      []byte
	spare    chan *Batch // where it lies while nobody uses it
	used     int         // bytes of buf
	messages [MaxMessages]Message
	count    int
	packets  int  // in the last message
	open     bool // the last message may grow
}

// Batches that nobody uses now: of full ones about as many as goroutines can
// send at a time. A collection of garbage does not take them.
var (
	spareFull  = make(chan *Batch, 2*runtime.GOMAXPROCS(0)+2)
	spareSmall = make(chan *Batch, 16)
)

// Acquire takes a batch for many viewers; give it back with Release.
func Acquire() *Batch { return acquire(spareFull, fullBytes) }

// AcquireSmall takes a batch for one viewer's packets; give it back with Release.
func AcquireSmall() *Batch { return acquire(spareSmall, smallBytes) }

func acquire(spare chan *Batch, size int) *Batch {
	select {
	case b := <-spare:
		return b
	default:
		return &Batch{buf: make([]byte, size), spare: spare}
	}
}

// Release sends what is left and gives the batch back.
func (b *Batch) Release() {
	b.Flush()
	select {
	case b.spare <- b:
	default: // enough are kept
	}
}

// Reserve returns an empty slice with room for a packet of size bytes to p, at
// most MaxPacket. Append to it and hand it to Commit.
func (b *Batch) Reserve(p *Path, size int) []byte {
	if p.socket != b.socket {
		b.Flush()
		b.socket, b.sender = p.socket, p.socket.NewSender()
	}
	if b.used+size > len(b.buf) {
		b.Flush()
	}
	if !b.open || !b.fits(p, size) {
		if b.count == MaxMessages {
			b.Flush()
		}
		b.messages[b.count] = Message{Path: p, Packets: b.buf[b.used:b.used]}
		b.count++
		b.packets, b.open = 0, true
	}
	return b.buf[b.used : b.used : b.used+size]
}

// fits tells whether the last message may have one more packet of this size.
func (b *Batch) fits(p *Path, size int) bool {
	m := &b.messages[b.count-1]
	return m.Path == p && size <= m.Segment && b.packets < MaxSegments && len(m.Packets)+size <= MaxBytes
}

// Commit adds the packet that was written into what Reserve returned.
func (b *Batch) Commit(packet []byte) {
	m := &b.messages[b.count-1]
	if b.packets == 0 {
		m.Segment = len(packet)
	}
	b.packets++
	b.open = len(packet) == m.Segment // a smaller one is the last
	b.used += len(packet)
	m.Packets = m.Packets[:len(m.Packets)+len(packet)]
}

// Flush sends all. What cannot be sent is counted by the socket; a socket that
// has been closed takes everything.
func (b *Batch) Flush() {
	if b.count > 0 {
		_, _ = b.sender.Send(b.messages[:b.count])
	}
	clear(b.messages[:b.count]) // paths that have gone are not kept
	b.used, b.count, b.packets, b.open = 0, 0, 0, false
}
