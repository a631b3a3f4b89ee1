package main

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/pion/rtp"

	"avhub/media/mediatest"
	"avhub/media/packet"
)

// reel says what a measurement sends: 25 pictures a second, a keyframe every
// two seconds. The time of sending stands at the end of each picture.
type reel struct{ picture, keyframe int } // bytes

// interval is a picture's time. It is no multiple of the kernel's tick, which comes every
// 1, 4 or 10 ms: by what a process does just then the kernel divides its time into its own
// and the kernel's. With 40 ms each picture would be sent at the same place between two
// ticks, and that place alone be counted; so the ticks see all of the work by turns.
const interval = 39_700 * time.Microsecond

var (
	oneMbit = reel{5000, 40_000}
	twoMbit = reel{9000, 60_000}
)

const (
	keyframeEach = 50
	stampStep    = uint32(interval * 90_000 / time.Second)
	stampSize    = 13 // magic, nanoseconds, stop bit
	magic        = 0x61767462
)

// stamped is a picture that carries its time.
func (r reel) stamped(n int, now time.Time) [][]byte {
	size, head := r.picture, byte(0x41)
	if n%keyframeEach == 0 {
		size, head = r.keyframe, 0x65
	}
	nalu := make([]byte, size)
	nalu[0] = head
	for i := 1; i < size; i++ {
		nalu[i] = byte(i%251) | 1
	}
	end := nalu[size-stampSize:]
	binary.BigEndian.PutUint32(end, magic)
	binary.BigEndian.PutUint64(end[4:], uint64(now.UnixNano()))
	end[12] = 0x80
	if head == 0x65 {
		return [][]byte{mediatest.SPS, mediatest.PPS, nalu}
	}
	return [][]byte{nalu}
}

// sentAt reads the time from a picture's last packet.
func sentAt(p *rtp.Packet) (time.Time, bool) {
	if !p.Marker {
		return time.Time{}, false
	}
	return writtenAt(p.Payload)
}

// writtenAt reads it from that packet's payload.
func writtenAt(payload []byte) (time.Time, bool) {
	if len(payload) < stampSize {
		return time.Time{}, false
	}
	end := payload[len(payload)-stampSize:]
	if binary.BigEndian.Uint32(end) != magic {
		return time.Time{}, false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(end[4:]))), true
}

// film sends pictures at their pace until ctx ends.
func (r reel) film(ctx context.Context, send func(*rtp.Packet) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var seq uint16
	for n := 0; ; n++ {
		payloads, err := packet.Pack(packet.H264, r.stamped(n, time.Now()), 1180)
		if err != nil {
			return err
		}
		for i := range payloads.Len() {
			p := &rtp.Packet{
				Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: seq, Timestamp: uint32(n) * stampStep, SSRC: 7, Marker: i == payloads.Len()-1},
				Payload: payloads.At(i),
			}
			seq++
			if err := send(p); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
