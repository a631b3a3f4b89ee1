package egress

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"
)

// sealed is a packet as SRTP leaves it: an open header, the rest is secret.
func sealed(seq uint16, marker bool, size int) []byte {
	b := make([]byte, size)
	b[0], b[1] = 0x80, 96
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	for i := rtpHeader; i < size; i++ {
		b[i] = byte(seq) + byte(i)
	}
	return b
}

// ends are a gatherer and a socket that it sends to.
func ends(t *testing.T) (*Gatherer, *net.UDPConn, netip.AddrPort) {
	t.Helper()
	open := func() *net.UDPConn {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	g, far := NewGatherer(open()), open()
	if err := far.SetReadBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close(); far.Close() })
	return g, far, far.LocalAddr().(*net.UDPAddr).AddrPort()
}

func send(t *testing.T, g *Gatherer, to netip.AddrPort, packets ...[]byte) {
	t.Helper()
	for _, p := range packets {
		if n, err := g.WriteToAddrPort(p, to); err != nil || n != len(p) {
			t.Fatalf("%d of %d bytes were sent: %v", n, len(p), err)
		}
	}
}

// receives checks that just these packets come, in this order.
func receives(t *testing.T, far *net.UDPConn, packets ...[]byte) {
	t.Helper()
	buf := make([]byte, 65536)
	for i, want := range packets {
		if err := far.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := far.Read(buf)
		if err != nil {
			t.Fatalf("packet %d of %d: %v", i, len(packets), err)
		}
		if !bytes.Equal(buf[:n], want) {
			t.Fatalf("packet %d came with %d bytes and number %d, not %d and %d", i, n, binary.BigEndian.Uint16(buf[2:]), len(want), binary.BigEndian.Uint16(want[2:]))
		}
	}
}

// picture is count packets of which the last is smaller.
func picture(count int) [][]byte {
	var all [][]byte
	for i := range count - 1 {
		all = append(all, sealed(uint16(i), false, 1200))
	}
	return append(all, sealed(uint16(count-1), true, 333))
}

func TestAPictureLeavesInOneMessage(t *testing.T) {
	t.Parallel()
	g, far, to := ends(t)
	if !g.Stats().Whole {
		t.Fatal("this kernel does not cut messages: Linux 4.18 does")
	}
	p := picture(34)
	send(t, g, to, p...)
	receives(t, far, p...)
	if s := g.Stats(); s.Messages != 1 || s.Packets != 34 {
		t.Errorf("%+v", s)
	}
}

func TestPicturesOfAllSizesArriveAsTheyWere(t *testing.T) {
	t.Parallel()
	g, far, to := ends(t)
	for _, count := range []int{1, 2, 3, 59, 60, 61, 62, 200} {
		p := picture(count)
		send(t, g, to, p...)
		receives(t, far, p...)
	}
	// Sizes that go up and down, small parts first, two of equal size at the end.
	for _, sizes := range [][]int{{50, 1200, 1200, 1100, 1200, 1200}, {1000, 1200, 1200}, {1200, 1200, 900, 800}, {1200, 50, 1200, 1200}} {
		var p [][]byte
		for i, size := range sizes {
			p = append(p, sealed(uint16(i), i == len(sizes)-1, size))
		}
		send(t, g, to, p...)
		receives(t, far, p...)
	}
}

func TestWhatIsNoPictureLeavesAtOnce(t *testing.T) {
	t.Parallel()
	g, far, to := ends(t)
	sound := sealed(1, false, 180)
	rtcp := append([]byte{0x80, 200}, make([]byte, 900)...)
	stun := append([]byte{0x00, 0x01}, make([]byte, 900)...)
	send(t, g, to, sound, rtcp, stun)
	receives(t, far, sound, rtcp, stun)
	if g.held.Load() != 0 {
		t.Error("something is held")
	}
}

func TestAPictureWithoutEndDoesNotWaitLong(t *testing.T) {
	t.Parallel()
	g, far, to := ends(t)
	p := picture(10)[:9] // the last is lost on the way here
	send(t, g, to, p...)
	receives(t, far, p...)
	if s := g.Stats(); s.Packets != 9 {
		t.Errorf("%+v", s)
	}
}

func TestAKernelThatDoesNotCutGetsPacketsOneByOne(t *testing.T) {
	t.Parallel()
	g, far, to := ends(t)
	p := picture(10)
	send(t, g, to, p[:5]...)
	g.whole.Store(false) // as after an error
	send(t, g, to, p[5:]...)
	receives(t, far, p...)
	for _, err := range []error{errTest("other"), net.ErrClosed} {
		if cannotSegment(err) {
			t.Errorf("%v was taken for a kernel that does not cut", err)
		}
	}
}

type errTest string

func (e errTest) Error() string { return string(e) }

func TestAddressesThatHaveGoneAreForgotten(t *testing.T) {
	t.Parallel()
	g, far, to := ends(t)
	p := picture(3)
	send(t, g, to, p...)
	receives(t, far, p...)
	g.forget(time.Now().Add(2 * penKept))
	g.mu.RLock()
	defer g.mu.RUnlock()
	if len(g.pens) != 0 {
		t.Errorf("%d addresses are kept", len(g.pens))
	}
}

func BenchmarkGatherer(b *testing.B) {
	for name, whole := range map[string]bool{"together": true, "alone": false} {
		b.Run(name, func(b *testing.B) {
			c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				b.Fatal(err)
			}
			far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				b.Fatal(err)
			}
			defer far.Close()
			g := NewGatherer(c)
			defer g.Close()
			g.whole.Store(whole)
			to, p := far.LocalAddr().(*net.UDPAddr).AddrPort(), picture(8)
			b.ReportAllocs()
			for b.Loop() {
				for _, x := range p {
					_, _ = g.WriteToAddrPort(x, to)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*8), "ns/packet")
		})
	}
}
