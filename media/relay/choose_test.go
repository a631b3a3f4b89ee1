package relay

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// offerOf is the recorded offer of a browser.
func offerOf(t *testing.T, name string) *webrtc.Offer {
	t.Helper()
	text, err := os.ReadFile("../webrtc/testdata/offers/" + name + ".sdp")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := webrtc.ParseOffer(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return offer
}

func track(kind packet.Kind) media.TrackStats {
	t := media.TrackStats{Track: media.Track{Kind: kind, ClockRate: 8000, Channels: 1}}
	if kind == packet.H264 {
		t.Video.ProfileLevelID = "64001f"
	}
	return t
}

func withBFrames(t media.TrackStats) media.TrackStats {
	t.Video.Reorder = true
	return t
}

func wide(t media.TrackStats) media.TrackStats {
	t.ClockRate, t.SampleRate = 16000, 16000
	return t
}

func stereo(t media.TrackStats) media.TrackStats {
	t.Channels = 2
	return t
}

func derived(t media.TrackStats) media.TrackStats {
	t.Derived = true
	return t
}

// inWords is a plan in short: "sub H264 PCMA", "main H264 AAC→opus", "main →H264 →opus".
func inWords(p Plan, candidates []Candidate) string {
	s := string(p.Quality)
	for _, c := range candidates {
		if c.Quality != p.Quality {
			continue
		}
		if p.Video != nil {
			s += " " + c.Tracks[p.Video.Track].Kind.String()
		}
		if p.Transcode {
			s += " →H264"
		}
		if p.Audio != nil {
			s += " " + c.Tracks[p.Audio.Track].Kind.String()
		}
		if p.ToOpus {
			s += " →Opus"
		}
	}
	return s
}

func TestChoose(t *testing.T) {
	t.Parallel()
	h264, h265, aac := track(packet.H264), track(packet.H265), track(packet.AAC)
	main := func(tracks ...media.TrackStats) Candidate { return Candidate{sources.Main, tracks} }
	sub := func(tracks ...media.TrackStats) Candidate { return Candidate{sources.Sub, tracks} }
	sound, all := Abilities{Sound: true}, Abilities{Sound: true, Picture: true}
	for name, c := range map[string]struct {
		browser    string
		candidates []Candidate
		can        Abilities
		want       string // or the reason of the refusal
	}{
		"as it is":                            {"chrome-viewer", []Candidate{main(h264, track(packet.Opus))}, sound, "main H264 Opus"},
		"G.711 passes":                        {"chrome-viewer", []Candidate{main(h264, track(packet.PCMA))}, sound, "main H264 PCMA"},
		"G.722 passes":                        {"chrome-viewer", []Candidate{main(h264, track(packet.G722))}, sound, "main H264 G722"},
		"G.711 at 16 kHz becomes Opus":        {"chrome-viewer", []Candidate{main(h264, wide(track(packet.PCMA)))}, sound, "main H264 →Opus"},
		"G.711 of two channels becomes Opus":  {"chrome-viewer", []Candidate{main(h264, stereo(track(packet.PCMU)))}, sound, "main H264 →Opus"},
		"AAC becomes Opus":                    {"chrome-viewer", []Candidate{main(h264, aac)}, sound, "main H264 →Opus"},
		"AAC without ffmpeg: silent":          {"chrome-viewer", []Candidate{main(h264, aac)}, Abilities{}, "main H264"},
		"what is derived is not a source":     {"chrome-viewer", []Candidate{main(h264, aac, derived(track(packet.Opus)))}, sound, "main H264 →Opus"},
		"no sound at all":                     {"chrome-viewer", []Candidate{main(h264)}, sound, "main H264"},
		"sound only":                          {"chrome-viewer", []Candidate{main(aac)}, sound, "main →Opus"},
		"what was asked for comes first":      {"chrome-viewer", []Candidate{sub(h264), main(h264)}, sound, "sub H264"},
		"H.265 where the browser has it":      {"chrome-viewer", []Candidate{main(h265, aac), sub(h264)}, sound, "main H265 →Opus"},
		"H.265 elsewhere: the sub stream":     {"firefox-viewer", []Candidate{main(h265, aac), sub(h264, aac)}, sound, "sub H264 →Opus"},
		"B-frames: the sub stream":            {"chrome-viewer", []Candidate{main(withBFrames(h264)), sub(h264)}, sound, "sub H264"},
		"the sub stream before transcoding":   {"firefox-viewer", []Candidate{main(h265), sub(h264)}, all, "sub H264"},
		"transcoding where it is allowed":     {"firefox-viewer", []Candidate{main(h265, aac)}, all, "main →H264 →Opus"},
		"transcoding of B-frames":             {"chrome-viewer", []Candidate{main(withBFrames(h264), track(packet.PCMA))}, all, "main →H264 →Opus"},
		"H.265 refused":                       {"firefox-viewer", []Candidate{main(h265, aac)}, sound, "h265"},
		"B-frames refused":                    {"chrome-viewer", []Candidate{main(withBFrames(h264))}, sound, "b_frames"},
		"the reason is the first candidate's": {"firefox-viewer", []Candidate{main(withBFrames(h264)), sub(h265)}, sound, "b_frames"},
		"nothing to play":                     {"chrome-viewer", []Candidate{main(aac)}, Abilities{}, "codec"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := Choose(offerOf(t, c.browser), c.candidates, c.can)
			got := inWords(plan, c.candidates)
			if err != nil {
				var refused *NoCodec
				if !errors.As(err, &refused) {
					t.Fatal(err)
				}
				got = string(refused.Reason)
				if len(refused.Source) == 0 || len(refused.Browser) == 0 {
					t.Errorf("the refusal does not say what there is: %v", refused)
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for want, first := range map[sources.Quality]sources.Quality{Auto: sources.Main, sources.Main: sources.Main, sources.Sub: sources.Sub} {
		if got := order(want); got[0] != first || !slices.Contains(got, sources.Sub) || len(got) != 2 {
			t.Errorf("%s: %v", want, fmt.Sprint(got))
		}
	}
}
