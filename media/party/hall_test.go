package party

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/egress"
	"avhub/media/mediatest"
	"avhub/media/relay"
	"avhub/media/transcode"
	"avhub/media/webrtc"
)

// hall is a party under test.
type hall struct {
	*testing.T
	party   *Party
	changed chan struct{} // holds one: something has changed since it was last taken
	mu      sync.Mutex
	refused map[string]bool // "member stream"
	speak   [][]string
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{T: t, changed: make(chan struct{}, 1), refused: map[string]bool{}}
	server, err := webrtc.NewServer(webrtc.Options{Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h.party = New(Options{
		WebRTC: server, Relay: relay.New(relay.Options{WebRTC: server, Log: slog.New(slog.DiscardHandler)}), Transcoder: transcode.New(transcode.Options{}), Log: slog.New(slog.DiscardHandler),
		Changed: func() {
			select {
			case h.changed <- struct{}{}:
			default:
			}
		},
		Allow: func(member, stream string, _ bool) bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			return !h.refused[member+" "+stream]
		},
		Speaking: func(people []string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.speak = append(h.speak, people)
		},
	})
	t.Cleanup(func() {
		h.party.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// refuse says whether a member may not receive a stream.
func (h *hall) refuse(member, stream string, yes bool) {
	h.mu.Lock()
	h.refused[member+" "+stream] = yes
	h.mu.Unlock()
	h.party.Recheck()
}

// person is a participant: a pion peer connection that sends, and receives on one m-line
// of each kind.
type person struct {
	h      *hall
	id     string
	member *Member
	*mediatest.Publisher
	video, audio chan *rtp.Packet
	receives     [2]*pion.RTPTransceiver
	wishes       map[string]Wish
}

func (h *hall) comes(id string) *person {
	h.Helper()
	return h.comesBy(id, mediatest.NewPublisher)
}

// comesBy is comes with another kind of browser.
func (h *hall) comesBy(id string, browser func() (*mediatest.Publisher, error)) *person {
	h.Helper()
	pub, err := browser()
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = pub.PC.Close() })
	p := &person{h: h, id: id, Publisher: pub, video: make(chan *rtp.Packet, 100_000), audio: make(chan *rtp.Packet, 100_000), wishes: map[string]Wish{}}
	for i, kind := range []pion.RTPCodecType{pion.RTPCodecTypeVideo, pion.RTPCodecTypeAudio} {
		if p.receives[i], err = pub.PC.AddTransceiverFromKind(kind, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly}); err != nil {
			h.Fatal(err)
		}
	}
	pub.PC.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) {
		to := p.audio
		if track.Kind() == pion.RTPCodecTypeVideo {
			to = p.video
		}
		for {
			q, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			to <- q
		}
	})
	if p.member, err = h.party.Member(id); err != nil {
		h.Fatal(err)
	}
	return p
}

// negotiates offers, with wishes for what is received.
func (p *person) negotiates(stream string) {
	p.h.Helper()
	offer, err := p.Offer(p.h.Context())
	if err != nil {
		p.h.Fatal(err)
	}
	sends := map[string]Role{}
	for _, t := range p.PC.GetTransceivers() {
		if t.Direction() != pion.RTPTransceiverDirectionRecvonly {
			sends[t.Mid()] = map[pion.RTPCodecType]Role{pion.RTPCodecTypeVideo: RoleCamera, pion.RTPCodecTypeAudio: RoleMicrophone}[t.Kind()]
		}
	}
	answer, err := p.member.Offer(offer, sends, p.wish(stream), true)
	if err != nil {
		p.h.Fatal(err)
	}
	if err := p.Accept(answer); err != nil {
		p.h.Fatal(err)
	}
}

func (p *person) wish(stream string) map[string]Wish {
	p.wishes = map[string]Wish{}
	for _, t := range p.receives {
		p.wishes[t.Mid()] = Wish{stream, High}
	}
	return p.wishes
}

// sends sends pictures and sound until the test ends.
func (p *person) sends() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.Run(ctx) }() // ends when the connection has
	p.h.Cleanup(func() { stop(); <-done })
}

// drained takes what has come until now.
func drained(from chan *rtp.Packet) (packets []*rtp.Packet) {
	for {
		select {
		case q := <-from:
			packets = append(packets, q)
		default:
			return packets
		}
	}
}

// gets waits for more packets.
func (p *person) gets(what string, from chan *rtp.Packet, n int) (packets []*rtp.Packet) {
	p.h.Helper()
	limit := time.After(20 * time.Second)
	for len(packets) < n {
		select {
		case q := <-from:
			packets = append(packets, q)
		case <-limit:
			p.h.Fatalf("%s gets %d of %d packets of %s", p.id, len(packets), n, what)
		}
	}
	return packets
}

// getsNothing looks whether nothing comes while others get something.
func (p *person) getsNothing(what string, from chan *rtp.Packet, meanwhile func()) {
	p.h.Helper()
	drained(from)
	meanwhile()
	if n := len(drained(from)); n > 0 {
		p.h.Errorf("%s gets %d packets of %s", p.id, n, what)
	}
}

// wishFor changes what is received without a negotiation.
func (p *person) wishFor(stream string) { p.member.Want(p.wish(stream)) }

// picture is what sends the member's picture now.
func (m *Member) picture() *egress.Viewer {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.subs {
		if s.video {
			return s.viewer
		}
	}
	return nil
}
