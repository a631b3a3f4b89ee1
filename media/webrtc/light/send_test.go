//go:build linux

package light

import (
	"bytes"
	"net"
	"testing"

	"golang.org/x/time/rate"

	"avhub/media/egress"
	"avhub/media/egress/seal"
	"avhub/media/egress/udpout"
	"avhub/media/packet"
)

// sending is an agent with keys and a way, as it is after the handshake, and where that
// leads.
func sending(t *testing.T, p seal.Profile) (*Agent, *udpout.Socket, *net.UDPConn) {
	t.Helper()
	var ends [2]*net.UDPConn
	for i := range ends {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		ends[i] = c
	}
	socket, err := udpout.NewSocket(ends[0])
	if err != nil {
		t.Fatal(err)
	}
	salt := map[seal.Profile]int{seal.GCM: 12, seal.SHA1: 14}[p]
	sealer, err := seal.New(p, make([]byte, 16), make([]byte, salt))
	if err != nil {
		t.Fatal(err)
	}
	k := &keys{sealer: sealer}
	for _, c := range []**seal.Control{&k.out, &k.in} {
		if *c, err = seal.NewControl(p, make([]byte, 16), make([]byte, salt)); err != nil {
			t.Fatal(err)
		}
	}
	a := &Agent{ctx: t.Context(), host: &Host{}, allowed: rate.NewLimiter(rate.Inf, 1)}
	a.keys.Store(k)
	a.active.Store(&route{agent: a, path: socket.Path(ends[1].LocalAddr().(*net.UDPAddr).AddrPort())})
	return a, socket, ends[1]
}

// pictureOf packs a picture of so many bytes.
func pictureOf(t *testing.T, size int) *egress.Run {
	t.Helper()
	payloads, err := packet.Pack(packet.H264, [][]byte{append([]byte{0x65}, bytes.Repeat([]byte{1}, size)...)}, 1180)
	if err != nil {
		t.Fatal(err)
	}
	return &egress.Run{
		Payloads: payloads, To: payloads.Len(), SSRC: 7, PayloadType: 102, Seq: 1, Stamp: 3000, Marker: true,
		Extensions: &egress.Extensions{AbsSendTime: 1, PlayoutDelay: 2},
	}
}

// A picture of up to 64 kB leaves as one message, which the kernel cuts: that is
// two thirds of what a packet costs.
func TestAPictureIsOneMessage(t *testing.T) {
	t.Parallel()
	for _, p := range []seal.Profile{seal.GCM, seal.SHA1} {
		a, socket, _ := sending(t, p)
		b := udpout.Acquire()
		run := pictureOf(t, 40_000)
		if refused := a.Send(b, run); refused != 0 {
			t.Errorf("profile %d: %d packets were refused", p, refused)
		}
		b.Release()
		if st := socket.Stats(); !st.Whole || st.Unsegmented > 0 {
			t.Errorf("profile %d: the kernel does not cut messages here: %+v", p, st)
		} else if st.Packets != uint64(run.Count()) || st.Messages != 1 || st.Calls != 1 {
			t.Errorf("profile %d: %d packets left in %d messages by %d calls: %+v", p, run.Count(), st.Messages, st.Calls, st)
		}
	}
}

func TestSendingAllocatesNothing(t *testing.T) {
	for _, p := range []seal.Profile{seal.GCM, seal.SHA1} {
		a, _, _ := sending(t, p)
		run := pictureOf(t, 9_000)
		again := *run
		again.To, again.Again, again.Original = 1, true, 5
		got := testing.AllocsPerRun(200, func() {
			b := udpout.Acquire()
			a.Send(b, run)
			a.Send(b, &again)
			b.Release()
			run.Seq += uint16(run.Count())
			again.Seq++
		})
		if got != 0 {
			t.Errorf("profile %d: %v allocations a picture", p, got)
		}
	}
}
