package webrtc_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"avhub/media/packet"
	"avhub/media/webrtc"
)

// recorded is an offer of testdata/offers.
func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "offers", name+".sdp"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\n", "\r\n")
}

func parse(t *testing.T, text string) *webrtc.Offer {
	t.Helper()
	offer, err := webrtc.ParseOffer(text)
	if err != nil {
		t.Fatal(err)
	}
	return offer
}

func TestOffersOfBrowsersAndEncoders(t *testing.T) {
	for _, c := range []struct {
		name            string
		ufrag, pwd      string
		sends, receives bool
		video, audio    []string
	}{
		{"chrome-viewer", "Yb1K", "lZ0Yq3eTnVn2mUo8Hj1cQf5R", false, true,
			[]string{"VP8", "H264", "H265", "VP9", "AV1"}, []string{"opus", "G722", "PCMU", "PCMA"}},
		{"firefox-viewer", "3f1d9d44", "2cb8cdf6f8ec0ee4d7ad2d5d1bf2a0c5", false, true,
			[]string{"VP8", "VP9", "H264"}, []string{"opus", "G722", "PCMU", "PCMA"}},
		{"obs-publisher", "7W+y", "KdjPmmcz4OTtB0zUXbR1hJ", true, false, []string{"H264"}, []string{"opus"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := parse(t, recorded(t, c.name))
			if o.Ufrag != c.ufrag || o.Pwd != c.pwd {
				t.Errorf("credentials %s %s", o.Ufrag, o.Pwd)
			}
			if o.Sends != c.sends || o.Receives != c.receives || !o.WantsVideo || !o.WantsAudio {
				t.Errorf("sends %v, receives %v, video %v, audio %v", o.Sends, o.Receives, o.WantsVideo, o.WantsAudio)
			}
			video, audio := webrtc.Names(o.Video), webrtc.Names(o.Audio)
			if !slices.EqualFunc(video, c.video, strings.EqualFold) || !slices.EqualFunc(audio, c.audio, strings.EqualFold) {
				t.Errorf("codecs %v and %v, want %v and %v", video, audio, c.video, c.audio)
			}
		})
	}
}

func TestFindTakesTheCodecThatSuitsTheStream(t *testing.T) {
	for _, c := range []struct {
		offer, profile string
		kind           packet.Kind
		want           int // payload type; -1: none
	}{
		{"chrome-viewer", "42c01e", packet.H264, 103}, // both Baseline: its own order decides
		{"chrome-viewer", "42e01f", packet.H264, 103},
		{"chrome-viewer", "4d0028", packet.H264, 114},
		{"chrome-viewer", "640028", packet.H264, 115},
		{"chrome-viewer", "6e0028", packet.H264, 109}, // unknown: Constrained Baseline, which all take
		{"chrome-viewer", "", packet.H264, 109},
		{"firefox-viewer", "640028", packet.H264, 126}, // it decodes more than it names
		{"chrome-viewer", "", packet.H265, 116},
		{"firefox-viewer", "", packet.H265, -1},
		{"chrome-viewer", "", packet.Opus, 111},
		{"chrome-viewer", "", packet.PCMA, 8},
		{"firefox-viewer", "", packet.G722, 9},
		{"chrome-viewer", "", packet.AAC, -1},
		{"obs-publisher", "42e0", packet.H264, 96},
	} {
		codec := parse(t, recorded(t, c.offer)).Find(c.kind, c.profile)
		got := -1
		if codec != nil {
			got = int(codec.PayloadType)
		}
		if got != c.want {
			t.Errorf("%s, %s %s: payload type %d, want %d", c.offer, c.kind, c.profile, got, c.want)
		}
	}
}

func TestPacketizationMode0IsNoUse(t *testing.T) {
	o := parse(t, strings.ReplaceAll(recorded(t, "firefox-viewer"), ";packetization-mode=1", ""))
	if c := o.Find(packet.H264, "42e01f"); c != nil {
		t.Errorf("took payload type %d, which forbids fragments", c.PayloadType)
	}
}

func TestStaticPayloadTypesNeedNoRtpmap(t *testing.T) {
	text := recorded(t, "chrome-viewer")
	for _, line := range []string{"a=rtpmap:0 PCMU/8000\r\n", "a=rtpmap:8 PCMA/8000\r\n", "a=rtpmap:9 G722/8000\r\n"} {
		text = strings.ReplaceAll(text, line, "")
	}
	o := parse(t, text)
	for kind, pt := range map[packet.Kind]uint8{packet.PCMU: 0, packet.PCMA: 8, packet.G722: 9} {
		if c := o.Find(kind, ""); c == nil || c.PayloadType != pt || c.ClockRate != 8000 {
			t.Errorf("%s: %+v", kind, c)
		}
	}
}

func TestDirections(t *testing.T) {
	for _, c := range []struct {
		direction       string
		sends, receives bool
	}{
		{"a=recvonly", false, true}, {"a=sendonly", true, false}, {"a=sendrecv", true, true},
		{"a=inactive", false, false}, {"", true, true}, // RFC 8866 section 6.7: sendrecv if none is given
	} {
		text := strings.ReplaceAll(recorded(t, "obs-publisher"), "a=sendonly\r\n", strings.TrimPrefix(c.direction+"\r\n", "\r\n"))
		if o := parse(t, text); o.Sends != c.sends || o.Receives != c.receives {
			t.Errorf("%q: sends %v, receives %v", c.direction, o.Sends, o.Receives)
		}
	}
}

func TestOffersThatCannotBeUsed(t *testing.T) {
	good := recorded(t, "obs-publisher")
	head, rest, _ := strings.Cut(good, "m=audio")
	without := func(prefix string) string {
		var b strings.Builder
		for line := range strings.Lines(good) {
			if !strings.HasPrefix(line, prefix) {
				b.WriteString(line)
			}
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"empty":             "",
		"not SDP":           "hello",
		"JSON":              `{"type":"offer","sdp":"v=0"}`,
		"binary":            "v=0\r\n\x00\xff\xfe",
		"no media":          head,
		"too many m-lines":  head + strings.Repeat("m=audio"+rest[:strings.Index(rest, "m=video")], 17),
		"no ice-ufrag":      without("a=ice-ufrag"),
		"no ice-pwd":        without("a=ice-pwd"),
		"no fingerprint":    without("a=fingerprint"),
		"cut off in a line": good[:strings.Index(good, "a=rtpmap")-20] + "\r\nm=",
	} {
		if _, err := webrtc.ParseOffer(text); !errors.Is(err, webrtc.ErrOffer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNonsenseAboutACodecLeavesTheOthers(t *testing.T) {
	for name, line := range map[string]string{
		"no clock rate":        "a=rtpmap:111 opus",
		"clock rate 0":         "a=rtpmap:111 opus/0/2",
		"a clock rate of text": "a=rtpmap:111 opus/fast/2",
		"no name":              "a=rtpmap:111",
		"unknown codec":        "a=rtpmap:111 mp3/48000/2",
		"payload type 300":     "a=rtpmap:300 opus/48000/2",
	} {
		o := parse(t, strings.ReplaceAll(recorded(t, "chrome-viewer"), "a=rtpmap:111 opus/48000/2", line))
		if c := o.Find(packet.Opus, ""); c != nil {
			t.Errorf("%s: took %+v", name, c)
		}
		if o.Find(packet.H264, "") == nil || o.Find(packet.PCMA, "") == nil {
			t.Errorf("%s: the others are gone", name)
		}
	}
}

func FuzzParseOffer(f *testing.F) {
	files, err := filepath.Glob("testdata/offers/*.sdp")
	if err != nil || len(files) == 0 {
		f.Fatal(fmt.Errorf("no offers to begin with: %w", err))
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := webrtc.ParseOffer(text)
		if err != nil {
			if !errors.Is(err, webrtc.ErrOffer) {
				t.Errorf("not an ErrOffer: %v", err)
			}
			return
		}
		for _, c := range slices.Concat(o.Video, o.Audio) {
			if c.ClockRate == 0 || c.PayloadType > 127 {
				t.Errorf("codec %+v", c)
			}
			if found := o.Find(c.Kind, "42e01f"); found != nil && found.Kind != c.Kind {
				t.Errorf("asked for %s, found %s", c.Kind, found.Kind)
			}
		}
		if o.Ufrag == "" || o.Pwd == "" {
			t.Error("taken without credentials")
		}
	})
}
