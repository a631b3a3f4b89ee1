package egress

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Gatherer is a UDP socket that sends the packets of one picture to one address
// together: as one message that the kernel cuts (UDP generic segmentation
// offload), where it can do that, which saves most of the cost of a packet.
//
// It tells by the RTP header, which SRTP leaves open: large packets without
// marker are parts of a picture, and its last packet carries the marker. All
// others (sound, RTCP, STUN, DTLS) leave at once. What waits for a last packet
// that does not come leaves after [gatherLimit].
type Gatherer struct {
	*net.UDPConn
	whole atomic.Bool // the kernel takes messages to be cut

	mu    sync.RWMutex
	pens  map[netip.AddrPort]*pen
	held  atomic.Int64 // pens that hold something
	wake  chan struct{}
	done  chan struct{}
	ended sync.WaitGroup
	once  sync.Once

	messages, packets, refused atomic.Uint64
}

// pen holds the packets that wait for one address: equal in size, but the last
// may be smaller.
type pen struct {
	mu    sync.Mutex
	buf   []byte
	size  int // of each
	count int
	since time.Time
	used  time.Time
	plain bool // the path does not take messages to be cut
}

const (
	gatherLimit  = 5 * time.Millisecond
	gatherLeast  = 700    // bytes: smaller packets without marker are no part of a picture that is worth waiting for
	gatherBytes  = 60_000 // of one message: an IP packet has 64 KiB
	gatherCount  = 60     // packets of one message (UDP_MAX_SEGMENTS is 64 in older kernels)
	penKept      = time.Minute
	rtpHeader    = 12
	firstRTCP    = 64 // payload types 64 to 95 with the marker's bit are RTCP's (RFC 5761 section 4)
	lastRTCP     = 95
	rtpVersion   = 2
	markerBit    = 0x80
	payloadTypes = 0x7f
)

// NewGatherer makes one of a socket; Close closes the socket too.
func NewGatherer(c *net.UDPConn) *Gatherer {
	g := &Gatherer{UDPConn: c, pens: map[netip.AddrPort]*pen{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
	g.whole.Store(canSegment(c))
	g.ended.Go(g.hurry)
	return g
}

// GathererStats are counted since the beginning.
type GathererStats struct {
	Messages, Packets uint64 // given to the kernel
	Refused           uint64 // messages that the kernel would not cut
	Whole             bool   // messages are cut by the kernel
}

// Stats may be called at any time.
func (g *Gatherer) Stats() GathererStats {
	return GathererStats{g.messages.Load(), g.packets.Load(), g.refused.Load(), g.whole.Load()}
}

// ReadFromAddrPort reads a packet.
func (g *Gatherer) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return g.ReadFromUDPAddrPort(b)
}

// WriteToAddrPort sends a packet, or keeps a copy that leaves with its picture.
func (g *Gatherer) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	part, last := pictureMark(b)
	if !part && !last {
		return g.alone(b, to)
	}
	if !g.whole.Load() {
		return g.inOrder(b, to)
	}
	p := g.pen(to, part && len(b) >= gatherLeast)
	if p == nil {
		return g.alone(b, to)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == 0 && (last || len(b) < gatherLeast) {
		return g.alone(b, to)
	}
	if p.count > 0 && (len(b) > p.size || p.count == gatherCount || len(p.buf)+len(b) > gatherBytes) {
		if err := g.flush(p, to); err != nil {
			return 0, err
		}
		if last {
			return g.alone(b, to)
		}
	}
	g.keep(p, b)
	if last || len(b) < p.size {
		return len(b), g.flush(p, to)
	}
	return len(b), nil
}

// inOrder sends a packet after what is still held for its address.
func (g *Gatherer) inOrder(b []byte, to netip.AddrPort) (int, error) {
	if g.held.Load() > 0 {
		if p := g.pen(to, false); p != nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			if err := g.flush(p, to); err != nil {
				return 0, err
			}
		}
	}
	return g.alone(b, to)
}

// pictureMark tells what an RTP packet without or with the marker may be.
func pictureMark(b []byte) (part, last bool) {
	if len(b) <= rtpHeader || b[0]>>6 != rtpVersion {
		return false, false
	}
	if pt := b[1] & payloadTypes; pt >= firstRTCP && pt <= lastRTCP {
		return false, false
	}
	last = b[1]&markerBit != 0
	return !last, last
}

// pen finds the address's pen; add makes one if there is none.
func (g *Gatherer) pen(to netip.AddrPort, add bool) *pen {
	g.mu.RLock()
	p := g.pens[to]
	g.mu.RUnlock()
	if p != nil || !add {
		return p
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if p = g.pens[to]; p == nil {
		p = &pen{}
		g.pens[to] = p
	}
	return p
}

var penBuffers = sync.Pool{New: func() any { b := make([]byte, 0, gatherBytes+2048); return &b }}

// keep adds a copy; p.mu is held.
func (g *Gatherer) keep(p *pen, b []byte) {
	if p.count == 0 {
		p.buf = (*penBuffers.Get().(*[]byte))[:0]
		p.size, p.since = len(b), time.Now()
		if g.held.Add(1) == 1 {
			select {
			case g.wake <- struct{}{}:
			default: // it is awake
			}
		}
	}
	p.buf = append(p.buf, b...)
	p.count++
}

// flush sends what a pen holds; p.mu is held.
func (g *Gatherer) flush(p *pen, to netip.AddrPort) error {
	if p.count == 0 {
		return nil
	}
	buf, size, count := p.buf, p.size, p.count
	p.buf, p.count, p.used = nil, 0, time.Now()
	g.held.Add(-1)
	defer penBuffers.Put(&buf)
	g.packets.Add(uint64(count))
	if count > 1 && g.whole.Load() && !p.plain {
		err := sendSegments(g.UDPConn, buf, size, to)
		if err == nil {
			g.messages.Add(1)
			return nil
		}
		if !cannotSegment(err) {
			return err
		}
		g.refused.Add(1)
		p.plain = true // an interface or a path with a small MTU: others may take them
		if isUnknown(err) {
			g.whole.Store(false) // the kernel does not know how: each packet leaves alone
		}
	}
	for len(buf) > 0 {
		n := min(size, len(buf))
		if _, err := g.WriteToUDPAddrPort(buf[:n], to); err != nil {
			return err
		}
		g.messages.Add(1)
		buf = buf[n:]
	}
	return nil
}

func (g *Gatherer) alone(b []byte, to netip.AddrPort) (int, error) {
	g.messages.Add(1)
	g.packets.Add(1)
	return g.WriteToUDPAddrPort(b, to)
}

// hurry sends what has waited too long, and forgets addresses that have gone.
func (g *Gatherer) hurry() {
	tick := time.NewTicker(gatherLimit)
	defer tick.Stop()
	forget := time.NewTicker(penKept)
	defer forget.Stop()
	for {
		if g.held.Load() == 0 {
			select {
			case <-g.wake:
			case now := <-forget.C:
				g.forget(now)
			case <-g.done:
				return
			}
		}
		select {
		case now := <-tick.C:
			g.late(now)
		case <-g.done:
			return
		}
	}
}

func (g *Gatherer) late(now time.Time) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for to, p := range g.pens {
		p.mu.Lock()
		if p.count > 0 && now.Sub(p.since) >= gatherLimit {
			_ = g.flush(p, to) // an address that cannot be reached loses packets, as it would have
		}
		p.mu.Unlock()
	}
}

func (g *Gatherer) forget(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for to, p := range g.pens {
		p.mu.Lock()
		if p.count == 0 && now.Sub(p.used) > penKept {
			delete(g.pens, to)
		}
		p.mu.Unlock()
	}
}

// Close closes the socket.
func (g *Gatherer) Close() error {
	g.once.Do(func() { close(g.done) })
	g.ended.Wait()
	return g.UDPConn.Close()
}
