package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
)

// webcam is what an attendee sends: half a megabit a second, beside their voice.
var webcam = reel{2200, 9000}

// silence is 20 ms of Opus.
var silence = []byte{0xf8, 0xff, 0xfe}

// attendee is somebody in a room, by docs/room-protocol.md.
type attendee struct {
	you     string
	conn    *websocket.Conn
	pc      *pion.PeerConnection
	wire    *wire
	video   *pion.TrackLocalStaticRTP // nil: they only look on
	audio   *pion.TrackLocalStaticRTP
	ways    []*pion.RTPTransceiver // for what they receive: a sound and a picture in turns
	packets atomic.Uint64
	took    func(sent, came time.Time)

	mu      sync.Mutex
	ref     int
	answers map[int]chan said
	live    map[string]bool // streams
	changed chan struct{}   // closed when live is another
	ended   error
	readers sync.WaitGroup
}

// said is a message of the hub's.
type said struct {
	Type, You, SDP, Code, Detail, Reason string
	Ref                                  int
	Streams                              []struct {
		ID   string
		Live bool
	}
}

// attend walks into the room; took is told of each picture that comes.
func attend(ctx context.Context, socket, cookie string, took func(sent, came time.Time)) (*attendee, error) {
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, socket, http.Header{"Cookie": {cookie}})
	if err != nil {
		return nil, err
	}
	a := &attendee{conn: conn, took: took, answers: map[int]chan said{}, live: map[string]bool{}, changed: make(chan struct{})}
	var first said
	if err := conn.ReadJSON(&first); err != nil {
		return nil, err
	}
	if first.Type != "welcome" {
		return nil, fmt.Errorf("the room says %s: %s %s", first.Type, first.Reason, first.Detail)
	}
	a.you = first.You
	a.note(first)
	a.readers.Go(a.listen)
	return a, nil
}

// listen takes messages until the connection ends.
func (a *attendee) listen() {
	for {
		var m said
		if err := a.conn.ReadJSON(&m); err != nil {
			a.mu.Lock()
			a.ended = errors.Join(errors.New("the room has let go"), err)
			for ref, c := range a.answers {
				delete(a.answers, ref)
				close(c)
			}
			close(a.changed)
			a.mu.Unlock()
			return
		}
		a.note(m)
	}
}

func (a *attendee) note(m said) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m.Ref != 0 && a.answers[m.Ref] != nil {
		a.answers[m.Ref] <- m
		delete(a.answers, m.Ref)
	}
	if m.Type == "welcome" || m.Type == "streams" {
		a.live = map[string]bool{}
		for _, s := range m.Streams {
			if s.Live {
				a.live[s.ID] = true
			}
		}
		close(a.changed)
		a.changed = make(chan struct{})
	}
}

// ask sends a message and waits for its answer.
func (a *attendee) ask(ctx context.Context, message map[string]any) (said, error) {
	c := make(chan said, 1)
	a.mu.Lock()
	a.ref++
	message["ref"], a.answers[a.ref] = a.ref, c
	err := a.conn.WriteJSON(message)
	a.mu.Unlock()
	if err != nil {
		return said{}, err
	}
	select {
	case m, ok := <-c:
		if !ok {
			return m, a.ended
		}
		if m.Type == "refused" {
			return m, fmt.Errorf("refused: %s %s", m.Code, m.Detail)
		}
		return m, nil
	case <-ctx.Done():
		return said{}, ctx.Err()
	}
}

// connect opens the connection, with ways to receive so many others.
func (a *attendee) connect(ctx context.Context, sends bool, others int) (err error) {
	if a.wire, err = newWire(); err != nil {
		return err
	}
	settings := pion.SettingEngine{}
	settings.SetICEUDPMux(pion.NewICEUDPMux(nil, a.wire))
	settings.SetIncludeLoopbackCandidate(true)
	engine := &pion.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		return err
	}
	api := pion.NewAPI(pion.WithMediaEngine(engine), pion.WithSettingEngine(settings), pion.WithInterceptorRegistry(&interceptor.Registry{}))
	if a.pc, err = api.NewPeerConnection(pion.Configuration{}); err != nil {
		return err
	}
	a.pc.OnTrack(func(t *pion.TrackRemote, _ *pion.RTPReceiver) { a.receive(t) })
	var own []*pion.RTPTransceiver
	if sends {
		if own, err = a.bring(); err != nil {
			return err
		}
	}
	for range others {
		for _, kind := range []pion.RTPCodecType{pion.RTPCodecTypeAudio, pion.RTPCodecTypeVideo} {
			way, err := a.pc.AddTransceiverFromKind(kind, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly})
			if err != nil {
				return err
			}
			a.ways = append(a.ways, way)
		}
	}
	return a.negotiate(ctx, own)
}

// bring adds a camera and a microphone.
func (a *attendee) bring() (own []*pion.RTPTransceiver, err error) {
	for _, mime := range []string{pion.MimeTypeH264, pion.MimeTypeOpus} {
		track, err := pion.NewTrackLocalStaticRTP(pion.RTPCodecCapability{MimeType: mime}, mime, a.you)
		if err != nil {
			return nil, err
		}
		way, err := a.pc.AddTransceiverFromTrack(track, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionSendonly})
		if err != nil {
			return nil, err
		}
		own = append(own, way)
		if mime == pion.MimeTypeH264 {
			a.video = track
		} else {
			a.audio = track
		}
	}
	return own, nil
}

func (a *attendee) negotiate(ctx context.Context, own []*pion.RTPTransceiver) error {
	offer, err := a.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := pion.GatheringCompletePromise(a.pc)
	if err := a.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	connected := make(chan struct{})
	a.pc.OnConnectionStateChange(func(s pion.PeerConnectionState) {
		if s == pion.PeerConnectionStateConnected {
			close(connected)
		}
	})
	sends := []map[string]string{}
	for i, way := range own {
		sends = append(sends, map[string]string{"mid": way.Mid(), "kind": []string{"camera", "microphone"}[i]})
	}
	answer, err := a.ask(ctx, map[string]any{"type": "offer", "sdp": a.pc.LocalDescription().SDP, "sends": sends, "receives": []any{}})
	if err != nil {
		return err
	}
	if err := a.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		return err
	}
	select {
	case <-connected:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("not connected: %w", ctx.Err())
	}
}

// look subscribes to all that is sent, once so many are.
func (a *attendee) look(ctx context.Context, others int) error {
	for {
		a.mu.Lock()
		var streams []string
		for id := range a.live {
			if id != a.you {
				streams = append(streams, id)
			}
		}
		changed, ended := a.changed, a.ended
		a.mu.Unlock()
		if ended != nil {
			return ended
		}
		if len(streams) >= others {
			receives := []any{}
			for i, way := range a.ways {
				receives = append(receives, map[string]string{"mid": way.Mid(), "stream": streams[i/2], "quality": "high"})
			}
			_, err := a.ask(ctx, map[string]any{"type": "quality", "receives": receives})
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d others are sent: %w", len(streams), others, ctx.Err())
		}
	}
}

// send sends picture and sound until ctx ends.
func (a *attendee) send(ctx context.Context) error {
	n := uint16(0)
	return webcam.film(ctx, func(p *rtp.Packet) error {
		if p.Marker { // 40 ms of silence with each picture
			for range 2 {
				n++
				if err := a.audio.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 960}, Payload: silence}); err != nil {
					return err
				}
			}
		}
		return a.video.WriteRTP(p)
	})
}

// receive counts what comes of a track.
func (a *attendee) receive(t *pion.TrackRemote) {
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return // the connection was closed
		}
		a.packets.Add(1)
		if t.Kind() != pion.RTPCodecTypeVideo || p.Marker {
			came, noted := a.wire.take(p.Timestamp)
			if sent, ok := sentAt(p); ok && noted && t.Kind() == pion.RTPCodecTypeVideo {
				a.took(sent, came)
			}
		}
	}
}

// leave ends both connections.
func (a *attendee) leave() {
	if a.pc != nil {
		_ = a.pc.Close()
	}
	_ = a.conn.Close()
	a.readers.Wait()
}
