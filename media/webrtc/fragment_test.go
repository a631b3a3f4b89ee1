package webrtc

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestFragments(t *testing.T) {
	const candidate = "1 1 udp 2122260223 192.168.1.20 50000 typ host generation 0 ufrag EsAw"
	for name, c := range map[string]struct {
		text string
		want Fragment
	}{
		"a candidate (RFC 8840 section 9)": {
			"a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:" + candidate + "\r\n",
			Fragment{Ufrag: "EsAw", Pwd: "P2uYro0UCOQ4zxjKXaWCBui1", Candidates: []string{candidate}},
		},
		"lines end in \\n, and blank ones": {
			"a=ice-ufrag:EsAw\n\na=ice-pwd:x\n\n", Fragment{Ufrag: "EsAw", Pwd: "x"},
		},
		"the end of candidates": {"a=mid:0\r\na=end-of-candidates\r\n", Fragment{End: true}},
		"two candidates": {
			"a=candidate:" + candidate + "\r\na=candidate:2 1 tcp 1 ::1 9 typ host tcptype active",
			Fragment{Candidates: []string{candidate, "2 1 tcp 1 ::1 9 typ host tcptype active"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := ParseFragment(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*f, c.want) {
				t.Errorf("got %+v, want %+v", *f, c.want)
			}
		})
	}
}

func TestFragmentsThatCannotBeUsed(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                    "",
		"no ICE in it":             "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n",
		"not SDP":                  "a=candidate:1\r\nhello",
		"JSON":                     `{"candidate":"1 1 udp 1 10.0.0.1 9 typ host"}`,
		"thousands of candidates":  strings.Repeat("a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n", 3000),
		"one candidate over limit": strings.Repeat("a=candidate:1\r\n", maxCandidates+1),
	} {
		if _, err := ParseFragment(text); !errors.Is(err, ErrFragment) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseFragment(strings.Repeat("a=candidate:1\r\n", maxCandidates)); err != nil {
		t.Errorf("%d candidates: %v", maxCandidates, err)
	}
}

func TestRenewedChangesCredentialsAndDropsCandidates(t *testing.T) {
	offer := "v=0\r\na=ice-ufrag:old\r\na=ice-pwd:old\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:old\r\na=ice-pwd:old\r\n" +
		"a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=end-of-candidates\r\na=rtpmap:96 H264/90000\r\n"
	want := "v=0\r\na=ice-ufrag:new\r\na=ice-pwd:secret\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:new\r\na=ice-pwd:secret\r\n" +
		"a=rtpmap:96 H264/90000\r\n"
	if got := renewed(offer, &Fragment{Ufrag: "new", Pwd: "secret"}); got != want {
		t.Errorf("got\n%s", got)
	}
}

// Whatever is taken can be put into an offer without adding a line to it.
func FuzzParseFragment(f *testing.F) {
	f.Add("a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=candidate:1 1 udp 1 192.168.1.20 9 typ host\r\n")
	f.Add("a=ice-ufrag:a\rb\na=ice-pwd:\x00\na=end-of-candidates")
	f.Fuzz(func(t *testing.T, text string) {
		fragment, err := ParseFragment(text)
		if err != nil {
			if !errors.Is(err, ErrFragment) {
				t.Errorf("not an ErrFragment: %v", err)
			}
			return
		}
		if len(fragment.Candidates) > maxCandidates {
			t.Errorf("%d candidates", len(fragment.Candidates))
		}
		for _, v := range append(fragment.Candidates, fragment.Ufrag, fragment.Pwd) {
			if strings.ContainsAny(v, "\r\n") {
				t.Errorf("a line break in %q", v)
			}
		}
		got := renewed("a=ice-ufrag:x\r\na=ice-pwd:y\r\n", fragment)
		if want := fmt.Sprintf("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", fragment.Ufrag, fragment.Pwd); got != want {
			t.Errorf("the offer became %q", got)
		}
	})
}
