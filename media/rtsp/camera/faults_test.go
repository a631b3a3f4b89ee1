package camera

import (
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"avhub/media/packet"
)

// step is the RTP time from one picture, and one AAC frame, to the next.
const (
	pictureStep = 90000 / 15
	soundStep   = 1024
)

// begin starts a camera, watches it and makes it show a fault.
func begin(t *testing.T, f Fault) (*Server, *watcher) {
	t.Helper()
	s := start(t, Options{}, "yard")
	w := watch(t, s.URL("yard"), gortsplib.TransportTCP)
	w.await(packet.H264, 3)
	w.await(packet.AAC, 3)
	set(t, s, f)
	return s, w
}

func set(t *testing.T, s *Server, f Fault) {
	t.Helper()
	if err := s.Set("yard", f); err != nil {
		t.Fatal(err)
	}
}

func TestDropLosesItsShare(t *testing.T) {
	t.Parallel()
	_, w := begin(t, Fault{Kind: Drop, Arg: 50})
	got := w.more(packet.AAC, 50)
	sent, came := int(got[49].SequenceNumber-got[0].SequenceNumber), 49
	if share := 1 - float64(came)/float64(sent); share < 0.3 || share > 0.7 {
		t.Errorf("%.0f %% of %d packets are lost, not 50", 100*share, sent)
	}
}

func TestFreezeStopsThePictureAlone(t *testing.T) {
	t.Parallel()
	s, w := begin(t, Fault{Kind: Freeze})
	w.more(packet.AAC, 5) // what was on its way has come
	before := len(w.have(packet.H264))
	w.more(packet.AAC, 30)
	if n := len(w.have(packet.H264)); n != before {
		t.Errorf("%d packets of the picture came in a second", n-before)
	}
	set(t, s, Fault{Kind: None})
	after := frames(t, packet.H264, w.await(packet.H264, before+5)[before:])
	if !after[0].Keyframe {
		t.Error("the picture goes on with one that refers to those left out")
	}
}

func TestMuteStopsTheSoundAlone(t *testing.T) {
	t.Parallel()
	s, w := begin(t, Fault{Kind: Mute})
	w.more(packet.H264, 3)
	before := len(w.have(packet.AAC))
	w.more(packet.H264, 15)
	if n := len(w.have(packet.AAC)); n != before {
		t.Errorf("%d packets of sound came in a second", n-before)
	}
	set(t, s, Fault{Kind: None})
	w.more(packet.AAC, 5)
}

func TestBlackIsBlack(t *testing.T) {
	t.Parallel()
	s, w := begin(t, Fault{Kind: Black})
	before := len(w.more(packet.H264, 3)) + len(w.have(packet.H264))
	dark := w.await(packet.H264, before+10)[before:]
	all := pictures(t, frames(t, packet.H264, dark))
	if len(all) < 9 {
		t.Fatalf("%d of %d black pictures can be decoded", len(all), len(dark))
	}
	for i, p := range all {
		for _, luma := range p {
			if luma > 20 {
				t.Fatalf("picture %d has a luma of %d", i, luma)
			}
		}
	}
	set(t, s, Fault{Kind: None})
	decoded := pictures(t, frames(t, packet.H264, w.more(packet.H264, 8)))
	if n := numbers(t, decoded[len(decoded)-3:]); n[2] != n[0]+2 {
		t.Errorf("after it the pictures show %v", n)
	}
}

// steps are the RTP times from packet to packet where a new frame begins.
func steps(packets []*rtp.Packet) []float64 {
	var all []float64
	for i := 1; i < len(packets); i++ {
		if d := int32(packets[i].Timestamp - packets[i-1].Timestamp); d != 0 {
			all = append(all, float64(d))
		}
	}
	return all
}

func TestJumpMovesTheClockOnce(t *testing.T) {
	t.Parallel()
	const seconds = -3600
	_, w := begin(t, Fault{Kind: Jump, Arg: seconds})
	w.more(packet.H264, 10)
	w.more(packet.AAC, 10)
	for k, want := range map[packet.Kind]struct{ rate, step float64 }{packet.H264: {90000, pictureStep}, packet.AAC: {32000, soundStep}} {
		jumps := 0
		for i, d := range steps(w.have(k)) {
			switch {
			case math.Abs(d-seconds*want.rate-want.step) <= 1:
				jumps++
			case math.Abs(d-want.step) > 1:
				t.Errorf("%s: step %d is of %.0f ticks", k, i, d)
			}
		}
		if jumps != 1 {
			t.Errorf("%s: %d jumps", k, jumps)
		}
	}
}

func TestSlowAndFastClocks(t *testing.T) {
	t.Parallel()
	for kind, share := range map[FaultKind]float64{Slow: 0.8, Fast: 1.2} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s, w := begin(t, Fault{Kind: kind, Arg: 20})
			w.more(packet.H264, 2)
			for _, d := range steps(w.more(packet.H264, 15)) {
				if math.Abs(d-pictureStep*share) > 2 {
					t.Errorf("a picture comes %.0f ticks after the one before, not %.0f", d, pictureStep*share)
				}
			}
			// Healed, the clock goes on from where it stands.
			before := len(w.have(packet.H264))
			set(t, s, Fault{Kind: None})
			for _, d := range steps(w.await(packet.H264, before+10)[before-1:]) {
				if math.Abs(d-pictureStep) > pictureStep*0.25 {
					t.Errorf("the clock jumps by %.0f ticks as it is put right", d)
				}
			}
		})
	}
}

func status(t *testing.T, s *Server) base.StatusCode {
	t.Helper()
	_, _, code := connect(t, s.URL("yard"), gortsplib.TransportTCP)
	return code
}

func TestGoneThrowsPlayersOut(t *testing.T) {
	t.Parallel()
	s, w := begin(t, Fault{Kind: Gone})
	select {
	case <-w.ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the player is not thrown out")
	}
	if code := status(t, s); code != base.StatusNotFound {
		t.Errorf("a camera that is gone answers %d", code)
	}
	set(t, s, Fault{Kind: None})
	watch(t, s.URL("yard"), gortsplib.TransportTCP).await(packet.H264, 3)
}

func TestUnauthorizedTakesNoPassword(t *testing.T) {
	t.Parallel()
	s := start(t, Options{User: "admin", Password: "secret"}, "yard")
	if code := status(t, s); code != base.StatusOK {
		t.Fatalf("the right password is answered %d", code)
	}
	set(t, s, Fault{Kind: Unauthorized})
	if code := status(t, s); code != base.StatusUnauthorized {
		t.Errorf("the camera answers %d", code)
	}
}

func TestNoParamsLeavesTheSetsToThePictures(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}, "yard")
	set(t, s, Fault{Kind: NoParams})
	w := watch(t, s.URL("yard"), gortsplib.TransportTCP)
	if f := w.desc.Medias[0].Formats[0].(*format.H264); f.SPS != nil || f.PPS != nil {
		t.Error("the description has parameter sets")
	}
	all := fromKeyframe(t, frames(t, packet.H264, w.more(packet.H264, 45)))
	if !packet.FindParamSets(packet.H264, all[0].Data).Complete(packet.H264) {
		t.Error("a keyframe comes without parameter sets")
	}
	set(t, s, Fault{Kind: None})
	again := watch(t, s.URL("yard"), gortsplib.TransportTCP)
	if f := again.desc.Medias[0].Formats[0].(*format.H264); f.SPS == nil || f.PPS == nil {
		t.Error("after it the description has no parameter sets")
	}
}

func TestAFaultBeginsAtItsTime(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}, "yard")
	set(t, s, Fault{Kind: Gone, After: 500 * time.Millisecond})
	if code := status(t, s); code != base.StatusOK {
		t.Errorf("before its time the camera answers %d", code)
	}
	eventually(t, 30*time.Second, "the fault", func() bool { return status(t, s) == base.StatusNotFound })
	if passed := time.Since(s.started); passed < 500*time.Millisecond {
		t.Errorf("it began after %v", passed)
	}
	if s.Set("nowhere", Fault{Kind: Gone}) == nil {
		t.Error("a camera that is not there shows a fault")
	}
}
