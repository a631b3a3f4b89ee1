package rtsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/pcm"
	"avhub/media/rtsp/camera"
)

// tone is a tone as G.711, 20 ms a frame.
type tone struct {
	kind packet.Kind
	hz   float64
	n    int
}

func (s *tone) next() []byte {
	samples := make([]int16, TalkFrame)
	for i := range samples {
		samples[i] = int16(8000 * math.Sin(2*math.Pi*s.hz*float64(s.n)/8000))
		s.n++
	}
	if s.kind == packet.PCMU {
		return pcm.AppendMuLaw(nil, samples)
	}
	return pcm.AppendALaw(nil, samples)
}

// loudness is the amplitude of a tone in samples at 8 kHz (Goertzel).
func loudness(samples []int16, hz float64) float64 {
	w := 2 * math.Pi * hz / 8000
	var s1, s2 float64
	for _, x := range samples {
		s1, s2 = float64(x)+2*math.Cos(w)*s1-s2, s1
	}
	return 2 * math.Sqrt(max(0, s1*s1+s2*s2-2*math.Cos(w)*s1*s2)) / float64(len(samples))
}

// speakers is a camera with a loudspeaker.
func speakers(t *testing.T, o camera.Options) (*camera.Server, *camera.Loudspeaker) {
	t.Helper()
	channel, err := camera.DemoChannel("court-3")
	if err != nil {
		t.Fatal(err)
	}
	l := &camera.Loudspeaker{}
	channel.Loudspeaker = l
	mute := channel
	mute.Name, mute.Loudspeaker = "mute", nil
	o.Listen, o.Channels = "127.0.0.1:0", []camera.Channel{channel, mute}
	s, err := camera.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, l
}

// say says a tone for so long, in real time.
func say(t *testing.T, talk *Talk, s *tone, d time.Duration) {
	t.Helper()
	s.kind = talk.Kind()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range d / (20 * time.Millisecond) {
		if err := talk.Write(s.next()); err != nil {
			t.Fatal(err)
		}
		<-tick.C
	}
}

// What is said into a talk comes out of the loudspeaker, by either transport, behind a
// password; and the camera is free again at once when it hangs up.
func TestWhatIsSaidIsHeardAtTheCamera(t *testing.T) {
	t.Parallel()
	for _, transport := range []Transport{TCP, UDP} {
		t.Run(string(transport), func(t *testing.T) {
			t.Parallel()
			s, l := speakers(t, camera.Options{User: "admin", Password: "secret"})
			talk, err := OpenTalk(t.Context(), TalkOptions{URL: s.URL("court-3"), Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			defer talk.Close()
			if talk.Kind() != packet.PCMA || talk.Transport() != transport {
				t.Errorf("%s by %s", talk.Kind(), talk.Transport())
			}
			say(t, talk, &tone{hz: 700}, time.Second)
			var heard []int16
			eventually(t, 10*time.Second, "the second has come", func() bool {
				heard = append(heard, l.Heard()...)
				return len(heard) >= 48*TalkFrame
			})
			if loud, other := loudness(heard[:8000*9/10], 700), loudness(heard[:8000*9/10], 1100); math.Abs(loud-8000) > 200 || other > 100 {
				t.Errorf("the loudspeaker gives %.0f of the tone, %.0f of another", loud, other)
			}
			began := time.Now()
			talk.Close()
			talk.Close()
			if d := time.Since(began); d > time.Second {
				t.Errorf("hanging up took %v", d)
			}
			eventually(t, 5*time.Second, "the camera is free", func() bool { now, _ := l.InUse(); return !now })
			if err := talk.Write(make([]byte, TalkFrame)); !errors.Is(err, ErrHungUp) {
				t.Errorf("after hanging up: %v", err)
			}
		})
	}
}

// A camera that refuses TCP is talked to by UDP, without being asked.
func TestATalkFindsItsTransport(t *testing.T) {
	t.Parallel()
	s, l := speakers(t, camera.Options{NoTCP: true})
	talk, err := OpenTalk(t.Context(), TalkOptions{URL: s.URL("court-3")})
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	say(t, talk, &tone{hz: 500}, 200*time.Millisecond)
	eventually(t, 10*time.Second, "it is heard", func() bool { return len(l.Heard()) > 0 })
	if talk.Transport() != UDP {
		t.Errorf("by %s", talk.Transport())
	}
}

// What can go wrong is said so that a technician knows what to do.
func TestTalksThatCannotBe(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	s, _ := speakers(t, camera.Options{User: "admin", Password: "gEheim"})
	held, err := OpenTalk(t.Context(), TalkOptions{URL: s.URL("court-3")})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	for name, c := range map[string]struct {
		url         string
		transport   Transport
		code        media.CauseCode
		say         string
		loudspeaker bool // it is one without
	}{
		"no loudspeaker":      {s.URL("mute"), "", media.CauseNoMedia, "kiosk", true},
		"a wrong password":    {strings.Replace(s.URL("court-3"), "gEheim", "gEheim-not", 1), "", media.CauseUnauthorized, "user name or password", false},
		"no such path":        {s.URL("court-9"), "", media.CauseNotFound, "path", false},
		"somebody else talks": {s.URL("court-3"), "", media.CauseUnsupported, "in use by somebody outside the hub", false},
		"nobody there":        {"rtsp://admin:gEheim@" + freePort(t) + "/x", "", media.CauseRefused, "RTSP is switched on", false},
		"no answer":           {"rtsp://admin:gEheim@" + deaf.Addr().String() + "/x", "", media.CauseTimeout, "does not answer", false},
		"multicast":           {s.URL("court-3"), Multicast, media.CauseUnsupported, "auto, tcp or udp", false},
		"no address":          {"http://10.0.0.1/", "", media.CauseUnsupported, "rtsp://user:password@host", false},
	} {
		_, err := OpenTalk(t.Context(), TalkOptions{URL: c.url, Transport: c.transport, Timeout: 2 * time.Second, Log: slog.New(slog.NewTextHandler(&log, nil))})
		var why *Error
		if !errors.As(err, &why) || why.Cause.Code != c.code || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if errors.Is(err, ErrNoLoudspeaker) != c.loudspeaker {
			t.Errorf("%s is taken for one without a loudspeaker: %v", name, err)
		}
		if strings.Contains(err.Error()+log.String(), "gEheim") {
			t.Errorf("%s: the password is told: %v", name, err)
		}
	}
	if err := held.Write(nil); err == nil {
		t.Error("nothing was taken for a frame")
	}
	if err := held.Write(make([]byte, 2000)); err == nil {
		t.Error("a second was taken for a frame")
	}
}

// One talks at a time; the other is told who, and since when.
func TestALoudspeakerIsOneTalkers(t *testing.T) {
	t.Parallel()
	s, l := speakers(t, camera.Options{})
	var desk Desk
	o := TalkOptions{URL: s.URL("court-3")}
	ctx, leave := context.WithCancel(t.Context())
	clerk, err := desk.Open(ctx, "court-3", "clerk Li", o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = desk.Open(t.Context(), "court-3", "judge Wang", o)
	var held *HeldError
	if !errors.As(err, &held) || held.Holder != "clerk Li" || time.Since(held.Since) > time.Minute || !strings.Contains(err.Error(), "clerk Li has had it since "+held.Since.Format("15:04:05")) {
		t.Fatalf("the second is told: %v", err)
	}
	if all := desk.Holdings(); len(all) != 1 || all[0] != held.Holding {
		t.Errorf("%+v", all)
	}
	leave() // the clerk's browser is gone
	<-clerk.Done()
	if len(desk.Holdings()) != 0 || !errors.Is(clerk.Err(), ErrHungUp) {
		t.Errorf("after the clerk has left: %v, %v", desk.Holdings(), clerk.Err())
	}
	eventually(t, 5*time.Second, "the camera is free", func() bool { now, _ := l.InUse(); return !now })
	judge, err := desk.Open(t.Context(), "court-3", "judge Wang", o)
	if err != nil {
		t.Fatal(err)
	}
	judge.Close()
	if _, err := desk.Open(t.Context(), "mute", "judge Wang", TalkOptions{URL: s.URL("mute")}); err == nil || len(desk.Holdings()) != 0 {
		t.Errorf("a talk that could not be opened is held: %v", err)
	}
}

// A camera that goes away in the middle of a sentence: who talks is told why, and the
// desk is free.
func TestACameraThatGoesAwayMidTalk(t *testing.T) {
	t.Parallel()
	for _, transport := range []Transport{TCP, UDP} {
		t.Run(string(transport), func(t *testing.T) {
			t.Parallel()
			s, _ := speakers(t, camera.Options{})
			var desk Desk
			talk, err := desk.Open(t.Context(), "court-3", "clerk Li", TalkOptions{URL: s.URL("court-3"), Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			say(t, talk, &tone{hz: 500}, 100*time.Millisecond)
			s.Close()
			select {
			case <-talk.Done():
			case <-time.After(10 * time.Second):
				t.Fatal("the talk goes on without a camera")
			}
			var why *Error
			err = talk.Write(make([]byte, TalkFrame))
			if !errors.As(err, &why) || why.Cause.Code != media.CauseClosed || len(desk.Holdings()) != 0 {
				t.Errorf("%v; held: %v", err, desk.Holdings())
			}
			talk.Close()
		})
	}
}

// A device that takes nothing more holds up neither who talks nor who hangs up. What it
// does not take is dropped.
func TestHangingUpOnADeviceThatTakesNothing(t *testing.T) {
	t.Parallel()
	s, _ := speakers(t, camera.Options{})
	front := stall(t, s.Addr().String())
	talk, err := OpenTalk(t.Context(), TalkOptions{URL: "rtsp://" + front.addr + "/court-3", Transport: TCP})
	if err != nil {
		t.Fatal(err)
	}
	front.stop()
	var wg sync.WaitGroup
	for range 4 { // under load
		wg.Go(func() {
			for n := 0; talk.Err() == nil && n < 2_000_000; n++ {
				_ = talk.Write(make([]byte, 5*TalkFrame))
			}
		})
	}
	eventually(t, 20*time.Second, "frames are dropped", func() bool { return talk.Dropped() > 100 || talk.Err() != nil })
	began := time.Now()
	talk.Close()
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("hanging up took %v", d)
	}
	wg.Wait()
}

// staller is a way to a server that can stop taking what is sent.
type staller struct {
	addr string
	once sync.Once
	held chan struct{}
}

func (s *staller) stop() { s.once.Do(func() { close(s.held) }) }

func stall(t *testing.T, to string) *staller {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &staller{addr: l.Addr().String(), held: make(chan struct{})}
	var wg sync.WaitGroup
	end := make(chan struct{})
	t.Cleanup(func() { s.stop(); close(end); l.Close(); wg.Wait() })
	wg.Go(func() {
		in, err := l.Accept()
		if err != nil {
			return
		}
		_ = in.(*net.TCPConn).SetReadBuffer(4 << 10)
		out, err := net.Dial("tcp", to)
		if err != nil {
			in.Close()
			return
		}
		wg.Go(func() { // back
			b := make([]byte, 4096)
			for {
				n, err := out.Read(b)
				if err != nil {
					return
				}
				_, _ = in.Write(b[:n])
			}
		})
		wg.Go(func() {
			<-end
			in.Close()
			out.Close()
		})
		b := make([]byte, 4096)
		for {
			select {
			case <-s.held:
				return
			default:
			}
			_ = in.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			n, err := in.Read(b)
			if n > 0 {
				_, _ = out.Write(b[:n])
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
				return
			}
		}
	})
	return s
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// The ways devices describe their loudspeakers.
func TestLoudspeakersInDescriptions(t *testing.T) {
	t.Parallel()
	const video = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:v\r\n"
	for name, c := range map[string]struct {
		sdp, kind, control, refused string
	}{
		"as ONVIF shows it": {video + "a=recvonly\r\nm=audio 0 RTP/AVP 0\r\na=control:a\r\na=recvonly\r\nm=audio 0 RTP/AVP 0\r\na=control:back\r\na=sendonly\r\n", "PCMU", "back", ""},
		"both laws":         {video + "m=audio 0 RTP/AVP 0 8\r\na=control:back\r\na=sendonly\r\n", "PCMA", "back", ""},
		"among others":      {video + "m=audio 0 RTP/AVP 97 98 0\r\na=rtpmap:97 G726-32/8000\r\na=rtpmap:98 MPEG4-GENERIC/16000\r\na=control:back\r\na=sendonly\r\n", "PCMU", "back", ""},
		"wide band first":   {video + "m=audio 0 RTP/AVP 97 98\r\na=rtpmap:97 PCMU/16000\r\na=rtpmap:98 PCMA/8000\r\na=control:back\r\na=sendonly\r\n", "PCMA", "back", ""},
		"none that we have": {video + "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 G726-32/8000\r\na=control:back\r\na=sendonly\r\n", "", "", "G726-32"},
		"nothing else":      {"m=audio 0 RTP/AVP 8\r\na=control:back\r\na=sendonly\r\n", "PCMA", "back", ""},
		"no loudspeaker":    {video + "m=audio 0 RTP/AVP 8\r\na=control:a\r\n", "", "", ""},
		"a sender's own":    {video + "a=sendonly\r\nm=audio 0 RTP/AVP 8\r\na=control:a\r\na=sendonly\r\n", "", "", ""},
	} {
		o := parseTalkOffer([]byte("v=0\r\n" + c.sdp))
		got := ""
		if len(o.tracks) == 1 {
			got = fmt.Sprint(o.tracks[0].track.Kind, " ", o.tracks[0].control)
		}
		if want := strings.TrimSpace(c.kind + " " + c.control); got != want || o.refused != c.refused {
			t.Errorf("%s: %q (%q)", name, got, o.refused)
		}
	}
}

// FuzzTalkOffer: whatever a device describes, at most one way is found, in G.711.
func FuzzTalkOffer(f *testing.F) {
	f.Add([]byte("v=0\r\nm=video 0 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0 8\r\na=control:back\r\na=sendonly\r\n"))
	f.Add([]byte("m=audio 0 RTP/AVP 97\na=rtpmap:97 PCMA/8000/9\na=sendonly\n"))
	f.Fuzz(func(t *testing.T, sdp []byte) {
		o := parseTalkOffer(sdp)
		if len(o.tracks) > 1 || len(o.tracks) == 1 && o.tracks[0].track.ClockRate != 8000 {
			t.Errorf("%+v", o.tracks)
		}
	})
}
