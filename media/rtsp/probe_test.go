package rtsp

import (
	"context"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/rawcam"
)

func codes(r Report) map[string]string {
	m := map[string]string{}
	for _, f := range r.Findings {
		m[f.Code] = f.Level
	}
	return m
}

func TestProbeOfAGoodCamera(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	r := Probe(context.Background(), c.URL("/x"), Auto)
	if !r.OK || r.Cause != nil || r.Transport != TCP || len(r.Findings) != 0 {
		t.Fatalf("report %+v", r)
	}
	if r.Video.Video.Width != 320 || r.Video.FrameRate < 15 || r.Audio.Kind != packet.PCMA || r.Audio.BitRate == 0 {
		t.Errorf("video %+v audio %+v", r.Video, r.Audio)
	}
	if r.FirstKeyframe <= 0 || r.FirstKeyframe > r.Elapsed || r.Elapsed > 10*time.Second {
		t.Errorf("first keyframe after %v, all after %v", r.FirstKeyframe, r.Elapsed)
	}
}

func TestProbeFindings(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{
		SDP:    "m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=control:v\nm=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/16000\na=control:a\n",
		Tracks: []rawcam.Track{{Kind: packet.H265, PT: 96, Rate: 90000}, {Kind: packet.AAC, PT: 97, Rate: 16000}},
		Lose:   25,
	})
	r := Probe(context.Background(), c.URL("/x"), TCP)
	found := codes(r)
	for _, code := range []string{"h265_browsers", "aac_transcoded", "no_parameter_sets", "packet_loss"} {
		if found[code] == "" {
			t.Errorf("lacks %s: %+v", code, r.Findings)
		}
	}
}

func TestProbeOfASilentMicrophone(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{NoAudio: true})
	if r := Probe(context.Background(), c.URL("/x"), TCP); codes(r)["no_audio"] != "warn" {
		t.Errorf("findings %+v", r.Findings)
	}
}

func TestProbeSaysWhyNot(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{Describe: 404})
	start := time.Now()
	r := Probe(context.Background(), c.URL("/x"), Auto)
	if r.OK || r.Cause == nil || r.Cause.Code != media.CauseNotFound {
		t.Errorf("report %+v", r)
	}
	if d := time.Since(start); d > 5*time.Second { // it does not try again
		t.Errorf("took %v", d)
	}
}
