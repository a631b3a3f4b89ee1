package webrtc

import (
	"fmt"
	"strings"

	"github.com/pion/sdp/v3"

	"avhub/media"
)

// Agreed is what an answer says of an m-line.
type Agreed struct {
	Receives bool // the hub takes what is sent on it
	Track    media.Track
	Layers   int // that may be sent; 1 without simulcast
}

// AgreedOn reads an answer of the hub's own: what comes on each m-line, by its mid. The
// first codec of a list is the one that is sent (RFC 8829 section 5.3.1).
func AgreedOn(answer string) (map[string]Agreed, error) {
	var desc sdp.SessionDescription
	if err := desc.UnmarshalString(answer); err != nil {
		return nil, fmt.Errorf("webrtc: own answer: %w", err)
	}
	all := map[string]Agreed{}
	for _, m := range desc.MediaDescriptions {
		mid, ok := m.Attribute("mid")
		codecs := mediaCodecs(m)
		if !ok || len(codecs) == 0 || m.MediaName.Port.Value == 0 {
			continue
		}
		_, receives := m.Attribute("recvonly")
		_, both := m.Attribute("sendrecv")
		a := Agreed{Receives: receives || both, Track: trackOf(&codecs[0]), Layers: 1}
		if s, ok := m.Attribute("simulcast"); ok {
			_, rids, _ := strings.Cut(s, "recv ")
			rids, _, _ = strings.Cut(rids, " ")
			a.Layers = 1 + strings.Count(rids, ";")
		}
		all[mid] = a
	}
	return all, nil
}

// Same tells whether an offer is of the same connection as another (RFC 8866 section 5.2:
// a connection keeps its session id): a page that was loaded anew has a new one.
func (o *Offer) Same(other *Offer) bool {
	return o.desc.Origin.SessionID == other.desc.Origin.SessionID && o.desc.Origin.Username == other.desc.Origin.Username
}

// Has tells whether the offer has an m-line of that mid.
func (o *Offer) Has(mid string) bool {
	for _, m := range o.desc.MediaDescriptions {
		if v, ok := m.Attribute("mid"); ok && v == mid {
			return true
		}
	}
	return false
}
