package webrtc_test

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"avhub/cmd/avhub/whepclient/lean"
	"avhub/media/webrtc"
)

// exchange answers a lean viewer's offer with the stage.
func (s *stage) exchange(t *testing.T, server *webrtc.Server, sessions chan<- *webrtc.Session) func(string) (string, error) {
	return func(text string) (string, error) {
		offer, err := webrtc.ParseOffer(text)
		if err != nil {
			return "", err
		}
		x, err := s.viewVideo(t, server, offer)
		if err != nil {
			return "", err
		}
		if sessions != nil {
			sessions <- x
		}
		return x.Answer(), nil
	}
}

// watch joins a lean viewer, which leaves when the test ends.
func (s *stage) watch(t *testing.T, server *webrtc.Server, o *lean.Options) (*lean.Viewer, *webrtc.Session) {
	t.Helper()
	sessions := make(chan *webrtc.Session, 1)
	o.Exchange = s.exchange(t, server, sessions)
	v, err := lean.Watch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Vanish)
	return v, <-sessions
}

func sees(t *testing.T, v *lean.Viewer) {
	t.Helper()
	select {
	case <-v.Keyframe():
	case <-time.After(20 * time.Second):
		t.Fatal("no keyframe within 20 s")
	}
}

// goesOn waits for so many packets more.
func goesOn(t *testing.T, v *lean.Viewer, more uint64) {
	t.Helper()
	from := v.Stats().Packets
	await(t, "more packets", func() bool { return v.Stats().Packets >= from+more })
}

func TestOldClientsAreServedToo(t *testing.T) {
	t.Parallel()
	stage := newStage(t, 25)
	v, _ := stage.watch(t, server(t, "127.0.0.1:0"), &lean.Options{OnlySHA1: true})
	sees(t, v)
	goesOn(t, v, 50)
}

func TestAnotherCertificateThanTheOffersGetsNoMedia(t *testing.T) {
	t.Parallel()
	stage, s := newStage(t, 25), server(t, "127.0.0.1:0")
	sessions := make(chan *webrtc.Session, 1)
	_, err := lean.Watch(t.Context(), &lean.Options{OtherIdentity: true, Exchange: stage.exchange(t, s, sessions)})
	if err == nil {
		t.Error("the handshake succeeded")
	}
	x := <-sessions
	await(t, "the session's end", func() bool { return x.Reason() != nil })
	if !strings.Contains(x.Reason().Error(), "certificate") || x.Connected() {
		t.Errorf("it ended because: %v", x.Reason())
	}
	if n := s.SentLight().Packets; n != 0 {
		t.Errorf("%d packets were sent", n)
	}
}

func TestAViewerThatChangesNetworksIsFollowed(t *testing.T) {
	t.Parallel()
	stage := newStage(t, 25)
	v, _ := stage.watch(t, server(t, "127.0.0.1:0"), &lean.Options{})
	sees(t, v)
	for range 12 { // more than the addresses that are remembered
		if err := v.Rebind(); err != nil {
			t.Fatal(err)
		}
		goesOn(t, v, 10)
	}
}

func TestSendingStopsWhenAViewerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	stage := newStage(t, 25)
	s := serverWith(t, webrtc.Options{Listen: "127.0.0.1:0", Consent: 2 * time.Second})
	o := &lean.Options{}
	v, x := stage.watch(t, s, o)
	sees(t, v)
	o.Deaf.Store(true)
	from := time.Now()
	await(t, "the session's end", func() bool { return x.Reason() != nil })
	if d := time.Since(from); d < time.Second {
		t.Errorf("it was given up after %v, though answers were there until then", d)
	}
	<-x.Done()
	n := s.SentLight().Packets
	_, end := stage.camera.Stream.Group()
	await(t, "later pictures", func() bool { _, now := stage.camera.Stream.Group(); return now > end+20 })
	if more := s.SentLight().Packets - n; more > 0 {
		t.Errorf("%d packets after the end", more)
	}
	if s.Refused().ConsentsLost != 1 {
		t.Errorf("%+v", s.Refused())
	}
}

// A viewer that knows its session's password names somebody else's address as
// its own, as it can where routers let forged senders pass. Nobody there has
// answered the hub: nothing but its questions goes there.
func TestNobodyElseCanBeSentTheStream(t *testing.T) {
	t.Parallel()
	stage, s := newStage(t, 25), server(t, "127.0.0.1:0")
	v, x := stage.watch(t, s, &lean.Options{})
	sees(t, v)
	victim, err := net.DialUDP("udp4", nil, s.Addr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	ours, theirs := line(x.Answer(), "ice-ufrag"), v.Ufrag()
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(ours+":"+theirs),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{110, 0, 30, 255}},
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}, stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(line(x.Answer(), "ice-pwd")), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := victim.Write(m.Raw); err != nil {
		t.Fatal(err)
	}
	goesOn(t, v, 50) // the stream stays where it is
	buf := make([]byte, 2000)
	for {
		if err := victim.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := victim.Read(buf)
		if err != nil {
			break
		}
		if n < 20 || buf[0] > 3 {
			t.Fatalf("the victim was sent %x", buf[:min(n, 20)])
		}
	}
}

func line(sdp, name string) string {
	for l := range strings.Lines(sdp) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(l), "a="+name+":"); ok {
			return v
		}
	}
	return ""
}

func TestLossIsMendedByRetransmission(t *testing.T) {
	t.Parallel()
	stage := newStage(t, 25)
	random := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	v, _ := stage.watch(t, server(t, "127.0.0.1:0"), &lean.Options{Lose: func() bool {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(20) == 0
	}})
	sees(t, v)
	await(t, "some loss", func() bool { return v.Stats().Lost > 20 })
	await(t, "its mending", func() bool { st := v.Stats(); return st.Mended*100 > st.Lost*90 }) // one in twenty of these is lost too
}

// Ten viewers rage: they ask for everything again and again, wish for keyframes
// without end, forge reports, replay them, send nonsense, and move all the time.
// A hundred others see nothing of it.
func TestBadViewersDoNotDisturbGoodOnes(t *testing.T) {
	t.Parallel()
	const good, bad = 100, 10
	stage, s := newStage(t, 25), server(t, "127.0.0.1:0")
	measure := func() (p99 time.Duration) {
		var mu sync.Mutex
		var all []time.Duration
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var viewers []*lean.Viewer
		for range good {
			v, err := lean.Watch(ctx, &lean.Options{Exchange: stage.exchange(t, s, nil), OnPicture: func(payload []byte, at time.Time) {
				if written, ok := stage.written(payload); ok {
					mu.Lock()
					all = append(all, at.Sub(written))
					mu.Unlock()
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			viewers = append(viewers, v)
		}
		mu.Lock()
		all = nil // what they caught up with is old
		mu.Unlock()
		await(t, "pictures", func() bool { mu.Lock(); defer mu.Unlock(); return len(all) >= good*75 })
		var lost uint64
		for _, v := range viewers {
			lost += v.Stats().Lost - v.Stats().Mended
			v.Vanish()
		}
		if lost > 0 {
			t.Errorf("good viewers lost %d packets", lost)
		}
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(all)
		return all[len(all)*99/100]
	}
	stage.noteTimes(t)
	quiet := measure()
	stop := make(chan struct{})
	var raging sync.WaitGroup
	for i := range bad {
		v, _ := stage.watch(t, s, &lean.Options{})
		sees(t, v)
		raging.Go(func() { v.Rage(i, stop) })
	}
	loud := measure()
	close(stop)
	raging.Wait()
	st := s.Refused()
	if st.Limited == 0 || st.Unauthentic == 0 || st.Malformed == 0 || st.Media == 0 {
		t.Errorf("nothing of it was counted: %+v", st)
	}
	t.Logf("p99 %v, with bad viewers %v, %+v", quiet, loud, st)
	// The bad ones' own sending takes of this machine's cores what it can get, and so
	// do other tests: only a stall shows here, the rest is the bench's.
	if loud > 3*quiet+5*time.Second {
		t.Errorf("p99 was %v and is %v with bad viewers", quiet, loud)
	}
}
