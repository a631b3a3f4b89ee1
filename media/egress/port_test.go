package egress

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"avhub/media"
	"avhub/media/egress/udpout"
	"avhub/media/mediatest"
)

// port is a transport that notes what leaves by it. block, if set, is waited
// for at each run.
type port struct {
	mu      sync.Mutex
	packets []rtp.Packet
	again   []rtp.Packet // by RTX, with the original's number in front
	reports []*rtcp.SenderReport
	block   chan struct{}
}

func (p *port) Send(_ *udpout.Batch, r *Run) int {
	if p.block != nil {
		<-p.block
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := r.From; i < r.To; i++ {
		raw := append(r.AppendHeader(nil, i), r.Payloads.At(i)...)
		var q rtp.Packet
		if err := q.Unmarshal(raw); err != nil {
			panic(err)
		}
		if r.Again {
			q.Payload = append(binary.BigEndian.AppendUint16(nil, r.Original), q.Payload...)
			p.again = append(p.again, q)
			continue
		}
		p.packets = append(p.packets, q)
	}
	return 0
}

func (p *port) Report(_ *udpout.Batch, compound []byte) error {
	all, err := rtcp.Unmarshal(compound)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range all {
		if sr, ok := r.(*rtcp.SenderReport); ok {
			p.reports = append(p.reports, sr)
		}
	}
	return nil
}

func (p *port) sent() []rtp.Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]rtp.Packet(nil), p.packets...)
}

// pictures are the numbers of the pictures that left, in order.
func (p *port) pictures() []int {
	var numbers []int
	for _, q := range p.sent() {
		if q.Marker {
			numbers = append(numbers, mediatest.Number(q.Payload))
		}
	}
	return numbers
}

// stage is a stream that a test moves picture by picture, and its fan-out.
type stage struct {
	*testing.T
	camera *mediatest.Camera
	fanout *Fanout
}

func newStage(t *testing.T, gop, size int) *stage {
	t.Helper()
	camera, err := mediatest.Open(media.NewStream("court-1"), gop, size, false)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t, camera, NewFanout(camera.Stream, nil)}
	t.Cleanup(func() { s.fanout.Close(); camera.Feed.Close(); camera.Stream.Close() })
	return s
}

func (s *stage) show(count int) {
	s.Helper()
	if err := s.camera.Pictures(count); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) join(p *port) *Viewer {
	s.Helper()
	v := &Viewer{Video: &Output{Track: 0, SSRC: 7, PayloadType: 102, ClockRate: 90000}, Transport: p}
	if err := s.fanout.Attach(s.Context(), v); err != nil {
		s.Fatal(err)
	}
	return v
}

// say has a viewer say something by RTCP.
func (s *stage) say(v *Viewer, packets ...rtcp.Packet) {
	s.Helper()
	raw, err := rtcp.Marshal(packets)
	if err != nil {
		s.Fatal(err)
	}
	said, err := ReadFeedback(raw)
	if err != nil {
		s.Fatal(err)
	}
	s.fanout.Feedback(v, said)
}

func (s *stage) await(what string, done func() bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.Fatal("waited in vain for: " + what)
		}
	}
}

// nowhere takes packets and forgets them.
type nowhere struct{}

func (nowhere) Send(*udpout.Batch, *Run) int       { return 0 }
func (nowhere) Report(*udpout.Batch, []byte) error { return nil }
