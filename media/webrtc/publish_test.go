package webrtc_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/mediatest"
	"avhub/media/packet"
	"avhub/media/webrtc"
)

// newPublisher is a browser that publishes into the stream.
func newPublisher(t *testing.T, s *webrtc.Server, stream *media.Stream) (*mediatest.Publisher, *webrtc.Session) {
	t.Helper()
	p, err := mediatest.NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.PC.Close() })
	text, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.Publish(parse(t, text), webrtc.PublishOptions{
		Open: func(_ *webrtc.Session, tracks []media.Track) (*media.Feed, error) { return stream.Open(tracks) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Accept(session.Answer()); err != nil {
		t.Fatal(err)
	}
	return p, session
}

// began is a publisher whose first keyframe has arrived; the reader comes next
// to the picture after it.
func began(t *testing.T) (*mediatest.Publisher, *webrtc.Session, *media.Stream, *media.Reader) {
	t.Helper()
	stream := media.NewStream("field-1")
	p, session := newPublisher(t, server(t, "127.0.0.1:0"), stream)
	await(t, "the feed", stream.Fed)
	// What is sent before the publisher's own end is ready is dropped there.
	await(t, "the connection", func() bool { return p.PC.ConnectionState() == pion.PeerConnectionStateConnected })
	reader := stream.Subscribe(media.ReaderOptions{})
	t.Cleanup(reader.Close)
	send(t, p, picture(t, p, true)...)
	if u := unit(t, reader, true); !u.Keyframe {
		t.Fatal("the first picture is no keyframe")
	}
	return p, session, stream, reader
}

func picture(t *testing.T, p *mediatest.Publisher, keyframe bool) []*rtp.Packet {
	t.Helper()
	packets, err := p.Picture(keyframe)
	if err != nil {
		t.Fatal(err)
	}
	return packets
}

func send(t *testing.T, p *mediatest.Publisher, packets ...*rtp.Packet) {
	t.Helper()
	if err := p.Send(packets...); err != nil {
		t.Fatal(err)
	}
}

// unit is the next picture, or the next piece of sound, of the reader.
func unit(t *testing.T, r *media.Reader, video bool) *media.Unit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if (u.Track == 0) == video {
			return u
		}
	}
}

func numberOf(u *media.Unit) int { return mediatest.Number(u.Data[len(u.Data)-1]) }

func TestPublishedPictureAndSoundArrive(t *testing.T) {
	t.Parallel()
	p, _, stream, reader := began(t)
	tracks := stream.Tracks()
	if len(tracks) != 2 || tracks[0].Kind != packet.H264 || tracks[1].Kind != packet.Opus || tracks[1].Channels != 2 {
		t.Fatalf("tracks %+v", tracks)
	}
	if got := stream.Stats()[0].Video; got.Width != 640 || got.Height != 360 {
		t.Errorf("picture of %dx%d", got.Width, got.Height)
	}
	for i := range 20 {
		send(t, p, picture(t, p, false)...)
		if err := p.Sound(); err != nil {
			t.Fatal(err)
		}
		if u := unit(t, reader, true); numberOf(u) != i+1 || u.Damaged {
			t.Fatalf("picture %d is number %d, damaged %v", i+1, numberOf(u), u.Damaged)
		}
	}
	sound := stream.Subscribe(media.ReaderOptions{Tracks: []int{1}})
	defer sound.Close()
	if err := p.Sound(); err != nil {
		t.Fatal(err)
	}
	if u := unit(t, sound, false); len(u.Data) != 1 || string(u.Data[0]) != "\xf8\xff\xfe" {
		t.Errorf("sound %x", u.Data)
	}
}

func TestPacketsOutOfOrderArePutRight(t *testing.T) {
	t.Parallel()
	p, _, stream, reader := began(t)
	for i := range 10 {
		packets := append(picture(t, p, false), picture(t, p, false)...)
		for j := 0; j+1 < len(packets); j += 2 { // over the pictures' borders too
			packets[j], packets[j+1] = packets[j+1], packets[j]
		}
		send(t, p, append(packets, packets[0])...) // and one twice
		for j := range 2 {
			if u := unit(t, reader, true); numberOf(u) != 2*i+j+1 || u.Damaged {
				t.Fatalf("picture %d is number %d, damaged %v", 2*i+j+1, numberOf(u), u.Damaged)
			}
		}
	}
	if st := stream.Stats()[0]; st.Lost != 0 {
		t.Errorf("%d packets count as lost", st.Lost)
	}
}

func TestALostPacketIsCountedAndAKeyframeIsAskedFor(t *testing.T) {
	t.Parallel()
	p, _, stream, _ := began(t)
	askedFor(t, p, 10*time.Second) // the first one, at the start
	packets := picture(t, p, false)
	send(t, p, append(packets[:1], packets[2:]...)...)
	lost := time.Now()
	// The others go on: the gap is given up when the time for it has passed.
	await(t, "the loss", func() bool {
		send(t, p, picture(t, p, false)...)
		return stream.Stats()[0].Lost == 1
	})
	// Well before the one that comes every four seconds.
	if took := askedFor(t, p, 10*time.Second).Sub(lost); took > 2*time.Second {
		t.Errorf("asked for a keyframe %s after the loss", took)
	}
	if st := stream.Stats()[0]; st.Damaged == 0 {
		t.Error("no picture counts as damaged")
	}
}

// askedFor waits until the publisher is asked for a keyframe.
func askedFor(t *testing.T, p *mediatest.Publisher, limit time.Duration) time.Time {
	t.Helper()
	select {
	case at := <-p.Asked:
		return at
	case <-time.After(limit):
		t.Fatalf("not asked for a keyframe within %s", limit)
		return time.Time{}
	}
}

func TestPublishersClockIsKnownFromItsReports(t *testing.T) {
	t.Parallel()
	p, _, _, reader := began(t)
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	const since1900 = 2208988800
	report := &rtcp.SenderReport{SSRC: p.VideoSSRC(), NTPTime: uint64(noon.Unix()+since1900) << 32, RTPTime: p.PictureTime()}
	var u *media.Unit
	await(t, "a picture with its sender's time", func() bool {
		if err := p.PC.WriteRTCP([]rtcp.Packet{report}); err != nil {
			t.Fatal(err)
		}
		send(t, p, picture(t, p, false)...)
		u = unit(t, reader, true)
		return !u.NTP.IsZero()
	})
	want := noon.Add(time.Duration(numberOf(u)-1) * mediatest.Interval)
	if u.NTP.Sub(want).Abs() > time.Millisecond {
		t.Errorf("picture %d was taken at %s, want %s", numberOf(u), u.NTP, want)
	}
}

func TestTheFeedEndsWithTheSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*mediatest.Publisher, *webrtc.Session){
		"by the hub":       func(_ *mediatest.Publisher, x *webrtc.Session) { x.Close() },
		"by the publisher": func(p *mediatest.Publisher, _ *webrtc.Session) { _ = p.PC.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, session, stream, _ := began(t)
			end(p, session)
			await(t, "the stream is free again", func() bool { return !stream.Fed() })
			<-session.Done()
			if _, err := stream.Open(mediatest.Tracks(true)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestASourceThatIsTakenEndsThePublishersSession(t *testing.T) {
	t.Parallel()
	stream := media.NewStream("field-1")
	if _, err := stream.Open(mediatest.Tracks(true)); err != nil {
		t.Fatal(err)
	}
	_, session := newPublisher(t, server(t, "127.0.0.1:0"), stream)
	<-session.Done()
	if !errors.Is(session.Reason(), media.ErrFed) {
		t.Errorf("it ended with %v", session.Reason())
	}
}

// Two cameras in one session would have to share one track.
func TestASecondCameraNeedsASourceOfItsOwn(t *testing.T) {
	t.Parallel()
	p, err := mediatest.NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.PC.Close() })
	second, err := pion.NewTrackLocalStaticRTP(pion.RTPCodecCapability{MimeType: pion.MimeTypeH264}, "second", "publisher")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.PC.AddTrack(second); err != nil {
		t.Fatal(err)
	}
	text, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = server(t, "127.0.0.1:0").Publish(parse(t, text), webrtc.PublishOptions{})
	if !errors.Is(err, webrtc.ErrOffer) || !strings.Contains(err.Error(), "2 pictures and 1 sounds") {
		t.Errorf("got %v", err)
	}
}

func TestPublishTakesWhatGoesToEveryViewer(t *testing.T) {
	t.Parallel()
	s := server(t, "127.0.0.1:0")
	for name, c := range map[string]struct {
		change       func(string) string
		video, audio string // the answer's; empty: none
		err          error
	}{
		"H.264 and Opus":    {func(o string) string { return o }, "H264/90000", "opus/48000/2", nil},
		"VP8 without H.264": {func(o string) string { return strings.ReplaceAll(o, " H264/", " VP8/") }, "VP8/90000", "opus/48000/2", nil},
		"sound alone":       {func(o string) string { return strings.ReplaceAll(o, " H264/", " H263/") }, "", "opus/48000/2", nil},
		"H.265 alone": {func(o string) string {
			return strings.ReplaceAll(strings.ReplaceAll(o, " H264/", " H265/"), " OPUS/", " mp3/")
		}, "", "", webrtc.ErrNoCodec},
	} {
		session, err := s.Publish(parse(t, c.change(recorded(t, "obs-publisher"))), webrtc.PublishOptions{})
		if c.err != nil {
			if !errors.Is(err, c.err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		answer := strings.ToLower(session.Answer())
		for _, codec := range []string{c.video, c.audio} {
			if codec != "" && !strings.Contains(answer, strings.ToLower(codec)) {
				t.Errorf("%s: %s is not in the answer\n%s", name, codec, answer)
			}
		}
		if strings.Contains(answer, "a=sendrecv") || strings.Contains(answer, "a=sendonly") {
			t.Errorf("%s: the hub offers to send\n%s", name, answer)
		}
		session.Close()
	}
}

// A fault that a publisher's packet meets ends its session and no other.
func TestAFaultEndsOnePublisher(t *testing.T) {
	t.Parallel()
	s := server(t, "127.0.0.1:0")
	good := media.NewStream("field-1")
	other, _ := newPublisher(t, s, good)
	await(t, "the feed", good.Fed)
	p, err := mediatest.NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.PC.Close() })
	text, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.Publish(parse(t, text), webrtc.PublishOptions{
		Open: func(*webrtc.Session, []media.Track) (*media.Feed, error) { return nil, nil }, // which no feed is
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Accept(session.Answer()); err != nil {
		t.Fatal(err)
	}
	await(t, "the session's end", func() bool {
		send(t, p, picture(t, p, true)...) // what is sent before the connection is there gets lost
		return session.Reason() != nil
	})
	var fault *media.Fault
	if !errors.As(session.Reason(), &fault) || !strings.Contains(fault.Stack, "publish.go") {
		t.Errorf("it ended with %v", session.Reason())
	}
	await(t, "the other's picture", func() bool {
		send(t, other, picture(t, other, true)...)
		return good.LastKeyframe() != nil
	})
}
