package transcode

import (
	"testing"
	"time"

	"avhub/media/packet"
)

func TestH265BecomesH264ThatBrowsersPlay(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-4")
	take(t, s, 0, 80) // the first viewer comes later than the camera
	tr := newTranscoder(t, time.Millisecond)
	out, release, err := tr.H264(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	made := take(t, out, 0, 60)
	keyframes := 0
	for i, u := range made {
		if i > 0 && u.PTS <= made[i-1].PTS {
			t.Errorf("picture %d goes back in time: browsers take no B-frames", i)
		}
		onTimeline := s.Epoch().Add(time.Duration(u.PTS) * time.Second / 90000)
		if off := u.UTC.Sub(onTimeline); off < -100*time.Millisecond || off > 100*time.Millisecond {
			t.Errorf("picture %d says it was taken %s after its place on the timeline", i, off)
		}
		if !u.Keyframe {
			continue
		}
		keyframes++
		info, err := packet.ParseSPS(packet.H264, packet.FindParamSets(packet.H264, u.Data).SPS)
		if err != nil || info.Width != 1280 || info.Height != 720 || info.Reorder || info.Profile != "Constrained Baseline" {
			t.Errorf("%+v %v", info, err)
		}
	}
	if keyframes == 0 || keyframes > 3 {
		t.Errorf("%d keyframes in 60 pictures", keyframes)
	}
}
