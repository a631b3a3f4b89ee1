//go:build linux

package udpout

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ends are a sender and a socket that it sends to.
func ends(t *testing.T, network string) (*Sender, *net.UDPConn, *net.UDPConn, *Path) {
	t.Helper()
	near, err := net.ListenUDP(network, nil)
	if err != nil {
		t.Fatal(err)
	}
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := far.SetReadBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	s, err := NewSocket(near)
	if err != nil {
		t.Fatal(err)
	}
	return s.NewSender(), near, far, s.Path(far.LocalAddr().(*net.UDPAddr).AddrPort())
}

// message is count packets of which the last is smaller; n tells messages apart.
func message(p *Path, n, count int) Message {
	const size = 1200
	var b []byte
	for i := range count {
		packet := bytes.Repeat([]byte{byte(n), byte(i)}, size/2)
		if i == count-1 {
			packet = packet[:301]
		}
		b = append(b, packet...)
	}
	return Message{Path: p, Packets: b, Segment: size}
}

// arrive checks that all packets of the messages came, in order.
func arrive(t *testing.T, far *net.UDPConn, messages ...Message) {
	t.Helper()
	buf := make([]byte, 65536)
	for n := range messages {
		for i := range messages[n].count() {
			if err := far.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			got, err := far.Read(buf)
			if err != nil {
				t.Fatalf("message %d, packet %d: %v", n, i, err)
			}
			if want := messages[n].packet(i); !bytes.Equal(buf[:got], want) {
				t.Fatalf("message %d, packet %d: %d bytes, want %d", n, i, got, len(want))
			}
		}
	}
}

func mixed(p *Path) []Message {
	var all []Message
	for n, count := range []int{2, 1, 8, 50, 1, 1, 3, 7, 12, 1, 5} {
		all = append(all, message(p, n, count))
	}
	return all
}

func TestMessagesLeaveTogether(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"udp4", "udp"} {
		x, _, far, path := ends(t, network)
		all := mixed(path)
		if failed, err := x.Send(all); failed != 0 || err != nil {
			t.Fatalf("%s: %d failed: %v", network, failed, err)
		}
		arrive(t, far, all...)
		if st := x.s.Stats(); st.Calls != 1 || st.Messages != 11 || st.Packets != 91 || !st.Whole {
			t.Errorf("%s: %+v", network, st)
		}
	}
}

// faults answers the first calls with errors.
func (x *Sender) faults(errs ...unix.Errno) {
	x.call = func(fd uintptr, hdrs []mmsghdr) (int, unix.Errno) {
		if len(errs) > 0 {
			e := errs[0]
			errs = errs[1:]
			if e != 0 {
				return 0, e
			}
		}
		return sendmmsg(fd, hdrs)
	}
}

func TestWhatTheKernelRefusesArrivesOtherwise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		errs  []unix.Errno
		check func(Stats) bool
	}{
		"no checksum offload":       {[]unix.Errno{0, unix.EIO}, func(s Stats) bool { return s.Unsegmented > 0 && s.Whole }},
		"a path with a small MTU":   {[]unix.Errno{0, unix.EMSGSIZE}, func(s Stats) bool { return s.Unsegmented > 0 && s.Whole }},
		"no segmentation":           {[]unix.Errno{0, unix.ENOPROTOOPT}, func(s Stats) bool { return s.Unsegmented > 0 && !s.Whole }},
		"no sendmmsg":               {[]unix.Errno{unix.ENOSYS}, func(s Stats) bool { return !s.Many }},
		"a full socket":             {[]unix.Errno{0, unix.EAGAIN}, func(s Stats) bool { return s.Waits > 0 }},
		"a full queue, for a while": {[]unix.Errno{0, unix.ENOBUFS, unix.ENOBUFS}, func(s Stats) bool { return s.Full == 2 }},
		"a signal":                  {[]unix.Errno{unix.EINTR, 0, unix.EINTR}, func(s Stats) bool { return s.Calls > 2 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, _, far, path := ends(t, "udp4")
			x.faults(c.errs...)
			for range 3 {
				all := mixed(path)
				failed, err := x.Send(all)
				if failed != 0 || err != nil {
					t.Fatalf("%d failed: %v", failed, err)
				}
				arrive(t, far, all...)
			}
			if s := x.s.Stats(); !c.check(s) || s.Failed != 0 || s.Packets != 3*91 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// One address that cannot be reached costs the others nothing.
func TestAPathThatFailsIsLeftOut(t *testing.T) {
	t.Parallel()
	x, _, far, path := ends(t, "udp4")
	dead := x.s.Path(netip.MustParseAddrPort("0.0.0.0:0")) // EINVAL, whole or not
	good := mixed(path)
	all := append(append([]Message{message(dead, 99, 4)}, good...), message(dead, 98, 2), message(dead, 97, 1))
	if failed, err := x.Send(all); failed != 7 || err != nil {
		t.Errorf("%d failed: %v", failed, err)
	}
	arrive(t, far, good...)
	// The others' messages are cut still.
	calls := x.s.Stats().Calls
	if _, err := x.Send(good); err != nil {
		t.Fatal(err)
	}
	arrive(t, far, good...)
	if n := x.s.Stats().Calls - calls; n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestAQueueThatStaysFullIsGivenUp(t *testing.T) {
	t.Parallel()
	x, _, _, path := ends(t, "udp4")
	x.call = func(uintptr, []mmsghdr) (int, unix.Errno) { return 0, unix.ENOBUFS }
	if failed, err := x.Send([]Message{message(path, 1, 3)}); failed != 3 || err != nil {
		t.Errorf("%d failed: %v", failed, err)
	}
}

func TestClosingEndsTheWait(t *testing.T) {
	t.Parallel()
	x, near, _, path := ends(t, "udp4")
	waiting := make(chan struct{}, 10)
	x.call = func(uintptr, []mmsghdr) (int, unix.Errno) {
		select {
		case waiting <- struct{}{}:
		default:
		}
		return 0, unix.EAGAIN
	}
	ended := make(chan error)
	go func() { _, err := x.Send([]Message{message(path, 1, 3)}); ended <- err }()
	<-waiting
	<-waiting // the second call is made under the poller
	near.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it still waits")
	}
	if _, err := x.Send([]Message{message(path, 1, 3)}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestSendingAllocatesNothing(t *testing.T) {
	x, _, _, path := ends(t, "udp4")
	all := mixed(path)
	if n := testing.AllocsPerRun(200, func() { _, _ = x.Send(all) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSend(b *testing.B) {
	for _, c := range []struct {
		name            string
		messages, count int
		whole           bool
	}{
		{"one-picture-of-8", 1, 8, true}, {"16-viewers-of-8", 16, 8, true}, {"16-viewers-of-8-uncut", 16, 8, false},
		{"16-lone-packets", 16, 1, true}, {"one-lone-packet", 1, 1, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			near, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				b.Fatal(err)
			}
			defer near.Close()
			s, err := NewSocket(near)
			if err != nil {
				b.Fatal(err)
			}
			s.whole.Store(c.whole)
			var all []Message
			for n := range c.messages {
				far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
				if err != nil {
					b.Fatal(err)
				}
				defer far.Close()
				all = append(all, message(s.Path(far.LocalAddr().(*net.UDPAddr).AddrPort()), n, c.count))
			}
			x := s.NewSender()
			b.ReportAllocs()
			for b.Loop() {
				_, _ = x.Send(all)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.messages*c.count), "ns/packet")
		})
	}
}
