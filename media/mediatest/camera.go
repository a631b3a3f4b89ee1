// Package mediatest feeds streams in tests with pictures and sound whose every
// byte is known: a camera of 25 pictures a second and a G.711 microphone, on a
// clock that the test moves.
package mediatest

import (
	"encoding/binary"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// SPS and PPS are those of a Constrained Baseline picture of 640x360 (x264).
var (
	SPS = []byte{0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2e, 0x48}
	PPS = []byte{0x68, 0xcb, 0x83, 0xcb, 0x20}
)

// Interval is the time between two pictures.
const Interval = 40 * time.Millisecond

// Camera writes pictures, and sound if HasSound, into a stream.
type Camera struct {
	Stream   *media.Stream
	Feed     *media.Feed
	GOP      int // pictures from keyframe to keyframe
	Size     int // bytes of a picture
	HasSound bool
	// Spare, if not 0, makes all but each Spare-th picture one that no other
	// refers to.
	Spare int
	Now   time.Time // when the next picture arrives
	N     int       // pictures written
}

// Tracks are the tracks of a camera with or without sound.
func Tracks(sound bool) []media.Track {
	tracks := []media.Track{{Kind: packet.H264, ClockRate: 90000, Params: packet.ParamSets{SPS: SPS, PPS: PPS}}}
	if sound {
		tracks = append(tracks, media.Track{Kind: packet.PCMA, ClockRate: 8000, SampleRate: 8000, Channels: 1})
	}
	return tracks
}

// Open opens a feed on the stream.
func Open(stream *media.Stream, gop, size int, sound bool) (*Camera, error) {
	feed, err := stream.Open(Tracks(sound))
	return &Camera{Stream: stream, Feed: feed, GOP: gop, Size: size, HasSound: sound, Now: time.Now()}, err
}

// Picture writes the next picture; its number stands at the end of its only
// NAL unit (see Number).
func (c *Camera) Picture() error {
	nalu := make([]byte, max(c.Size, 16))
	nalu[0] = 0x41
	switch {
	case c.N%c.GOP == 0:
		nalu[0] = 0x65
	case c.Spare != 0 && c.N%c.Spare != 0:
		nalu[0] = 0x01
	}
	for i := range nalu[1:] {
		nalu[1+i] = byte(i%251) | 1
	}
	binary.BigEndian.PutUint32(nalu[len(nalu)-5:], uint32(c.N))
	nalu[len(nalu)-1] = 0x80
	payloads, err := packet.Pack(packet.H264, [][]byte{nalu}, 1400)
	if err != nil {
		return err
	}
	for i := range payloads.Len() {
		err := c.Feed.Packet(0, media.Packet{
			Payload: payloads.At(i), RTP: uint32(c.N) * 3600, Marker: i == payloads.Len()-1, Arrived: c.Now,
		})
		if err != nil {
			return err
		}
	}
	if c.HasSound {
		for i := range 2 {
			sound := make([]byte, 160)
			err := c.Feed.Packet(1, media.Packet{Payload: sound, RTP: uint32(c.N*320 + i*160), Arrived: c.Now})
			if err != nil {
				return err
			}
		}
	}
	c.N++
	c.Now = c.Now.Add(Interval)
	return nil
}

// Pictures writes n pictures.
func (c *Camera) Pictures(n int) error {
	for range n {
		if err := c.Picture(); err != nil {
			return err
		}
	}
	return nil
}

// Run writes pictures in real time until stop is closed. It keeps to its
// schedule, and so makes up for what a busy machine has held up.
func (c *Camera) Run(stop <-chan struct{}) error {
	for next := time.Now().Add(Interval); ; next = next.Add(Interval) {
		select {
		case <-stop:
			return nil
		case c.Now = <-time.After(time.Until(next)):
		}
		if err := c.Picture(); err != nil {
			return err
		}
	}
}

// Number is the number of the picture that a NAL unit of the camera holds.
func Number(nalu []byte) int {
	if len(nalu) < 6 {
		return -1
	}
	return int(binary.BigEndian.Uint32(nalu[len(nalu)-5:]))
}
