package webrtc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pion/sdp/v3"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/webrtc/light"
)

// light tells whether the light transport can serve the offer: one bundled
// transport with RTCP on the same port, where the browser may be the DTLS
// client, and a certificate that can be checked.
func (o *Offer) light(v ViewOptions) bool {
	picked := o.pick(v)
	ufrag := ""
	for i, m := range o.desc.MediaDescriptions {
		if picked[i] == nil {
			continue
		}
		own, _ := m.Attribute("ice-ufrag")
		if ufrag != "" && own != "" && own != ufrag {
			return false // transports of their own
		}
		ufrag = own
		setup, _ := attributeOf(&o.desc, m, "setup")
		if _, mux := m.Attribute("rtcp-mux"); !mux || setup == "passive" || setup == "holdconn" {
			return false
		}
	}
	return len(picked) > 0 && (len(picked) == 1 || o.bundled(picked)) && len(o.fingerprints()) > 0
}

// bundled tells whether the picked m-lines share one transport (RFC 9143).
func (o *Offer) bundled(picked map[int]*Chosen) bool {
	group, _ := o.desc.Attribute("group")
	kind, mids, _ := strings.Cut(group, " ")
	if kind != "BUNDLE" {
		return false
	}
	for i := range picked {
		mid, _ := o.desc.MediaDescriptions[i].Attribute("mid")
		if !slices.Contains(strings.Fields(mids), mid) {
			return false
		}
	}
	return true
}

// pick finds the m-lines that take the chosen tracks: the first of their kind
// that receives and has the codec.
func (o *Offer) pick(v ViewOptions) map[int]*Chosen {
	picked := map[int]*Chosen{}
	for _, c := range []*Chosen{v.Video, v.Audio} {
		if c == nil {
			continue
		}
		for i, m := range o.desc.MediaDescriptions {
			video := m.MediaName.Media == "video"
			if (!video && m.MediaName.Media != "audio") || video != c.Codec.Kind.Video() || picked[i] != nil || !receives(m) {
				continue
			}
			if slices.Contains(m.MediaName.Formats, strconv.Itoa(int(c.Codec.PayloadType))) {
				picked[i] = c
				break
			}
		}
	}
	return picked
}

func receives(m *sdp.MediaDescription) bool {
	_, sendonly := m.Attribute("sendonly")
	_, inactive := m.Attribute("inactive")
	return !sendonly && !inactive && m.MediaName.Port.Value != 0
}

// attributeOf is an m-line's attribute, or else the session's.
func attributeOf(desc *sdp.SessionDescription, m *sdp.MediaDescription, key string) (string, bool) {
	if v, ok := m.Attribute(key); ok {
		return v, true
	}
	return desc.Attribute(key)
}

// fingerprints are those that can be checked.
func (o *Offer) fingerprints() []light.Fingerprint {
	var all []light.Fingerprint
	add := func(attributes []sdp.Attribute) {
		for _, a := range attributes {
			hash, value, _ := strings.Cut(a.Value, " ")
			f := light.Fingerprint{Hash: hash, Value: strings.TrimSpace(value)}
			if a.Key == "fingerprint" && f.Known() && !slices.Contains(all, f) && len(all) < maxMedia {
				all = append(all, f)
			}
		}
	}
	add(o.desc.Attributes)
	for _, m := range o.desc.MediaDescriptions {
		add(m.Attributes)
	}
	return all
}

// overLight opens a session over the light transport.
func (v *viewing) overLight(s *Server) {
	l := &lightLink{server: s, viewing: v}
	v.session = s.newSession(l)
	v.outputs = func() (video, audio *egress.Output) { return l.video, l.audio }
}

// lightLink is the light transport of one session.
type lightLink struct {
	server       *Server
	viewing      *viewing
	agent        *light.Agent
	video, audio *egress.Output
	cname        string
}

// answer answers the offer, or restarts ICE if it has new credentials.
func (l *lightLink) answer(text string) (string, error) {
	offer, err := ParseOffer(text)
	if err != nil {
		return "", err
	}
	candidates, err := l.server.candidates()
	if err != nil {
		return "", err
	}
	if l.agent != nil {
		l.agent.Restart(offer.Ufrag, offer.Pwd)
	} else if err := l.open(offer); err != nil {
		return "", err
	}
	return l.describe(offer, candidates), nil
}

func (l *lightLink) open(offer *Offer) error {
	x, v := l.viewing.session, l.viewing
	end := x.end // made once: it is given at each report
	agent, err := l.server.host.NewAgent(
		light.Remote{Ufrag: offer.Ufrag, Pwd: offer.Pwd, Fingerprints: offer.fingerprints()},
		light.Events{
			Connected: x.nowConnected,
			Ended:     x.end,
			Feedback: func(said egress.Feedback) {
				defer media.Contain(l.server.log, "viewer's reports", end)
				v.options.Feedback(&v.viewer, said)
			},
		})
	if err != nil {
		return fmt.Errorf("webrtc: %w", err)
	}
	l.agent, v.viewer.Transport, l.cname = agent, agent, x.id[:8]
	for i, c := range offer.pick(v.options) {
		out := output(c, offer.desc.MediaDescriptions[i], v.options.Delay)
		if c == v.options.Video {
			l.video = out
		} else {
			l.audio = out
		}
	}
	return nil
}

// Header extensions that are agreed to.
const (
	extAbsSendTime  = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
	extPlayoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
)

// output says how a track leaves, by what its m-line offers.
func output(c *Chosen, m *sdp.MediaDescription, delay *Delay) *egress.Output {
	ssrc := rand.Uint32() | 1
	o := &egress.Output{
		Track: c.Track, SSRC: ssrc, PayloadType: c.Codec.PayloadType, ClockRate: int(c.Codec.ClockRate),
	}
	if c.Codec.RTX == 0 {
		return o
	}
	o.RTXSSRC, o.RTXPayloadType = ssrc^0x5a5a5a5a, c.Codec.RTX
	if slices.Contains(c.Codec.Feedback, "goog-remb") {
		o.Extensions.AbsSendTime = extension(m, extAbsSendTime)
	}
	if delay != nil {
		const unit, most = 10 * time.Millisecond, 1<<12 - 1
		o.Extensions.PlayoutDelay = extension(m, extPlayoutDelay)
		o.Extensions.MinDelay = uint16(min(max(delay.Min/unit, 0), most))
		o.Extensions.MaxDelay = uint16(min(max(delay.Max/unit, 0), most))
	}
	return o
}

// extension is the identifier that the m-line offers for a header extension
// (RFC 8285 section 5), or 0.
func extension(m *sdp.MediaDescription, uri string) uint8 {
	const oneByte = 14 // the largest identifier of one-byte headers
	for _, a := range m.Attributes {
		id, rest, _ := strings.Cut(a.Value, " ")
		if a.Key != "extmap" || strings.TrimSpace(rest) != uri {
			continue
		}
		if n, err := strconv.ParseUint(id, 10, 8); err == nil && n >= 1 && n <= oneByte {
			return uint8(n)
		}
	}
	return 0
}

// candidate is not needed: the browser checks us, and is where its checks come from.
func (l *lightLink) candidate(string) {}

func (l *lightLink) close() {
	if l.agent != nil {
		l.agent.Close()
		l.agent.Wait()
	}
}
