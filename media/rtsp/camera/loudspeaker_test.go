package camera

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtp"

	"avhub/media/pcm"
)

// talker is somebody else's client at a camera's back channel.
func talker(t *testing.T, url string) (*gortsplib.Client, *description.Media, error) {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	tcp := gortsplib.TransportTCP
	c := &gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Transport: &tcp, RequestBackChannels: true}
	if err := c.Start2(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	desc, _, err := c.Describe(u)
	if err != nil {
		return c, nil, err
	}
	for _, m := range desc.Medias {
		if !m.IsBackChannel {
			continue
		}
		if _, err := c.Setup(desc.BaseURL, m, 0, 0); err != nil {
			return c, nil, err
		}
		_, err = c.Play(nil)
		return c, m, err
	}
	return c, nil, errors.New("no back channel")
}

func startSpeaker(t *testing.T, l *Loudspeaker) *Server {
	t.Helper()
	room, err := DemoChannel("court-2")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(Options{Listen: "127.0.0.1:0", Channels: []Channel{
		{Name: "room", Main: room.Sub, Sub: room.Sub, Loudspeaker: l}, {Name: "mute", Main: room.Sub},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Both laws are heard, and stand in the file.
func TestALoudspeakerHearsBothLaws(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "said.wav")
	wav, err := CreateWAV(file)
	if err != nil {
		t.Fatal(err)
	}
	l := &Loudspeaker{Out: wav.Play}
	s := startSpeaker(t, l)
	c, m, err := talker(t, s.URL("room_sub"))
	if err != nil {
		t.Fatal(err)
	}
	ramp := make([]int16, 160)
	for i := range ramp {
		ramp[i] = int16(i * 100)
	}
	for n, payload := range [][]byte{pcm.AppendMuLaw(nil, ramp), pcm.AppendALaw(nil, ramp)} {
		p := &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: uint8(8 * n), SequenceNumber: uint16(n)}, Payload: payload}
		if err := c.WritePacketRTP(m, p); err != nil {
			t.Fatal(err)
		}
	}
	var heard []int16
	eventually(t, 10*time.Second, "both are heard", func() bool { heard = append(heard, l.Heard()...); return len(heard) == 320 })
	for i, v := range heard {
		if math.Abs(float64(v)-float64(ramp[i%160])) > 500 {
			t.Fatalf("sample %d is %d, not %d", i, v, ramp[i%160])
		}
	}
	if err := wav.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil || len(b) != wavHead+640 || string(b[:4]) != "RIFF" || binary.LittleEndian.Uint32(b[40:]) != 640 || binary.LittleEndian.Uint32(b[4:]) != uint32(len(b)-8) {
		t.Fatalf("%d bytes: %v", len(b), err)
	}
	if v := int16(binary.LittleEndian.Uint16(b[wavHead+2*200:])); v != heard[200] {
		t.Errorf("sample 200 in the file is %d, not %d", v, heard[200])
	}
}

// It takes one talker at a time, by whichever of the camera's streams; a camera without
// one says so as ONVIF has it.
func TestALoudspeakerTakesOneTalker(t *testing.T) {
	t.Parallel()
	l := &Loudspeaker{}
	s := startSpeaker(t, l)
	first, _, err := talker(t, s.URL("room"))
	if err != nil {
		t.Fatal(err)
	}
	code := func(err error) base.StatusCode {
		var bad liberrors.ErrClientBadStatusCode
		errors.As(err, &bad)
		return bad.Code
	}
	if _, _, err := talker(t, s.URL("room_sub")); code(err) != base.StatusNotEnoughBandwidth {
		t.Errorf("the second is answered %v", err)
	}
	if _, _, err := talker(t, s.URL("mute")); code(err) != base.StatusOptionNotSupported {
		t.Errorf("a camera without is answered %v", err)
	}
	// Those who only look are not in the way, and see nothing of it.
	if w := watch(t, s.URL("room"), gortsplib.TransportTCP); len(w.desc.Medias) != 2 {
		t.Errorf("a viewer is offered %d", len(w.desc.Medias))
	}
	first.Close()
	eventually(t, 5*time.Second, "it is free", func() bool { now, _ := l.InUse(); return !now })
	if _, _, err := talker(t, s.URL("room")); err != nil {
		t.Errorf("the next: %v", err)
	}
	if now, talks := l.InUse(); !now || talks != 2 {
		t.Errorf("in use: %t, %d talks", now, talks)
	}
}

func TestAFileThatCannotBe(t *testing.T) {
	t.Parallel()
	if _, err := CreateWAV(filepath.Join(t.TempDir(), "no", "such.wav")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
