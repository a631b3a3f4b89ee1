package rtsp

import (
	"strings"

	"avhub/media/packet"
)

// parseTalkOffer reads of a description only the way to the camera's loudspeaker: the
// sound that the camera calls sendonly (ONVIF Streaming Specification 5.3: the direction
// is that of the client), in a codec that the hub speaks. The notes say what it takes
// otherwise.
func parseTalkOffer(body []byte) *offer {
	session := parseSDP(body)
	o := &offer{control: session.control}
	for i := range session.medias {
		m := &session.medias[i]
		if m.kind != "audio" || !session.toLoudspeaker(m) || len(o.tracks) > 0 {
			o.leave(m, "%s is not a loudspeaker's", m.kind)
			continue
		}
		o.takeTalk(m)
	}
	return o
}

// toLoudspeaker tells whether a sound goes to the camera. A device without a picture may
// have nothing else to offer.
func (s *sdpSession) toLoudspeaker(m *sdpMedia) bool {
	return s.backChannel(m) || m.direction == "sendonly" && len(s.medias) == 1
}

// takeTalk adds the first G.711 of telephony, which every such device takes; A-law, if
// there is a choice, is the one of Europe and China.
func (o *offer) takeTalk(m *sdpMedia) {
	var taken *offered
	var others []string
	for _, f := range m.formats() {
		o.other = append(o.other, f.payloadType)
		t, err := m.track(f)
		if err != nil {
			others = append(others, f.codecOr("unnamed"))
			continue
		}
		telephony := (t.track.Kind == packet.PCMA || t.track.Kind == packet.PCMU) && t.track.ClockRate == 8000 && t.track.Channels == 1
		switch {
		case !telephony:
			others = append(others, f.codecOr(t.track.Kind.String()))
		case taken == nil || taken.track.Kind == packet.PCMU && t.track.Kind == packet.PCMA:
			t.control, t.talk = m.control, true
			taken = &t
		}
	}
	if taken == nil {
		o.refused = strings.Join(others, ", ")
		return
	}
	o.tracks = append(o.tracks, *taken)
}
