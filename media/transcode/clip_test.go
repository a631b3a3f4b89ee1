package transcode

import (
	"context"
	"log/slog"
	"os/exec"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

// newTranscoder makes one that waits so long after the last user.
func newTranscoder(t *testing.T, linger time.Duration) *Transcoder {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	tr := New(Options{FFmpeg: ffmpeg, Video: true, Linger: linger, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

// offGrid is how long after the stream the clip begins: no camera begins at a
// whole picture of the hub's timeline.
const offGrid = 13 * time.Millisecond

// playing is a stream that a demo clip plays into, at its pace.
func playing(t *testing.T, room string) *media.Stream {
	t.Helper()
	channel, err := camera.DemoChannel(room)
	if err != nil {
		t.Fatal(err)
	}
	clip := channel.Main
	config, err := clip.Audio.Format.(*format.MPEG4Audio).Config.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s := media.NewStream(room)
	feed, err := s.Open([]media.Track{
		{Kind: clip.Video.Kind, ClockRate: 90000, Params: paramsOf(clip.Video.Format)},
		{Kind: packet.AAC, ClockRate: clip.Audio.Rate, SampleRate: clip.Audio.Rate, Channels: 1, Config: config},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	began := time.Now().Add(offGrid)
	play := func(index int, track *camera.Track) {
		for _, sample := range track.Samples {
			select {
			case <-time.After(time.Until(began.Add(sample.At))):
			case <-ctx.Done():
				return
			}
			payloads, err := packet.Pack(track.Kind, sample.Data, 1180)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range payloads.Len() {
				err := feed.Packet(index, media.Packet{
					Payload: payloads.At(i), RTP: uint32(sample.PTS.Seconds() * float64(track.Rate)),
					Marker: i == payloads.Len()-1, Arrived: time.Now(),
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		}
	}
	go func() {
		defer close(ended)
		sound := make(chan struct{})
		go func() { defer close(sound); play(1, clip.Audio) }()
		play(0, clip.Video)
		<-sound
	}()
	t.Cleanup(func() { stop(); <-ended; feed.Close(); s.Close() })
	return s
}

func paramsOf(f format.Format) packet.ParamSets {
	if f, ok := f.(*format.H265); ok {
		return packet.ParamSets{VPS: f.VPS, SPS: f.SPS, PPS: f.PPS}
	}
	h264 := f.(*format.H264)
	return packet.ParamSets{SPS: h264.SPS, PPS: h264.PPS}
}

// take reads count units of a track.
func take(t *testing.T, s *media.Stream, track, count int) []*media.Unit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r := s.Subscribe(media.ReaderOptions{Tracks: []int{track}})
	defer r.Close()
	var units []*media.Unit
	for len(units) < count {
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("%d of %d units came: %v", len(units), count, err)
		}
		units = append(units, u)
	}
	return units
}
