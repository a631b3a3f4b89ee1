package rtsp

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"avhub/media"
	"avhub/media/packet"
)

// door is a server with streams by path.
type door struct {
	*Server
	t *testing.T

	mu       sync.Mutex
	streams  map[string]*media.Stream
	taken    int // streams handed out and not given back
	everUsed int
}

// sleepy says its RTSP status itself.
type sleepy int

func (e sleepy) Error() string   { return "not now" }
func (e sleepy) RTSPStatus() int { return int(e) }

// anyone may come in.
type anyone struct{}

func (anyone) Begin(func()) (func(), error) { return func() {}, nil }
func (anyone) Good() bool                   { return true }

// openDoor opens a server with an empty stream on each path; "asleep" is a
// source that does not wake, "camera" one that nobody may publish to, "haunted"
// one that meets a fault of the hub's own.
func openDoor(t *testing.T, o ServerOptions, paths ...string) *door {
	t.Helper()
	d := &door{t: t, streams: map[string]*media.Stream{}}
	for _, p := range paths {
		d.streams[p] = media.NewStream(p)
	}
	o.Listen = "127.0.0.1:0"
	o.Play = d.play
	if o.Admit == nil {
		o.Admit = func(context.Context, Visit) (Pass, error) { return anyone{}, nil }
	}
	o.Publish = func(path string, tracks []media.Track) (*media.Feed, error) {
		if path == "haunted" {
			return nil, nil // which no feed is
		}
		s := d.stream(path)
		if s == nil || path == "camera" {
			return nil, errors.New("nobody can publish to it")
		}
		return s.Open(tracks)
	}
	var err error
	if d.Server, err = NewServer(o); err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		for _, s := range d.streams {
			s.Close()
		}
		if n := d.inUse(); n != 0 {
			t.Errorf("%d streams were not given back", n)
		}
	})
	return d
}

func (d *door) stream(path string) *media.Stream {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.streams[path]
}

func (d *door) play(_ context.Context, path string) (*media.Stream, func(), error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.streams[path]
	switch {
	case path == "haunted":
		panic("boo")
	case path == "asleep":
		return nil, nil, sleepy(503)
	case s == nil:
		return nil, nil, errors.New("there is no such source")
	}
	d.taken++
	d.everUsed++
	return s, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.taken--
	}, nil
}

func (d *door) inUse() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.taken
}

func (d *door) handedOut() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.everUsed
}

// kept counts what the server keeps of connections and sessions.
func (d *door) kept() int {
	d.Server.mu.Lock()
	defer d.Server.mu.Unlock()
	return len(d.conns) + len(d.perAddr) + len(d.outlets) + len(d.sessions)
}

func (d *door) url(path string) string { return "rtsp://" + d.Addr().String() + "/" + path }

// guest is a player of another make.
type guest struct {
	t     *testing.T
	c     *gortsplib.Client
	desc  *description.Session
	ended chan error

	mu      sync.Mutex
	packets map[string][]*rtp.Packet // by codec
	reports []*rtcp.SenderReport
}

// knock connects to a path and asks for its description.
func knock(t *testing.T, url string, transport gortsplib.Transport) (*guest, error) {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{t: t, ended: make(chan error, 1), packets: map[string][]*rtp.Packet{}}
	g.c = &gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Transport: &transport}
	if err := g.c.Start2(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.c.Close)
	g.desc, _, err = g.c.Describe(u)
	return g, err
}

// enter plays the medias that are wanted, or all.
func enter(t *testing.T, url string, transport gortsplib.Transport, wanted ...description.MediaType) *guest {
	t.Helper()
	g, err := knock(t, url, transport)
	if err != nil {
		t.Fatal(err)
	}
	medias := slices.DeleteFunc(slices.Clone(g.desc.Medias), func(m *description.Media) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, m.Type)
	})
	if err := g.c.SetupAll(g.desc.BaseURL, medias); err != nil {
		t.Fatal(err)
	}
	g.c.OnPacketRTPAny(func(_ *description.Media, f format.Format, p *rtp.Packet) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.packets[f.Codec()] = append(g.packets[f.Codec()], p)
	})
	g.c.OnPacketRTCPAny(func(_ *description.Media, p rtcp.Packet) {
		if r, ok := p.(*rtcp.SenderReport); ok {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.reports = append(g.reports, r)
		}
	})
	if _, err := g.c.Play(nil); err != nil {
		t.Fatal(err)
	}
	go func() { g.ended <- g.c.Wait() }()
	return g
}

func (g *guest) have(codec string) []*rtp.Packet {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.packets[codec])
}

func (g *guest) await(codec string, n int) []*rtp.Packet {
	g.t.Helper()
	eventually(g.t, 30*time.Second, codec+" packets", func() bool { return len(g.have(codec)) >= n })
	return g.have(codec)
}

// pictures are the whole pictures among the packets of H.264.
func (g *guest) pictures() []packet.Frame {
	g.t.Helper()
	u := packet.NewUnpacker(packet.H264, packet.AACConfig{})
	var all []packet.Frame
	packets := g.have("H264")
	for i, p := range packets {
		if i > 0 && p.SequenceNumber != packets[i-1].SequenceNumber+1 {
			g.t.Errorf("packet %d follows %d", p.SequenceNumber, packets[i-1].SequenceNumber)
		}
		frames, err := u.Push(p.Timestamp, p.Marker, 0, p.Payload)
		if err != nil {
			g.t.Error(err)
		}
		all = append(all, frames...)
	}
	return all
}

// statusOf is the status in a client's error, 200 without one.
func statusOf(t *testing.T, err error) base.StatusCode {
	t.Helper()
	var bad liberrors.ErrClientBadStatusCode
	if err != nil && !errors.As(err, &bad) {
		t.Fatal(err)
	}
	if err == nil {
		return base.StatusOK
	}
	return bad.Code
}
