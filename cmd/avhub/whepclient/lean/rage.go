package lean

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"
)

// Pace of what a raging viewer does: so many times in each turn.
const (
	rageTurn  = 5 * time.Millisecond
	rageTimes = 10
)

// Rage misbehaves in one of five ways until stop is closed: 0 asks for everything again
// and again, 1 wishes for keyframes without end, 2 forges reports, 3 sends nonsense, each
// two thousand times a second, and 4 moves from one address to the next. It is for tests of
// those who serve viewers.
func (v *Viewer) Rage(way int, stop <-chan struct{}) {
	tick := time.NewTicker(rageTurn)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		if way%5 == 4 {
			if n%20 == 0 {
				_ = v.Rebind() // the next one follows
			}
			continue
		}
		for range rageTimes {
			v.rageOnce(way%5, uint8(n))
		}
	}
}

func (v *Viewer) rageOnce(way int, n uint8) {
	switch way {
	case 0:
		everything := make([]rtcp.NackPair, 340)
		for k := range everything {
			everything[k] = rtcp.NackPair{PacketID: uint16(rand.Uint32()), LostPackets: 0xffff}
		}
		v.Report(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: v.SSRC(), Nacks: everything})
	case 1:
		v.Report(&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: v.SSRC()},
			&rtcp.FullIntraRequest{SenderSSRC: 1, MediaSSRC: v.SSRC(), FIR: []rtcp.FIREntry{{SSRC: v.SSRC(), SequenceNumber: n}}})
	case 2:
		forged := append([]byte{0x81, 201, 0, 7}, make([]byte, 60)...)
		binary.BigEndian.PutUint32(forged[4:], rand.Uint32())
		v.Raw(forged)
	case 3:
		b := make([]byte, 1+rand.IntN(200))
		for k := range b {
			b[k] = byte(rand.Uint32())
		}
		b[0] = []byte{0, 1, 22, 64, 128, 255}[rand.IntN(6)]
		v.Raw(b)
	}
}
