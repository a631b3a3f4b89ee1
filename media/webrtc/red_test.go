package webrtc

import (
	"testing"

	"github.com/pion/rtp"

	"avhub/media/packet"
)

// Redundant audio belongs to the codec that all its blocks are of.
func TestOffersOfRedundantAudio(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		lines string
		want  uint8
	}{
		"as Chromium has it":         {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n", 63},
		"with more blocks":           {"a=rtpmap:63 RED/48000/2\r\na=fmtp:63 111/111/111\r\n", 63},
		"before its name, as others": {"a=fmtp:63 111/111\r\na=rtpmap:63 red/48000/2\r\n", 63},
		"of two codecs":              {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/0\r\n", 0},
		"of another codec":           {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 0/0\r\n", 0},
		"that does not say of what":  {"a=rtpmap:63 red/48000/2\r\n", 0},
		"not among the formats":      {"a=rtpmap:64 red/48000/2\r\na=fmtp:64 111/111\r\n", 0},
		"none":                       {"", 0},
	} {
		offer, err := ParseOffer(("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=fingerprint:sha-256 00\r\n" +
			"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\na=mid:0\r\na=sendrecv\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n") + x.lines)
		if err != nil {
			t.Fatal(err)
		}
		if got := offer.Find(packet.Opus, "").RED.PayloadType; got != x.want {
			t.Errorf("%s: %d, not %d", name, got, x.want)
		}
	}
}

// A packet that repeats others stands for them, in their places.
func TestRepeatedFramesHaveTheirPlaces(t *testing.T) {
	t.Parallel()
	in := &Incoming{red: 63, of: 111}
	two := packet.AppendRED(nil, 111, []byte("one"), 960, []byte("two"))
	frames := in.frames(&rtp.Packet{Header: rtp.Header{PayloadType: 63, SequenceNumber: 0, Timestamp: 960}, Payload: two})
	if len(frames) != 2 || frames[0].SequenceNumber != 65535 || frames[0].Timestamp != 0 || string(frames[0].Payload) != "one" || frames[1].SequenceNumber != 0 || string(frames[1].Payload) != "two" {
		t.Errorf("%v", frames)
	}
	for name, p := range map[string]*rtp.Packet{
		"malformed":               {Header: rtp.Header{PayloadType: 63}, Payload: []byte{0xff}},
		"of a codec of its own":   {Header: rtp.Header{PayloadType: 63}, Payload: packet.AppendRED(nil, 0, []byte("one"), 960, []byte("two"))},
		"nothing behind a header": {Header: rtp.Header{PayloadType: 63}, Payload: []byte{111}},
	} {
		if got := in.frames(p); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := in.frames(&rtp.Packet{Header: rtp.Header{PayloadType: 111}, Payload: []byte("plain")}); len(got) != 1 || string(got[0].Payload) != "plain" {
		t.Errorf("a plain packet among them: %v", got)
	}
}
