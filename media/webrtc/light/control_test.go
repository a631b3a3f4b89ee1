//go:build linux

package light

import (
	"encoding/binary"
	"net"
	"testing"

	"github.com/pion/rtcp"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/egress/seal"
	"avhub/media/egress/udpout"
	"avhub/media/mediatest"
)

// watched is a viewer that has been sent a stream's pictures, and the number of the first
// packet that it got.
func watched(t *testing.T, a *Agent, far *net.UDPConn) (v *egress.Viewer, first uint16) {
	t.Helper()
	camera, err := mediatest.Open(media.NewStream("court-1"), 50, 5000, false)
	if err != nil {
		t.Fatal(err)
	}
	fanout := egress.NewFanout(camera.Stream, nil)
	t.Cleanup(func() { fanout.Close(); camera.Feed.Close(); camera.Stream.Close() })
	if err := camera.Pictures(3); err != nil {
		t.Fatal(err)
	}
	v = &egress.Viewer{Transport: a, Video: &egress.Output{SSRC: 7, PayloadType: 102, ClockRate: 90000, RTXSSRC: 8, RTXPayloadType: 103}}
	a.events.Feedback = func(said egress.Feedback) { fanout.Feedback(v, said) }
	if err := fanout.Attach(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1500)
	if _, err := far.Read(packet); err != nil {
		t.Fatal(err)
	}
	return v, binary.BigEndian.Uint16(packet[2:])
}

// What a viewer reports, the packets that it asks for again and the hub's own reports cost
// no memory: not where they are opened, nor where they are read, answered and sealed.
func TestReportsBothWaysAllocateNothing(t *testing.T) {
	const runs = 400
	for _, p := range []seal.Profile{seal.GCM, seal.SHA1} {
		a, socket, far := sending(t, p)
		v, first := watched(t, a, far)
		theirs, err := seal.NewControl(p, make([]byte, 16), make([]byte, map[seal.Profile]int{seal.GCM: 12, seal.SHA1: 14}[p]))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := rtcp.Marshal([]rtcp.Packet{
			&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 7, TotalLost: 1}}},
			&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: 7, Nacks: []rtcp.NackPair{{PacketID: first}}},
			&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: 5e6, SSRCs: []uint32{7}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var all [][]byte
		for range runs + 1 {
			sealed, err := theirs.Seal(append(make([]byte, 0, 200), plain...))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, sealed)
		}
		n := testing.AllocsPerRun(runs, func() {
			a.receiveRTP(all[0])
			all = all[1:]
		})
		if n != 0 {
			t.Errorf("profile %d: %v allocations for a report that came", p, n)
		}
		if st := v.Stats(); st.Resent != runs+1 || st.Lost != 1 || st.Estimate != 5e6 {
			t.Errorf("profile %d: %+v, %+v", p, st, a.host.Stats())
		}
		before := socket.Stats().Packets
		n = testing.AllocsPerRun(runs, func() {
			b := udpout.AcquireSmall()
			if err := a.Report(b, plain); err != nil {
				t.Error(err)
			}
			b.Release()
		})
		if n != 0 {
			t.Errorf("profile %d: %v allocations for a report that left", p, n)
		}
		if sent := socket.Stats().Packets - before; sent != runs+1 {
			t.Errorf("profile %d: %d reports left", p, sent)
		}
	}
}
