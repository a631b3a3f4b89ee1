package rtsp

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/sdp"

	"avhub/media/rtsp/rawcam"
)

var update = flag.Bool("update", false, "write the golden files anew")

// corpus is the descriptions in testdata, in the habits of many makers.
func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/sdp/*.sdp")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d descriptions: %v", len(files), err)
	}
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inWords writes an offer one line a track.
func inWords(o *offer) string {
	var b strings.Builder
	for _, t := range o.tracks {
		fmt.Fprintf(&b, "%s pt=%d clock=%d", t.track.Kind, t.payloadType, t.track.ClockRate)
		if t.track.Kind.Video() {
			fmt.Fprintf(&b, " sets=%t", !t.noParams)
		} else {
			fmt.Fprintf(&b, " rate=%d channels=%d", t.track.SampleRate, t.track.Channels)
		}
		if len(t.track.Config) > 0 {
			fmt.Fprintf(&b, " config=%x layout=%d/%d/%d", t.track.Config, t.track.AAC.SizeLength, t.track.AAC.IndexLength, t.track.AAC.IndexDeltaLength)
		}
		base := &url.URL{Scheme: "rtsp", Host: "HOST", Path: "/cam"}
		fmt.Fprintf(&b, " %s\n", joinControl(base, t.control))
	}
	for _, n := range o.notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

func TestOffersOfTheCorpus(t *testing.T) {
	t.Parallel()
	for _, file := range corpus(t) {
		golden := strings.TrimSuffix(file, ".sdp") + ".tracks"
		got := inWords(parseOffer(read(t, file)))
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := string(read(t, golden)); got != want {
			t.Errorf("%s\ngot\n%swant\n%s", file, got, want)
		}
	}
}

// Every description of the corpus is played end to end, and plainly and with
// everything swapped that a camera can swap.
func TestCorpusEndToEnd(t *testing.T) {
	t.Parallel()
	for _, file := range corpus(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sdp"), func(t *testing.T) {
			t.Parallel()
			text := string(read(t, file))
			var tracks []rawcam.Track
			payloadTypes := map[uint8]bool{}
			for _, o := range parseOffer([]byte(text)).tracks {
				tracks = append(tracks, rawcam.Track{Kind: o.track.Kind, PT: int(o.payloadType), Rate: o.track.ClockRate})
				payloadTypes[o.payloadType] = true
			}
			c := rawcam.Start(t, rawcam.Habits{
				SDP: text, Tracks: tracks, Session: "5;timeout=60", ContentBase: "rtsp://HOST/cam/",
				Channels: 2, SwapRTCP: true, SwapTracks: len(payloadTypes) == len(tracks),
			})
			p := startPull(t, PullOptions{URL: c.URL("/cam")})
			p.waitUnits(3)
			if got := len(p.stream.Tracks()); got != len(tracks) {
				t.Errorf("%d tracks, want %d", got, len(tracks))
			}
			for i, s := range p.stream.Stats() {
				if s.Malformed > 0 || s.Lost > 0 {
					t.Errorf("track %d: %d malformed, %d lost", i, s.Malformed, s.Lost)
				}
				if s.Kind.Video() && s.Video.Width != 320 {
					t.Errorf("picture %+v", s.Video)
				}
			}
		})
	}
}

func TestBackChannelsAreToldFromServersThatMarkEverythingSendonly(t *testing.T) {
	t.Parallel()
	o := parseOffer([]byte("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\nm=audio 0 RTP/AVP 0\na=sendonly\n"))
	if len(o.tracks) != 1 {
		t.Errorf("took %s", inWords(o))
	}
	o = parseOffer([]byte("m=audio 0 RTP/AVP 0\na=sendonly\n"))
	if len(o.tracks) != 1 {
		t.Errorf("took %s", inWords(o))
	}
}

func TestLATMBecomesRFC3640(t *testing.T) {
	t.Parallel()
	o := parseOffer([]byte("m=audio 0 RTP/AVP 96\na=rtpmap:96 MP4A-LATM/48000/2\na=fmtp:96 profile-level-id=15;object=2;cpresent=0;config=400023203fc0\n"))
	if len(o.tracks) != 1 || !o.tracks[0].latm || o.tracks[0].track.SampleRate != 48000 {
		t.Fatalf("took %s", inWords(o))
	}
	var l latmReader
	frame := make([]byte, 300)
	frame[299] = 7
	element := append([]byte{255, 45}, frame...)
	if got := l.push(element[:100], false, 0); got != nil {
		t.Error("a fragment gave a payload")
	}
	got := l.push(element[100:], true, 0)
	if len(got) != 304 || got[303] != 7 || int(got[2])<<5|int(got[3])>>3 != 300 {
		t.Errorf("payload of %d bytes, header % x", len(got), got[:4])
	}
	l.push(element[:100], false, 0)
	if got := l.push(element[200:], true, 1); got != nil {
		t.Error("a frame with a part missing gave a payload")
	}
}

// FuzzSDP: any bytes give an offer that the library reads once rewritten.
func FuzzSDP(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(read(f, file), "rtsp://10.0.0.5/cam")
	}
	f.Fuzz(func(t *testing.T, body []byte, asked string) {
		target, err := parseTarget(asked)
		if err != nil {
			return
		}
		o := parseOffer(body)
		if len(o.tracks) > 2 {
			t.Fatalf("%d tracks", len(o.tracks))
		}
		if len(o.tracks) == 0 {
			return
		}
		base := describeBase(o, nil, (*url.URL)(target.url))
		out := rewriteDescribe(o, base)
		var session sdp.SessionDescription
		if err := session.Unmarshal(out); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		var d description.Session
		if err := d.Unmarshal(&session); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		for i, m := range d.Medias {
			if len(m.Formats) != 1 || m.Formats[0].PayloadType() != o.tracks[i].payloadType {
				t.Fatalf("media %d in\n%s", i, out)
			}
			if u, err := m.URL(target.url); err != nil || u == nil {
				t.Fatalf("control %q: %v", m.Control, err)
			}
		}
	})
}

// FuzzLATM: whatever comes, what goes on is one whole frame under its header.
func FuzzLATM(f *testing.F) {
	f.Add([]byte{3, 255, 45, 1, 2, 200, 1, 1, 9})
	f.Add([]byte{255, 255, 255, 0, 1, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var l latmReader
		for len(data) > 1 {
			n := min(int(data[0]>>2), len(data)-1)
			out := l.push(data[1:1+n], data[0]&1 != 0, int(data[0]>>1&1))
			if out != nil && (len(out) < 5 || int(out[2])<<5|int(out[3])>>3 != len(out)-4) {
				t.Fatalf("a payload of %d bytes under % x", len(out), out[:min(4, len(out))])
			}
			if len(l.element) > 2*maxLATM {
				t.Fatalf("%d bytes are kept", len(l.element))
			}
			data = data[1+n:]
		}
	})
}
