package party

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
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
	mu      sync.Mutex
	refused map[string]bool // "member stream"
	speak   [][]string
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{T: t, refused: map[string]bool{}}
	server, err := webrtc.NewServer(webrtc.Options{Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h.party = New(Options{
		WebRTC: server, Relay: relay.New(relay.Options{WebRTC: server, Log: slog.New(slog.DiscardHandler)}), Transcoder: transcode.New(transcode.Options{}), Log: slog.New(slog.DiscardHandler),
		Changed: func() {},
		Allow: func(member, stream string) bool {
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
	pub, err := mediatest.NewPublisher()
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

func TestTwoSeeAndHearEachOther(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, lawyer := h.comes("judge"), h.comes("lawyer")
	judge.negotiates("lawyer") // who is not there yet
	lawyer.negotiates("judge")
	judge.sends()
	lawyer.sends()
	for _, p := range []*person{judge, lawyer} {
		p.gets("the picture", p.video, 100)
		p.gets("the sound", p.audio, 50)
	}
	x := h.party.Publication("judge")
	if picture, sound := x.Sending(); !picture || !sound || x.Status().State != media.Live {
		t.Errorf("the judge sends a picture: %v, sound: %v, %v", picture, sound, x.Status())
	}
	lawyer.member.Hang()
	if st := h.party.Publication("lawyer").Status(); st.State != media.Offline {
		t.Errorf("who hung up is %v", st)
	}
}

// A page that was loaded anew has another connection: it takes the old one's place, and
// what it sends goes on in the same stream.
func TestAPageIsLoadedAnew(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, lawyer := h.comes("judge"), h.comes("lawyer")
	judge.negotiates("lawyer")
	judge.sends()
	lawyer.negotiates("judge")
	lawyer.sends()
	judge.gets("the picture", judge.video, 50)
	again := h.comes("lawyer")
	again.negotiates("judge")
	again.sends()
	again.gets("the picture", again.video, 50)
	drained(judge.video)
	judge.gets("the picture of the new page", judge.video, 100)
	end := time.Now().Add(20 * time.Second)
	for lawyer.PC.ConnectionState() != pion.PeerConnectionStateClosed && lawyer.PC.ConnectionState() != pion.PeerConnectionStateDisconnected {
		if time.Now().After(end) {
			t.Fatalf("the old page's connection is %s", lawyer.PC.ConnectionState())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestWhoIsNotHeard(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, party := h.comes("judge"), h.comes("party")
	judge.negotiates("party")
	party.negotiates("judge")
	judge.sends()
	party.sends()
	judge.gets("the sound", judge.audio, 20)
	h.party.Silence(map[string]bool{"party": true})
	before := h.party.Publication("party").main.Stats()
	judge.gets("the picture", judge.video, 100)
	drained(judge.audio)
	judge.getsNothing("the sound of who is muted", judge.audio, func() {
		judge.gets("the picture", judge.video, 100)
		party.gets("the other's sound", party.audio, 20)
	})
	after := h.party.Publication("party").main.Stats()
	if grew := after[1].Units - before[1].Units; grew > 2 {
		t.Errorf("%d units of sound got into the stream of who is muted", grew)
	}
	h.party.Silence(nil)
	judge.gets("the sound again", judge.audio, 20)
}

// What is not allowed stops before Recheck returns, and comes back.
func TestAWallCloses(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, gallery := h.comes("judge"), h.comes("gallery")
	judge.negotiates("")
	judge.sends()
	h.refuse("gallery", "judge", true)
	gallery.negotiates("judge")
	gallery.sends()
	judge.wishFor("gallery")
	judge.gets("the gallery's picture", judge.video, 50)
	gallery.getsNothing("what is not allowed", gallery.video, func() { judge.gets("a picture", judge.video, 50) })
	h.refuse("gallery", "judge", false)
	gallery.gets("the picture", gallery.video, 100)
	viewer := gallery.member.picture()
	h.refuse("gallery", "judge", true)
	sent := viewer.Stats().Packets
	judge.gets("a picture", judge.video, 100)
	if more := viewer.Stats().Packets; more != sent {
		t.Errorf("%d packets were sealed behind the wall", more-sent)
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

// An m-line changes streams without a negotiation: its numbers go on.
func TestOneLineManyStreams(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	a, b, c := h.comes("a"), h.comes("b"), h.comes("c")
	for _, p := range []*person{a, b} {
		p.negotiates("")
		p.sends()
	}
	c.negotiates("a")
	c.sends()
	var all []*rtp.Packet
	for _, stream := range []string{"b", "a", "b", "a"} {
		all = append(all, c.gets("a stream", c.video, 60)...)
		c.wishFor(stream)
	}
	all = append(all, c.gets("a stream", c.video, 60)...)
	// What was lost on the way or came twice cannot be told apart from a jump but by its size.
	for i, q := range all[1:] {
		if d := int16(q.SequenceNumber - all[i].SequenceNumber); d < 1 || d > 20 {
			t.Errorf("packet %d: number %d follows %d", i, q.SequenceNumber, all[i].SequenceNumber)
		}
		if d := int32(q.Timestamp - all[i].Timestamp); d < 0 || d > 90_000*3 {
			t.Errorf("packet %d: timestamp %d follows %d", i, q.Timestamp, all[i].Timestamp)
		}
	}
}

func TestLayersThatAreWanted(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	a, b := h.comes("a"), h.comes("b")
	a.negotiates("")
	a.sends()
	b.negotiates("")
	b.sends()
	layers := func(want ...string) {
		t.Helper()
		end := time.Now().Add(10 * time.Second)
		for {
			active, _ := a.member.Layers()
			if len(active) != 1 {
				t.Fatalf("%v", active)
			}
			for _, got := range active {
				if slices.Equal(got, want) {
					return
				}
				if time.Now().After(end) {
					t.Fatalf("the layers %v are wanted, not %v", got, want)
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	layers()
	b.wishFor("a")
	layers("f", "h")
	b.gets("the picture", b.video, 50)
	none := b.wishes
	for mid, w := range none {
		w.Quality = None
		none[mid] = w
	}
	b.member.Want(none)
	layers()
	drained(b.video)
	_, release := h.party.Publication("a").Hold()
	layers("f", "h")
	release()
	layers()
	b.wishFor("a")
	b.gets("the picture again", b.video, 50)
}

func TestBadOffers(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	p := h.comes("a")
	offer, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"no SDP":                   func() error { _, err := p.member.Offer("v=0", nil, nil, true); return err },
		"who may only watch sends": func() error { _, err := p.member.Offer(offer, nil, nil, false); return err },
		"an m-line that is not there": func() error {
			_, err := p.member.Offer(offer, map[string]Role{"17": RoleCamera}, nil, true)
			return err
		},
	} {
		if try() == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if p.member.peer != nil {
		t.Error("connected by a bad offer")
	}
	h.party.Close()
	if _, err := h.party.Member("b"); err == nil {
		t.Error("somebody comes into a room that is closed")
	}
}

func TestLoudness(t *testing.T) {
	t.Parallel()
	var l loudness
	now := time.Now()
	says := func(level uint8, d time.Duration) bool {
		for end := now.Add(d); now.Before(end); now = now.Add(20 * time.Millisecond) {
			l.hear(level, now)
		}
		_, speaks := l.at(now)
		return speaks
	}
	if says(127, time.Second) || says(30, 100*time.Millisecond) {
		t.Error("silence and a click are speech")
	}
	if !says(30, 300*time.Millisecond) || !says(127, 500*time.Millisecond) {
		t.Error("speech, and a pause in it, are none")
	}
	if says(100, time.Second) {
		t.Error("a murmur is speech")
	}
}
