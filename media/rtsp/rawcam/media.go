package rawcam

import (
	"encoding/base64"
	"encoding/binary"
	"net"
	"time"

	"avhub/media/packet"
)

// Parameter sets of 320x180 pictures, made with x264 and x265, in base64.
const (
	SPS    = "Z01ADNkBQZ+fARAAAAMAEAAAAwMg8UKkgA=="
	PPS    = "aOvDyyA="
	VPS265 = "QAEMAf//AWAAAAMAkAAAAwAAAwA8koCQ"
	SPS265 = "QgEBAWAAAAMAkAAAAwAAAwA8oAoIC595ZKkkyvAWgIAAAAMAgAAADIQ="
	PPS265 = "RAHBcrRiQA=="
)

// NTP is the camera's clock at RTP time 0: half a second past a minute.
var NTP = time.Date(2026, 3, 1, 9, 0, 0, 500_000_000, time.UTC)

// sender is a track that was set up.
type sender struct {
	Track
	ssrc    uint32
	seq     uint16
	channel int
	udp     *net.UDPConn
	to      *net.UDPAddr
	late    []byte // a packet that the next overtakes
}

func (s *session) round(n int, h Habits) {
	if h.Noise && n%5 == 0 {
		s.conn.Write([]byte("$\x00\x00\x10noise\r\n"))
	}
	for i, t := range s.tracks {
		video := t.Kind.Video()
		if h.NoPlay || h.NoUDP && t.udp != nil || h.NoVideo && video || h.NoAudio && !video {
			continue
		}
		channel := t.channel
		if h.SwapTracks && len(s.tracks) == 2 {
			channel = s.tracks[1-i].channel
		}
		rtcp := channel + 1
		if h.SwapRTCP {
			channel, rtcp = rtcp, channel
		}
		payloads := t.payloads(n)
		for k, payload := range payloads {
			t.seq++
			if h.Lose > 0 && int(t.seq)%h.Lose == 0 {
				continue
			}
			p := t.rtp(h.PTOffset, k == len(payloads)-1, uint32(n*t.Rate/25), payload)
			if h.Late > 0 && t.udp != nil && t.late == nil && int(t.seq)%h.Late == 0 {
				t.late = p
				continue
			}
			s.send(t, channel, p)
			if t.late != nil {
				s.send(t, channel, t.late)
				s.send(t, channel, t.late)
				t.late = nil
			}
		}
		if n == 0 && t.udp == nil {
			s.send(t, rtcp, t.report())
		}
	}
}

func (s *session) send(t *sender, channel int, p []byte) {
	if t.udp != nil {
		t.udp.WriteToUDP(p, t.to)
		return
	}
	s.conn.Write(append([]byte{'$', byte(channel), byte(len(p) >> 8), byte(len(p))}, p...))
}

// payloads is what a track sends in a round: a group of ten pictures with the
// parameter sets before its first, or a frame of sound.
func (t *sender) payloads(n int) [][]byte {
	body := make([]byte, 300)
	switch {
	case t.Kind == packet.H265 && n%10 == 0:
		body[0], body[1] = 20<<1, 1
		return [][]byte{decode(VPS265), decode(SPS265), decode(PPS265), body}
	case t.Kind == packet.H265:
		body[0], body[1] = 1<<1, 1
	case t.Kind == packet.H264 && n%10 == 0:
		body[0] = 0x65
		return [][]byte{decode(SPS), decode(PPS), body}
	case t.Kind == packet.H264:
		body[0] = 0x61
	case t.Kind == packet.AAC:
		const size = 100
		return [][]byte{append([]byte{0, 16, size >> 5, size << 3 & 0xff}, body[:size]...)}
	default:
		body = body[:160]
	}
	return [][]byte{body}
}

func decode(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func (t *sender) rtp(offset int, marker bool, timestamp uint32, payload []byte) []byte {
	p := make([]byte, 12, 12+len(payload))
	p[0], p[1] = 0x80, byte(t.PT+offset)
	if marker {
		p[1] |= 0x80
	}
	binary.BigEndian.PutUint16(p[2:], t.seq)
	binary.BigEndian.PutUint32(p[4:], timestamp)
	binary.BigEndian.PutUint32(p[8:], t.ssrc)
	return append(p, payload...)
}

// report is a sender report for RTP time 0.
func (t *sender) report() []byte {
	p := make([]byte, 28)
	p[0], p[1], p[3] = 0x80, 200, 6
	binary.BigEndian.PutUint32(p[4:], t.ssrc)
	binary.BigEndian.PutUint32(p[8:], uint32(NTP.Unix()+2208988800))
	binary.BigEndian.PutUint32(p[12:], 1<<31) // half a second
	return p
}
