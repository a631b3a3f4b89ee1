package camera

import (
	"crypto/tls"
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
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"avhub/media/packet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server with court-2's small picture and its sound under each of
// the names.
func start(t *testing.T, o Options, names ...string) *Server {
	t.Helper()
	room, err := DemoChannel("court-2")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		o.Channels = append(o.Channels, Channel{Name: n, Main: room.Sub})
	}
	o.Listen = "127.0.0.1:0"
	s, err := NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// watcher plays a camera and keeps what comes.
type watcher struct {
	t     *testing.T
	desc  *description.Session
	ended chan error

	mu      sync.Mutex
	packets map[packet.Kind][]*rtp.Packet
}

// connect asks a camera for its description; status says how that ended.
func connect(t *testing.T, url string, transport gortsplib.Transport) (c *gortsplib.Client, desc *description.Session, status base.StatusCode) {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c = &gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Transport: &transport, TLSConfig: &tls.Config{InsecureSkipVerify: true},
		OnPacketsLost: func(uint64) {}, // some cameras are to lose them
	}
	if err := c.Start2(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	desc, _, err = c.Describe(u)
	var bad liberrors.ErrClientBadStatusCode
	switch {
	case errors.As(err, &bad):
		return c, nil, bad.Code
	case err != nil:
		t.Fatal(err)
	}
	return c, desc, base.StatusOK
}

func watch(t *testing.T, url string, transport gortsplib.Transport) *watcher {
	t.Helper()
	c, desc, status := connect(t, url, transport)
	if status != base.StatusOK {
		t.Fatalf("%s answers %d", url, status)
	}
	w := &watcher{t: t, desc: desc, ended: make(chan error, 1), packets: map[packet.Kind][]*rtp.Packet{}}
	if err := c.SetupAll(desc.BaseURL, desc.Medias); err != nil {
		t.Fatal(err)
	}
	c.OnPacketRTPAny(func(_ *description.Media, f format.Format, p *rtp.Packet) {
		w.mu.Lock()
		defer w.mu.Unlock()
		kind := map[bool]packet.Kind{true: packet.H264, false: packet.AAC}[f.ClockRate() == 90000]
		w.packets[kind] = append(w.packets[kind], p)
	})
	if _, err := c.Play(nil); err != nil {
		t.Fatal(err)
	}
	go func() { w.ended <- c.Wait() }()
	return w
}

// have is what has come of a track so far.
func (w *watcher) have(k packet.Kind) []*rtp.Packet {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.packets[k])
}

// await waits until so many packets of a track have come, and returns them.
func (w *watcher) await(k packet.Kind, n int) []*rtp.Packet {
	w.t.Helper()
	eventually(w.t, 30*time.Second, "packets", func() bool { return len(w.have(k)) >= n })
	return w.have(k)
}

// more waits for so many more packets of a track, and returns these.
func (w *watcher) more(k packet.Kind, n int) []*rtp.Packet {
	w.t.Helper()
	before := len(w.have(k))
	return w.await(k, before+n)[before:]
}

// eventually waits for a condition with a limit.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", limit, what)
		case <-tick.C:
		}
	}
}

// frames unpacks a track's packets.
func frames(t *testing.T, k packet.Kind, packets []*rtp.Packet) []packet.Frame {
	t.Helper()
	u := packet.NewUnpacker(k, packet.AACConfig{})
	var all []packet.Frame
	for i, p := range packets {
		lost := 0
		if i > 0 {
			lost = int(p.SequenceNumber - packets[i-1].SequenceNumber - 1)
		}
		got, err := u.Push(p.Timestamp, p.Marker, lost, p.Payload)
		if err != nil {
			t.Error(err)
		}
		all = append(all, got...)
	}
	return all
}

// fromKeyframe leaves out what a decoder cannot start with.
func fromKeyframe(t *testing.T, all []packet.Frame) []packet.Frame {
	t.Helper()
	i := slices.IndexFunc(all, func(f packet.Frame) bool { return f.Keyframe })
	if i < 0 {
		t.Fatalf("no keyframe in %d pictures", len(all))
	}
	return all[i:]
}

// pictures decodes frames.
func pictures(t *testing.T, all []packet.Frame) [][]byte {
	t.Helper()
	var units [][][]byte
	for _, f := range all {
		units = append(units, f.Data)
	}
	return decode(t, packet.H264, units)
}
