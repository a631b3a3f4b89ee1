package webrtc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"

	"avhub/media/egress"
)

// acceptedFeedback are the rtcp-fb values that the light transport acts on.
var acceptedFeedback = []string{"nack", "nack pli", "ccm fir", "goog-remb"}

// describe writes the answer of a light session: ICE-lite, DTLS server, one
// bundled transport, sending only (RFC 8829 section 5.3.1).
func (l *lightLink) describe(offer *Offer, candidates []string) string {
	var b strings.Builder
	picked := offer.pick(l.viewing.options)
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\r\n", a...) }
	line("v=0")
	line("o=- %d 2 IN IP4 0.0.0.0", l.viewing.session.opened.UnixNano())
	line("s=-")
	line("t=0 0")
	line("a=ice-lite")
	var mids []string
	for i, m := range offer.desc.MediaDescriptions {
		if mid, ok := m.Attribute("mid"); ok && picked[i] != nil {
			mids = append(mids, mid)
		}
	}
	if _, ok := offer.desc.Attribute("group"); ok && len(mids) > 0 {
		line("a=group:BUNDLE %s", strings.Join(mids, " "))
	}
	line("a=msid-semantic: WMS *")
	first := true
	for i, m := range offer.desc.MediaDescriptions {
		if picked[i] == nil {
			refuse(line, m)
			continue
		}
		l.accept(line, m, picked[i])
		if first {
			for _, c := range candidates {
				line("a=candidate:%s", c)
			}
			line("a=end-of-candidates")
			first = false
		}
	}
	return b.String()
}

// refuse answers an m-line that is not used (RFC 8829 section 5.3.1).
func refuse(line func(string, ...any), m *sdp.MediaDescription) {
	line("m=%s 0 %s %s", m.MediaName.Media, strings.Join(m.MediaName.Protos, "/"), strings.Join(m.MediaName.Formats, " "))
	line("c=IN IP4 0.0.0.0")
	if mid, ok := m.Attribute("mid"); ok {
		line("a=mid:%s", mid)
	}
	line("a=inactive")
}

func (l *lightLink) accept(line func(string, ...any), m *sdp.MediaDescription, c *Chosen) {
	codec, out, id := c.Codec, l.audio, "audio"
	if c == l.viewing.options.Video {
		out, id = l.video, "video"
	}
	formats := fmt.Sprint(codec.PayloadType)
	if out.RTXPayloadType != 0 {
		formats += fmt.Sprint(" ", out.RTXPayloadType)
	}
	ufrag, pwd := l.agent.Credentials()
	line("m=%s 9 %s %s", m.MediaName.Media, strings.Join(m.MediaName.Protos, "/"), formats)
	line("c=IN IP4 0.0.0.0")
	line("a=ice-ufrag:%s", ufrag)
	line("a=ice-pwd:%s", pwd)
	line("a=fingerprint:sha-256 %s", l.server.fingerprint)
	line("a=setup:passive")
	if mid, ok := m.Attribute("mid"); ok {
		line("a=mid:%s", mid)
	}
	line("a=sendonly")
	line("a=rtcp-mux")
	if _, ok := m.Attribute("rtcp-rsize"); ok {
		line("a=rtcp-rsize")
	}
	writeCodec(line, codec, out)
	stream := l.cname
	line("a=msid:%s %s", stream, id)
	if out.RTXPayloadType != 0 {
		line("a=ssrc-group:FID %d %d", out.SSRC, out.RTXSSRC)
	}
	for _, ssrc := range []uint32{out.SSRC, out.RTXSSRC} {
		if ssrc != 0 {
			line("a=ssrc:%d cname:%s", ssrc, egress.CNAME)
			line("a=ssrc:%d msid:%s %s", ssrc, stream, id)
		}
	}
}

// writeCodec takes up what was offered, as it was offered.
func writeCodec(line func(string, ...any), c Codec, out *egress.Output) {
	name := c.Kind.String()
	if !c.Kind.Video() && c.Channels > 1 {
		line("a=rtpmap:%d %s/%d/%d", c.PayloadType, strings.ToLower(name), c.ClockRate, c.Channels)
	} else {
		line("a=rtpmap:%d %s/%d", c.PayloadType, name, c.ClockRate)
	}
	if c.Fmtp != "" {
		line("a=fmtp:%d %s", c.PayloadType, c.Fmtp)
	}
	for _, fb := range c.Feedback {
		if slices.Contains(acceptedFeedback, fb) {
			line("a=rtcp-fb:%d %s", c.PayloadType, fb)
		}
	}
	if out.RTXPayloadType != 0 {
		line("a=rtpmap:%d rtx/%d", out.RTXPayloadType, c.ClockRate)
		line("a=fmtp:%d apt=%d", out.RTXPayloadType, c.PayloadType)
	}
	for _, x := range []struct {
		id  uint8
		uri string
	}{{out.Extensions.AbsSendTime, extAbsSendTime}, {out.Extensions.PlayoutDelay, extPlayoutDelay}} {
		if x.id != 0 {
			line("a=extmap:%d %s", x.id, x.uri)
		}
	}
}
