package e2e

import (
	"flag"
	"testing"
	"time"
)

// How long and how often; make endurance sets more than fits into make test.
var (
	enduranceLength = flag.Duration("endurance", 12*time.Second, "how long TestFramesInAreFramesOut records")
	recordingKills  = flag.Int("recording-kills", 20, "how often TestRecordingThroughKills kills the hub")
)

// groupOfPictures is how many of the clips' pictures stand between two keyframes at most.
// A recording that begins before the source has sent its first keyframe has so many
// pictures before it that are kept and cannot be decoded.
const groupOfPictures = 50

// TestFramesInAreFramesOut records the four cameras in real time: what came in is in the
// files, without a gap, picture by picture as their numbers show.
func TestFramesInAreFramesOut(t *testing.T) {
	t.Parallel()
	addr := startCameras(t)
	h := newHub(t)
	for _, room := range courts {
		h.add(t, map[string]string{"id": room, "url": "rtsp://" + addr + "/" + room})
		h.awaitFlows(t, room)
	}
	for _, room := range courts {
		if status := h.call(t, "POST", "/sources/"+room+"/recording", nil, nil); status != 201 {
			t.Fatalf("start of %s: %d", room, status)
		}
	}
	h.awaitRecording(t)
	<-time.After(*enduranceLength) // what is tested is that nothing happens for so long
	for _, room := range courts {
		if status := h.call(t, "DELETE", "/sources/"+room+"/recording", nil, nil); status != 200 {
			t.Fatalf("stop of %s: %d", room, status)
		}
	}
	for _, room := range courts {
		dir := h.recordingDir(t, room)
		rec := readRecording(t, dir)
		tell(t, rec)
		for _, g := range rec.Gaps {
			t.Errorf("%s: a gap at %v of %v: %s %s", room, g.Start.Duration(), (g.End() - g.Start).Duration(), g.Cause, g.Detail)
		}
		pictures := checkNumbers(t, dir, rec, largeRate)
		if lead := int(rec.Seal.Tracks[0].Kept) - pictures; lead < 0 || lead > groupOfPictures || lead > 0 && !rec.Segments[0].MidGroup {
			t.Errorf("%s: %d pictures show a number, %d were kept", room, pictures, rec.Seal.Tracks[0].Kept)
		}
		h.verifyRecording(t, dir)
	}
}
