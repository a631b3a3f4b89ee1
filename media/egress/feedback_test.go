package egress

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pion/rtcp"
)

func marshal(t testing.TB, packets ...rtcp.Packet) []byte {
	t.Helper()
	raw, err := rtcp.Marshal(packets)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// remarks reads a compound packet to its end; a line for each remark.
func remarks(said Feedback) (lines []string) {
	for r, ok := said.Next(); ok; r, ok = said.Next() {
		lines = append(lines, r.line())
	}
	return lines
}

func (r Remark) line() string {
	switch r.Kind {
	case RemarkReception:
		return fmt.Sprintf("%d: lost %d, now %.0f; report %x for %d", r.SSRC, r.Lost, r.LossShare*256, r.LastReport, r.SinceReport)
	case RemarkMissing:
		return fmt.Sprintf("%d: missing %x", r.SSRC, r.missing)
	case RemarkEstimate:
		return fmt.Sprintf("estimate %g", float32(r.BitsASecond))
	default:
		return fmt.Sprintf("%d: keyframe", r.SSRC)
	}
}

func TestWhatAViewerSaysIsReadInItsOrder(t *testing.T) {
	t.Parallel()
	raw := marshal(t,
		&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{
			{SSRC: 7, FractionLost: 64, TotalLost: 300_000, LastSenderReport: 0xabcdef01, Delay: 65536},
			{SSRC: 8, TotalLost: 2},
		}},
		rtcp.NewCNAMESourceDescription(1, "somebody"),
		&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: 7, Nacks: []rtcp.NackPair{{PacketID: 258, LostPackets: 5}, {PacketID: 65535}}},
		&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 7},
		&rtcp.FullIntraRequest{SenderSSRC: 1, FIR: []rtcp.FIREntry{{SSRC: 7, SequenceNumber: 1}, {SSRC: 9, SequenceNumber: 2}}},
		&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: 2_500_000, SSRCs: []uint32{7}},
		&rtcp.SenderReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 7, TotalLost: 1}}}, // of one who sends as well
		&rtcp.Goodbye{Sources: []uint32{1}},
	)
	said, err := ReadFeedback(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"7: lost 300000, now 64; report abcdef01 for 65536", "8: lost 2, now 0; report 0 for 0",
		"7: missing 01020005ffff0000", "7: keyframe", "7: keyframe", "9: keyframe", "estimate 2.5e+06",
		"7: lost 1, now 0; report 0 for 0",
	}
	if got := remarks(said); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestPaddingIsNoPartOfWhatIsSaid(t *testing.T) {
	t.Parallel()
	raw := marshal(t, &rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: []rtcp.NackPair{{PacketID: 3}}})
	raw = append(raw, 0, 0, 0, 4)
	raw[0] |= 0x20
	raw[3]++
	said, err := ReadFeedback(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := remarks(said); !slices.Equal(got, []string{"7: missing 00030000"}) {
		t.Errorf("%q", got)
	}
	for _, nonsense := range []byte{0, 255} {
		raw[len(raw)-1] = nonsense
		if _, err := ReadFeedback(raw); err == nil {
			t.Errorf("%d bytes of padding were taken", nonsense)
		}
	}
}

// Of a compound packet that is not whole nothing is taken.
func TestFeedbackThatIsCutOffIsRefused(t *testing.T) {
	t.Parallel()
	raw := marshal(t,
		&rtcp.PictureLossIndication{MediaSSRC: 7},
		&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 7}}},
	)
	for n := range raw {
		if _, err := ReadFeedback(raw[:n]); err == nil && n != 12 { // 12: the first by itself
			t.Errorf("the first %d bytes were taken", n)
		}
	}
}

// theirRemarks are those that another reader of RTCP finds.
func theirRemarks(packets []rtcp.Packet) (lines []string) {
	reception := func(all []rtcp.ReceptionReport) {
		for _, r := range all {
			lines = append(lines, Remark{
				Kind: RemarkReception, SSRC: r.SSRC, Lost: r.TotalLost, LossShare: float64(r.FractionLost) / 256,
				LastReport: r.LastSenderReport, SinceReport: r.Delay,
			}.line())
		}
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.ReceiverReport:
			reception(p.Reports)
		case *rtcp.SenderReport:
			reception(p.Reports)
		case *rtcp.TransportLayerNack:
			var missing []byte
			for _, n := range p.Nacks {
				missing = binary.BigEndian.AppendUint16(missing, n.PacketID)
				missing = binary.BigEndian.AppendUint16(missing, uint16(n.LostPackets))
			}
			lines = append(lines, Remark{Kind: RemarkMissing, SSRC: p.MediaSSRC, missing: missing}.line())
		case *rtcp.PictureLossIndication:
			lines = append(lines, Remark{Kind: RemarkKeyframe, SSRC: p.MediaSSRC}.line())
		case *rtcp.FullIntraRequest:
			for _, f := range p.FIR {
				lines = append(lines, Remark{Kind: RemarkKeyframe, SSRC: f.SSRC}.line())
			}
		case *rtcp.ReceiverEstimatedMaximumBitrate:
			lines = append(lines, Remark{Kind: RemarkEstimate, BitsASecond: float64(p.Bitrate)}.line())
		}
	}
	return lines
}

// Whatever comes, nothing panics; and what another reader of RTCP takes for good is read
// just as that one reads it.
func FuzzReadFeedback(f *testing.F) {
	f.Add(marshal(f, &rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 7, LastSenderReport: 9, Delay: 3}}}))
	f.Add(marshal(f, &rtcp.SenderReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 7}}}, rtcp.NewCNAMESourceDescription(1, "x")))
	f.Add(marshal(f, &rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: []rtcp.NackPair{{PacketID: 1, LostPackets: 0xffff}}}, &rtcp.PictureLossIndication{MediaSSRC: 7}))
	f.Add(marshal(f, &rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: 7}}}))
	f.Add(marshal(f, &rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: math.MaxFloat32, SSRCs: []uint32{7, 8}}))
	f.Add([]byte{0xa1, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 4})
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		said, err := ReadFeedback(raw)
		got := remarks(said)
		if err != nil && len(got) > 0 {
			t.Errorf("refused, and yet: %q", got)
		}
		if !bytes.Equal(raw, before) {
			t.Error("it was changed")
		}
		packets, theirs := rtcp.Unmarshal(raw)
		if theirs != nil || padded(raw) {
			return
		}
		if slices.Contains(got, "estimate 0") { // theirs makes another number of it
			return
		}
		if want := theirRemarks(packets); err != nil || !slices.Equal(got, want) {
			t.Errorf("%x:\n%q\nwant\n%q (%v)", raw, got, want, err)
		}
	})
}

// padded tells whether one of the packets has the bit of padding, which the other reader
// takes for data.
func padded(raw []byte) bool {
	for len(raw) >= rtcpHeader {
		if raw[0]&0x20 != 0 {
			return true
		}
		raw = raw[min(len(raw), rtcpHeader+4*int(binary.BigEndian.Uint16(raw[2:]))):]
	}
	return false
}
