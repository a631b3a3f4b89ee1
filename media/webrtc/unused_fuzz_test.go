package webrtc

import (
	"os"
	"strings"
	"testing"
)

// FuzzKeepUnused: whatever an offer holds, an answer keeps its m-lines, and
// none of those before one that is used stays refused.
func FuzzKeepUnused(f *testing.F) {
	for _, name := range []string{"chrome-viewer", "firefox-viewer", "obs-publisher"} {
		offer, err := os.ReadFile("testdata/offers/" + name + ".sdp")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(offer), "v=0\r\na=group:BUNDLE 1\r\nm=video 0 UDP/TLS/RTP/SAVPF 0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\na=ice-ufrag:x\r\n")
	}
	f.Add("a=group:BUNDLE 0\nm=\nm=a", "m= 0 \nm=x 1")
	f.Fuzz(func(t *testing.T, offer, answer string) {
		before, after := sections(answer), sections(keepUnused(offer, answer))
		if len(before) != len(after) {
			t.Fatalf("%d sections became %d", len(before), len(after))
		}
		for i := range before {
			if accepted(before[i]) && strings.Join(before[i], "\n") != strings.Join(after[i], "\n") {
				t.Fatalf("section %d was changed", i)
			}
		}
	})
}
