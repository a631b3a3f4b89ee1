package recorder

import (
	"testing"
	"time"

	"avhub/media/packet"
	"avhub/recorder/manifest"
)

// Without sound, pictures before the first keyframe are frames of a gap.
func TestPicturesBeforeTheFirstKeyframeAreAGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.since = 15
	b.play(4 * time.Second)
	b.stop()
	b.expect("gap at 0s: no_keyframe", "gap ends at 1.4s", "segment 1 at 1.4s", "end at 4s")
	if g := b.c.seal().Tracks[0].Gapped; g != 35 {
		t.Errorf("%d frames in gaps, want 35", g)
	}
}

// With sound, the sound is kept, and the picture joins it with its first keyframe, in the
// same file.
func TestSoundBeforeTheFirstKeyframeIsKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264, packet.Opus)
	b.since = 15
	b.c.tracks[0].params = packet.FindParamSets(packet.H264, [][]byte{testSPS, testPPS}) // as from an SDP
	b.play(4 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "track 1 missing from 0s to 1.36s: no_keyframe", "end at 4s")
	if n := b.paper.kept[2]; n != 200 {
		t.Errorf("%d frames of sound kept of 200", n)
	}
}

// After the hub's restart the gap goes on to the first keyframe.
func TestARestartsGapEndsWithAKeyframe(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.c.openGap(0, manifest.CauseHubRestart, "", nil)
	b.at, b.since = 3*time.Second, 30
	b.play(2 * time.Second)
	b.stop()
	b.expect("gap at 0s: hub_restart", "gap ends at 3.8s", "segment 1 at 3.8s", "end at 5s")
	if g := b.c.seal().Tracks[0].Gapped; g != 20 {
		t.Errorf("%d frames in gaps, want 20", g)
	}
}

// A source that never sends a keyframe may build its picture up by itself: after twenty
// seconds it is kept as it is.
func TestAPictureThatHasNoKeyframes(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.since, b.gop = 1, 1<<30
	b.c.tracks[0].params = packet.FindParamSets(packet.H264, [][]byte{testSPS, testPPS})
	b.play(30 * time.Second)
	b.stop()
	b.expect("gap at 0s: no_keyframe", "gap ends at 20s", "segment 1 at 20s mid group", "end at 30s")
}

// A picture that stands still for a while, as a shared screen does, goes on without a
// keyframe: nothing of it was missed.
func TestAPictureThatStoodStillGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.c.why = func(time.Duration) (manifest.Cause, string) { return manifest.CauseNetwork, "" }
	b.play(3 * time.Second)
	b.wait(2 * time.Second)
	b.play(500 * time.Millisecond)
	b.stop()
	b.expect("segment 1 at 0s", "end at 3s", "gap at 3s: network_loss", "gap ends at 5s", "segment 2 at 5s mid group", "end at 5.5s")
}
