package lean

import (
	"encoding/binary"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/stun/v4"
)

// reception is what has come of the picture.
type reception struct {
	ssrc                       atomic.Uint32
	begun                      bool
	next                       uint16
	missing                    map[uint16]time.Time // asked for, by when
	packets, lost, mended, rtx atomic.Uint64
	key                        keyframe
	untilOpened                int
}

// Stats are what a viewer has received.
type Stats struct {
	Packets, Lost uint64 // numbers that came; numbers that did not come at first
	Mended        uint64 // of the lost ones, those that came by retransmission
}

// Stats may be called at any time.
func (v *Viewer) Stats() Stats {
	s := &v.stream
	return Stats{s.packets.Load(), s.lost.Load(), s.mended.Load()}
}

// read takes packets until the socket is closed. After a rebinding the old
// socket's reader may still be at it for a moment.
func (v *Viewer) read(s *socket) {
	for s.read(func(b []byte, at time.Time) {
		v.taking.Lock()
		defer v.taking.Unlock()
		v.take(b, at)
	}) == nil {
	}
}

func (v *Viewer) take(b []byte, at time.Time) {
	switch {
	case len(b) < 2:
	case b[0] <= 3:
		v.takeSTUN(b)
	case b[0] >= 20 && b[0] <= 63:
		_, _ = v.records.Write(append([]byte(nil), b...), nil) // DTLS repeats what is lost
	case b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223:
		v.takeRTCP(b)
	case b[0]>>6 == 2 && len(b) > 12 && !v.ready.Load():
		if len(v.early) < mostEarly {
			v.early = append(v.early, arrival{slices.Clone(b), at})
		}
	case b[0]>>6 == 2 && len(b) > 12:
		if v.o.Lose == nil || !v.o.Lose() {
			v.takeRTP(b, at)
		}
	}
}

// arrival is a packet that came before the keys were there: the hub has finished
// the handshake by then, and sends at once.
type arrival struct {
	packet []byte
	at     time.Time
}

const mostEarly = 2000

// begin takes what came early, and from then on all as it comes.
func (v *Viewer) begin() {
	v.taking.Lock()
	defer v.taking.Unlock()
	v.ready.Store(true)
	for _, e := range v.early {
		v.take(e.packet, e.at)
	}
	v.early = nil
}

// takeSTUN answers checks.
func (v *Viewer) takeSTUN(b []byte) {
	if v.o.Deaf.Load() {
		return
	}
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	if m.Decode() != nil || m.Type != stun.BindingRequest {
		return
	}
	reply, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: v.theirs.to.IP, Port: v.theirs.to.Port},
		stun.NewShortTermIntegrity(v.ours.pwd), stun.Fingerprint)
	if err == nil {
		_, _ = v.sock.Load().Write(reply.Raw) // it asks again
	}
}

// keep checks the way as an ICE agent does that has chosen it, and reports.
func (v *Viewer) keep() {
	const fast, slow = 50 * time.Millisecond, time.Second
	tick := time.NewTimer(0)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-v.closed:
			return
		case <-tick.C:
		}
		if !v.ready.Load() || n%4 == 0 {
			v.check()
		}
		if v.ready.Load() {
			v.report()
			tick.Reset(slow)
		} else {
			tick.Reset(fast)
		}
	}
}

func (v *Viewer) check() {
	var tie [8]byte
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(v.theirs.ufrag+":"+v.ours.ufrag),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{110, 0, 30, 255}},
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: tie[:]}, stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(v.theirs.pwd), stun.Fingerprint)
	if err == nil {
		_, _ = v.sock.Load().Write(m.Raw) // the next one follows
	}
}

// takeRTP counts a packet, and opens it if it must.
func (v *Viewer) takeRTP(b []byte, at time.Time) {
	s := &v.stream
	payload, seq := int(b[1]&0x7f), binary.BigEndian.Uint16(b[2:])
	if payload == payloadRTX {
		v.takeAgain(b)
		return
	}
	s.ssrc.Store(binary.BigEndian.Uint32(b[8:]))
	s.packets.Add(1)
	if gap := seq - s.next; !s.begun || gap < 1<<15 {
		if s.begun && gap > 0 {
			v.miss(s.next, gap, at)
		}
		s.begun, s.next = true, seq+1
	} else if _, ok := s.missing[seq]; ok { // late, or sent again as it was
		delete(s.missing, seq)
		s.mended.Add(1)
	}
	marker := b[1]&0x80 != 0
	s.untilOpened++
	if v.found && (!marker || v.o.OnPicture == nil) && s.untilOpened < 1000 {
		return
	}
	s.untilOpened = 0
	plain, err := v.in.DecryptRTP(nil, b, nil)
	if err != nil {
		return
	}
	var p rtp.Packet
	if p.Unmarshal(plain) != nil {
		return
	}
	if !v.found && s.key.complete(&p) {
		v.found = true
		close(v.keyframe)
	}
	if marker && v.o.OnPicture != nil {
		v.o.OnPicture(p.Payload, at)
	}
}

// takeAgain takes a retransmission (RFC 4588).
func (v *Viewer) takeAgain(b []byte) {
	plain, err := v.in.DecryptRTP(nil, b, nil)
	if err != nil {
		return
	}
	var p rtp.Packet
	if p.Unmarshal(plain) != nil || len(p.Payload) < 2 {
		return
	}
	v.stream.rtx.Add(1)
	seq := binary.BigEndian.Uint16(p.Payload)
	if _, ok := v.stream.missing[seq]; ok {
		delete(v.stream.missing, seq)
		v.stream.mended.Add(1)
	}
}

// miss asks for packets that did not come.
func (v *Viewer) miss(from, count uint16, at time.Time) {
	const most = 64
	s := &v.stream
	s.lost.Add(uint64(count))
	if v.o.Silent || count > most {
		return
	}
	if s.missing == nil || len(s.missing) > 1000 {
		s.missing = map[uint16]time.Time{}
	}
	var list []uint16
	for i := range count {
		list = append(list, from+i)
		s.missing[from+i] = at
	}
	v.Report(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: s.ssrc.Load(), Nacks: rtcp.NackPairsFromSequenceNumbers(list)})
}

// report sends a receiver report.
func (v *Viewer) report() {
	if v.o.Silent || v.stream.ssrc.Load() == 0 {
		return
	}
	v.Report(&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: v.stream.ssrc.Load()}}})
}

// Report sends RTCP.
func (v *Viewer) Report(packets ...rtcp.Packet) {
	raw, err := rtcp.Marshal(packets)
	if err != nil || !v.ready.Load() {
		return
	}
	v.outMu.Lock()
	sealed, err := v.out.EncryptRTCP(nil, raw, nil)
	v.outMu.Unlock()
	if err == nil {
		_, _ = v.sock.Load().Write(sealed) // may be lost
	}
}

// Raw sends bytes as they are, for tests that send nonsense.
func (v *Viewer) Raw(b []byte) { _, _ = v.sock.Load().Write(b) }

// Ufrag is the viewer's.
func (v *Viewer) Ufrag() string { return v.ours.ufrag }

// SSRC is the picture's; 0 before it comes.
func (v *Viewer) SSRC() uint32 { return v.stream.ssrc.Load() }

func (v *Viewer) takeRTCP([]byte) {} // sender reports tell a player about time; this one plays nothing
