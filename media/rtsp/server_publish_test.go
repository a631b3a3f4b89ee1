package rtsp

import (
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"avhub/media/mediatest"
	"avhub/media/packet"
)

// encoder publishes pictures of H.264 and sound of G.711.
type encoder struct {
	t     *testing.T
	c     *gortsplib.Client
	video *description.Media
	seq   uint16
}

func offering(formats ...format.Format) *description.Session {
	desc := &description.Session{}
	for _, f := range formats {
		kind := description.MediaTypeAudio
		if f.ClockRate() == 90000 {
			kind = description.MediaTypeVideo
		}
		desc.Medias = append(desc.Medias, &description.Media{Type: kind, Formats: []format.Format{f}})
	}
	return desc
}

func h264Format() format.Format {
	return &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: mediatest.SPS, PPS: mediatest.PPS}
}

// announce tries to publish; the error says how it was refused.
func announce(t *testing.T, d *door, path string, transport gortsplib.Transport, formats ...format.Format) (*encoder, error) {
	t.Helper()
	desc := offering(formats...)
	e := &encoder{t: t, c: &gortsplib.Client{Transport: &transport}, video: desc.Medias[0]}
	t.Cleanup(e.c.Close)
	return e, e.c.StartRecording(d.url(path), desc)
}

// send sends a keyframe in two packets.
func (e *encoder) send(number int) {
	e.t.Helper()
	nalu := make([]byte, 2000)
	for i := range nalu {
		nalu[i] = 1
	}
	nalu[0], nalu[len(nalu)-1], nalu[len(nalu)-2] = 0x65, 0x80, byte(number)
	nalu[len(nalu)-5], nalu[len(nalu)-4], nalu[len(nalu)-3] = 0, 0, 0
	payloads, err := packet.Pack(packet.H264, [][]byte{nalu}, 1200)
	if err != nil {
		e.t.Fatal(err)
	}
	for i := range payloads.Len() {
		e.seq++
		err := e.c.WritePacketRTP(e.video, &rtp.Packet{
			Header: rtp.Header{
				Version: 2, PayloadType: 96, SequenceNumber: e.seq, Timestamp: uint32(number * 3600), SSRC: 7, Marker: i == payloads.Len()-1,
			},
			Payload: payloads.At(i),
		})
		if err != nil {
			e.t.Fatal(err)
		}
	}
}

func TestAnEncoderFeedsAStream(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]gortsplib.Transport{"tcp": gortsplib.TransportTCP, "udp": gortsplib.TransportUDP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, ServerOptions{IdleTimeout: time.Second}, "gate")
			e, err := announce(t, d, "gate", transport, h264Format(), &format.G711{PayloadTyp: 8, SampleRate: 8000, ChannelCount: 1})
			if err != nil {
				t.Fatal(err)
			}
			tracks := d.stream("gate").Tracks()
			if len(tracks) != 2 || tracks[0].Kind != packet.H264 || tracks[1].Kind != packet.PCMA || !tracks[0].Params.Complete(packet.H264) {
				t.Fatalf("tracks %+v", tracks)
			}
			const pictures = 5
			for n := range pictures {
				e.send(n)
			}
			eventually(t, 30*time.Second, "all pictures are in the stream", func() bool {
				return d.stream("gate").Stats()[0].Units == pictures
			})
			if st := d.stream("gate").Stats()[0]; st.Lost+st.Malformed+st.Damaged > 0 {
				t.Errorf("%+v", st)
			}
			if u := d.stream("gate").LastKeyframe(); mediatest.Number(u.Data[len(u.Data)-1]) != pictures-1 {
				t.Errorf("the last picture is number %d", mediatest.Number(u.Data[len(u.Data)-1]))
			}
			// It goes, and another may come.
			e.c.Close()
			eventually(t, 30*time.Second, "the stream is free", func() bool { return !d.stream("gate").Fed() && d.kept() == 0 })
			if _, err := announce(t, d, "gate", transport, h264Format()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEncodersAreRefused(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "gate", "camera", "taken")
	first, err := announce(t, d, "taken", gortsplib.TransportTCP, h264Format())
	if err != nil {
		t.Fatal(err)
	}
	text := &format.Generic{PayloadTyp: 98, RTPMa: "private/90000"}
	if err := text.Init(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path   string
		format format.Format
		want   base.StatusCode
	}{
		{"taken", h264Format(), base.StatusMethodNotValidInThisState},
		{"camera", h264Format(), base.StatusNotFound},
		{"nowhere", h264Format(), base.StatusNotFound},
		{"gate", text, base.StatusUnsupportedMediaType},
	} {
		_, err := announce(t, d, c.path, gortsplib.TransportTCP, c.format)
		if got := statusOf(t, err); got != c.want {
			t.Errorf("%s is answered %d, not %d", c.path, got, c.want)
		}
	}
	// The first is not disturbed.
	first.send(0)
	eventually(t, 30*time.Second, "its picture", func() bool { return d.stream("taken").Stats()[0].Units == 1 })
}

// Of an encoder's many medias the hub takes a picture and a sound, and what it
// does not know harms nobody.
func TestAnEncoderWithMoreThanTheHubCarries(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "gate")
	text := &format.Generic{PayloadTyp: 98, RTPMa: "private/90000"}
	if err := text.Init(); err != nil {
		t.Fatal(err)
	}
	e, err := announce(t, d, "gate", gortsplib.TransportTCP, h264Format(), text, h264Format(), &format.Opus{PayloadTyp: 97, ChannelCount: 2})
	if err != nil {
		t.Fatal(err)
	}
	if tracks := d.stream("gate").Tracks(); len(tracks) != 2 || tracks[0].Kind != packet.H264 || tracks[1].Kind != packet.Opus {
		t.Errorf("tracks %+v", tracks)
	}
	e.send(0)
	eventually(t, 30*time.Second, "the picture", func() bool { return d.stream("gate").Stats()[0].Units == 1 })
}
