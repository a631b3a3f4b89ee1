package webrtc_test

import (
	"strings"
	"testing"

	"github.com/pion/sdp/v3"

	"avhub/media/egress"
	"avhub/media/packet"
	"avhub/media/webrtc"
)

// answerTo is the answer to a viewer of a stream with one track only.
func answerTo(t *testing.T, offer string, kind packet.Kind) *sdp.SessionDescription {
	t.Helper()
	parsed := parse(t, offer)
	codec := parsed.Find(kind, "42c0")
	if codec == nil {
		t.Fatalf("the offer has no %s", kind)
	}
	o := webrtc.ViewOptions{
		Attach:   func(*webrtc.Session, *egress.Viewer) {},
		Detach:   func(*webrtc.Session, *egress.Viewer) {},
		Feedback: func(*egress.Viewer, egress.Feedback) {},
	}
	if chosen := (&webrtc.Chosen{Codec: *codec}); kind.Video() {
		o.Video = chosen
	} else {
		o.Audio = chosen
	}
	session, err := server(t, "127.0.0.1:0").View(parsed, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close(); <-session.Done() })
	var d sdp.SessionDescription
	if err := d.UnmarshalString(session.Answer()); err != nil {
		t.Fatalf("%v in\n%s", err, session.Answer())
	}
	return &d
}

// turned has the offer's m-lines the other way round.
func turned(offer string) string {
	video, audio := strings.Index(offer, "m=video"), strings.Index(offer, "m=audio")
	return strings.Replace(offer[:video]+offer[audio:]+offer[video:audio], "BUNDLE 0 1", "BUNDLE 1 0", 1)
}

// What a stream does not have is answered so that the bundle holds: its first
// m-line is never refused, and the candidates stand in it.
func TestTheFirstMLineIsNeverRefused(t *testing.T) {
	t.Parallel()
	chrome, firefox := recorded(t, "chrome-viewer"), recorded(t, "firefox-viewer")
	for name, c := range map[string]struct {
		offer string
		kind  packet.Kind
		group string
		lines string // direction of each m-line
	}{
		"sound alone":                        {chrome, packet.PCMA, "BUNDLE 0 1", "inactive sendonly"},
		"sound alone, by Firefox":            {firefox, packet.Opus, "BUNDLE 0 1", "inactive sendonly"},
		"a picture alone":                    {chrome, packet.H264, "BUNDLE 0", "sendonly refused"},
		"a picture alone, sound asked first": {turned(chrome), packet.H264, "BUNDLE 1 0", "inactive sendonly"},
		"sound alone, asked first":           {turned(chrome), packet.Opus, "BUNDLE 1", "sendonly refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := answerTo(t, c.offer, c.kind)
			if group, _ := d.Attribute("group"); group != c.group {
				t.Errorf("group %s, want %s", group, c.group)
			}
			var lines []string
			for i, m := range d.MediaDescriptions {
				direction := "refused"
				if m.MediaName.Port.Value != 0 {
					for _, word := range []string{"sendonly", "inactive"} {
						if _, ok := m.Attribute(word); ok {
							direction = word
						}
					}
					for _, needed := range []string{"ice-ufrag", "ice-pwd", "mid", "setup"} {
						if _, ok := m.Attribute(needed); !ok {
							t.Errorf("m-line %d has no %s", i, needed)
						}
					}
				}
				lines = append(lines, direction)
				if _, ok := m.Attribute("candidate"); ok != (i == 0) {
					t.Errorf("m-line %d has candidates: %t", i, ok)
				}
			}
			if got := strings.Join(lines, " "); got != c.lines {
				t.Errorf("m-lines %s, want %s", got, c.lines)
			}
		})
	}
}

// An offer without a bundle, or one whose answer has no such gap, is answered
// as pion does.
func TestAnswersThatNeedNoMending(t *testing.T) {
	t.Parallel()
	offer := strings.Replace(recorded(t, "chrome-viewer"), "a=group:BUNDLE 0 1\r\n", "", 1)
	if d := answerTo(t, offer, packet.PCMA); d.MediaDescriptions[0].MediaName.Port.Value != 0 {
		t.Error("an m-line that is not used is kept, though nothing hangs on it")
	}
}
