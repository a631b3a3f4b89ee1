package recorder

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/mediatest"
	"avhub/media/packet"
)

// rtpCam is a camera that sends RTP by clocks of its own, which run too fast or too
// slow. Each frame says its number, and when it was taken is remembered, so that a test
// can tell from a file which frames it holds and whether they stand where they belong.
type rtpCam struct {
	t      *testing.T
	stream *media.Stream

	mu     sync.Mutex
	tracks []*camTrack
	status media.Status
	stop   context.CancelFunc
	done   chan struct{}
	jump   time.Duration // of its own clock, NTP and RTP, since the start
	sps    []byte
}

// camTrack is one track on the camera's side.
type camTrack struct {
	kind  packet.Kind
	rate  int           // of RTP, in Hz
	every time.Duration // between two frames, by the camera's clock
	ppm   float64       // how much that clock is fast
	gop   int           // pictures from keyframe to keyframe
	base  uint32        // RTP timestamp at the next connection

	taken []time.Duration // when each frame was, on the stream's timeline
}

func newRTPCam(t *testing.T, tracks ...*camTrack) *rtpCam {
	return &rtpCam{t: t, stream: media.NewStream("camera"), tracks: tracks, status: offline(), sps: mediatest.SPS}
}

func offline() media.Status {
	return media.Status{State: media.Offline, Cause: &media.Cause{Code: media.CauseRefused, Detail: "nothing listens there"}, Since: time.Now()}
}

// Hold implements [Source].
func (c *rtpCam) Hold() (*media.Stream, func()) { return c.stream, func() {} }

// Status implements [Source].
func (c *rtpCam) Status() media.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

func (c *rtpCam) describe() []media.Track {
	var all []media.Track
	for _, t := range c.tracks {
		m := media.Track{Kind: t.kind, ClockRate: t.rate}
		switch {
		case t.kind == packet.H264:
			m.Params = packet.ParamSets{SPS: c.sps, PPS: mediatest.PPS}
		case t.kind == packet.AAC:
			m.SampleRate, m.Channels, m.Config = t.rate, 1, []byte{0x14, 0x08} // AAC-LC, 16 kHz, mono
		default:
			m.SampleRate, m.Channels = t.rate, 1
		}
		all = append(all, m)
	}
	return all
}

// on connects the camera.
func (c *rtpCam) on() {
	feed, err := c.stream.Open(c.describe())
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.mu.Lock()
	c.stop, c.done, c.status = cancel, make(chan struct{}), media.Status{State: media.Live, Since: time.Now()}
	done := c.done
	c.mu.Unlock()
	go func() {
		defer close(done)
		defer feed.Close()
		c.play(ctx, feed)
	}()
}

// off disconnects it, and waits until it is.
func (c *rtpCam) off() {
	c.mu.Lock()
	c.status = offline()
	stop, done := c.stop, c.done
	c.mu.Unlock()
	stop()
	<-done
}

// leap sets the camera's clock.
func (c *rtpCam) leap(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jump += by
}

// set gives the pictures other parameter sets from the next keyframe on.
func (c *rtpCam) set(sps []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sps = sps
}

// change sets its tracks; the camera must be off.
func (c *rtpCam) change(f func(i int, t *camTrack)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, t := range c.tracks {
		f(i, t)
	}
}

func (c *rtpCam) play(ctx context.Context, feed *media.Feed) {
	begun := time.Now()
	sent := make([]int, len(c.tracks)) // since the connection
	due := func(i int) time.Duration {
		t := c.tracks[i]
		return time.Duration(float64(sent[i]) * float64(t.every) / (1 + t.ppm/1e6))
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next := 0
		for i := range c.tracks {
			if due(i) < due(next) {
				next = i
			}
		}
		timer.Reset(time.Until(begun.Add(due(next))))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := c.send(feed, next, sent[next], begun); err != nil {
			c.t.Errorf("camera: %v", err)
			return
		}
		sent[next]++
	}
}

// send sends one frame.
func (c *rtpCam) send(feed *media.Feed, track, n int, begun time.Time) error {
	c.mu.Lock()
	jump, sps := c.jump, c.sps
	c.mu.Unlock()
	t := c.tracks[track]
	now := time.Now()
	clock := time.Duration(n)*t.every + jump
	p := media.Packet{
		RTP: t.base + uint32(durationToTicks(clock, t.rate)), Marker: true, Arrived: now, NTP: begun.Round(0).Add(clock + time.Minute),
	}
	c.mu.Lock()
	number := len(t.taken)
	t.taken = append(t.taken, now.Sub(c.stream.Epoch()))
	c.mu.Unlock()
	if t.kind == packet.H264 && n%t.gop == 0 {
		for _, nalu := range [][]byte{sps, mediatest.PPS} {
			q := p
			q.Marker, q.Payload = false, nalu
			if err := feed.Packet(track, q); err != nil {
				return err
			}
		}
	}
	p.Payload = t.payload(number, n%max(t.gop, 1) == 0)
	return feed.Packet(track, p)
}

func (t *camTrack) payload(number int, key bool) []byte {
	switch t.kind {
	case packet.H264:
		b := append([]byte{0x41}, 0, 0, 0, 0, 0x80)
		if key {
			b[0] = 0x65
		}
		binary.BigEndian.PutUint32(b[1:], uint32(number))
		return b
	case packet.AAC:
		b := []byte{0, 16, 0, 8 << 3, 0x21, 0, 0, 0}
		return binary.BigEndian.AppendUint32(b, uint32(number))
	case packet.Opus:
		return binary.BigEndian.AppendUint32([]byte{31 << 3, 0, 0, 0}, uint32(number)) // CELT, 20 ms
	}
	return make([]byte, t.samples())
}

// samples of a frame of G.711.
func (t *camTrack) samples() int { return int(durationToTicks(t.every, t.rate)) }

// number reads a frame's number from a file's bytes; false: G.711 has no room for it.
func (t *camTrack) number(b []byte) (int, bool) {
	switch t.kind {
	case packet.H264:
		return int(binary.BigEndian.Uint32(b[len(b)-5:])), true
	case packet.AAC, packet.Opus:
		return int(binary.BigEndian.Uint32(b[len(b)-4:])), true
	}
	return 0, false
}
