// Package whepclient is a viewer by WHEP that counts instead of showing: what
// the tests and the bench watch a hub with, thousands at a time if need be.
//
//	v, err := whepclient.Watch(ctx, whepclient.Options{URL: hub + "/whep/court-1"})
//	<-v.Keyframe() // a whole keyframe is there
//	err = v.Leave(ctx)
package whepclient

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
)

// Options say what to watch.
type Options struct {
	// URL of the WHEP endpoint, with its query. An API token stands in it as a
	// password would: http://:avt_…@host/whep/court-1.
	URL string
	// Cookie, if set, is sent as a browser sends its own: name=value.
	Cookie string
	Sound  bool
	// OnPacket, if set, sees every packet as it arrives, from the goroutine that
	// reads its track.
	OnPacket func(kind pion.RTPCodecType, p *rtp.Packet)
	// Conn, if set, is the socket to use; the viewer closes it.
	Conn net.PacketConn
}

// Viewer is a session that has been answered.
type Viewer struct {
	Answered time.Duration // from the offer's sending to the answer

	pc       *pion.PeerConnection
	conn     net.PacketConn // its own, or nil
	resource string
	cookie   string
	keyframe chan struct{}
	found    atomic.Bool
	packets  atomic.Uint64
	last     atomic.Int64 // UnixNano of the last packet
	missing  atomic.Uint64
	readers  sync.WaitGroup
}

// Refused is an answer other than 201.
type Refused struct {
	Status     int
	RetryAfter string
	Body       string
}

func (e *Refused) Error() string { return fmt.Sprintf("WHEP: %d: %s", e.Status, e.Body) }

// shared is one for all that bring no socket: building it costs more than a
// connection.
var shared = sync.OnceValues(func() (*pion.API, error) { return newAPI(pion.SettingEngine{}) })

func newAPI(s pion.SettingEngine) (*pion.API, error) {
	m := &pion.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	s.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard} // the hub's words are wanted, not the client's
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4})
	return pion.NewAPI(pion.WithMediaEngine(m), pion.WithSettingEngine(s), pion.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

func (o Options) api() (*pion.API, error) {
	if o.Conn == nil {
		return shared()
	}
	s := pion.SettingEngine{}
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard}
	s.SetICEUDPMux(pion.NewICEUDPMux(quiet.NewLogger("ice"), o.Conn))
	return newAPI(s)
}

// Watch sends an offer and takes the answer.
func Watch(ctx context.Context, o Options) (*Viewer, error) {
	api, err := o.api()
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(pion.Configuration{})
	if err != nil {
		return nil, err
	}
	v := &Viewer{pc: pc, conn: o.Conn, keyframe: make(chan struct{})}
	pc.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) { v.readers.Go(func() { v.read(track, o.OnPacket) }) })
	if err := v.negotiate(ctx, o); err != nil {
		v.Vanish()
		return nil, err
	}
	return v, nil
}

func (v *Viewer) negotiate(ctx context.Context, o Options) error {
	kinds := []pion.RTPCodecType{pion.RTPCodecTypeVideo}
	if o.Sound {
		kinds = append(kinds, pion.RTPCodecTypeAudio)
	}
	for _, kind := range kinds {
		if _, err := v.pc.AddTransceiverFromKind(kind, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	offer, err := v.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := v.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	started := time.Now()
	v.cookie = o.Cookie
	answer, err := v.post(ctx, o.URL, offer.SDP)
	if err != nil {
		return err
	}
	v.Answered = time.Since(started)
	return v.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer})
}

// request sends the token of an address as WHEP wants it, and the cookie.
func (v *Viewer) request(ctx context.Context, method, address, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token, ok := r.URL.User.Password(); ok {
		r.URL.User = nil
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	return r, nil
}

func (v *Viewer) post(ctx context.Context, endpoint, offer string) (string, error) {
	r, err := v.request(ctx, http.MethodPost, endpoint, offer)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/sdp")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusCreated {
		return "", &Refused{answer.StatusCode, answer.Header.Get("Retry-After"), string(body)}
	}
	base, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	resource, err := base.Parse(answer.Header.Get("Location"))
	if err != nil {
		return "", err
	}
	v.resource = resource.String()
	return string(body), nil
}

func (v *Viewer) read(track *pion.TrackRemote, seen func(pion.RTPCodecType, *rtp.Packet)) {
	var watch keyframes
	var next uint16
	for first := true; ; first = false {
		p, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if seen != nil {
			seen(track.Kind(), p)
		}
		v.packets.Add(1)
		v.last.Store(time.Now().UnixNano())
		if gap := p.SequenceNumber - next; !first && gap < 1<<15 {
			v.missing.Add(uint64(gap))
		}
		next = p.SequenceNumber + 1
		if track.Kind() == pion.RTPCodecTypeVideo && watch.complete(p) && v.found.CompareAndSwap(false, true) {
			close(v.keyframe)
		}
	}
}

// Keyframe is closed when a whole keyframe has arrived.
func (v *Viewer) Keyframe() <-chan struct{} { return v.keyframe }

// Silent is how long ago the last packet came.
func (v *Viewer) Silent() time.Duration { return time.Since(time.Unix(0, v.last.Load())) }

// Packets is how many have arrived.
func (v *Viewer) Packets() uint64 { return v.packets.Load() }

// Missing is how many have not.
func (v *Viewer) Missing() uint64 { return v.missing.Load() }

// Leave ends the session as WHEP asks for, and waits for its end.
func (v *Viewer) Leave(ctx context.Context) error {
	r, err := v.request(ctx, http.MethodDelete, v.resource, "")
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err == nil {
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("WHEP: leaving: %s", answer.Status)
		}
	}
	v.Vanish()
	return err
}

// Vanish ends without a word to the hub's door.
func (v *Viewer) Vanish() {
	_ = v.pc.GracefulClose() // nothing can be done about it
	if v.conn != nil {
		_ = v.conn.Close()
	}
	v.readers.Wait()
}
