package webrtc

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"avhub/media/packet"
)

// maxMedia bounds the m-lines of an offer; a viewer needs two.
const maxMedia = 16

// Codec is a codec that the other side offers, with its payload type.
type Codec struct {
	Kind        packet.Kind
	PayloadType uint8
	ClockRate   uint32
	Channels    uint16
	Fmtp        string
	Feedback    []string // rtcp-fb values
	RTX         uint8    // payload type of its retransmissions (RFC 4588); 0: none
	RED         RED      // in which it is sent twice
}

// RED is redundant audio (RFC 2198) as it is offered for a codec.
type RED struct {
	PayloadType uint8 // 0: it is not
	Fmtp        string
}

// Offer is what an SDP offer says about codecs.
type Offer struct {
	SDP          string
	Video, Audio []Codec // in the other side's order of preference
	WantsVideo   bool    // there is an m-line for it
	WantsAudio   bool
	Sends        bool                       // some m-line sends
	Receives     bool                       // some m-line receives
	Sent         struct{ Video, Audio int } // m-lines that send
	Ufrag, Pwd   string

	desc sdp.SessionDescription
}

// ErrOffer is wrapped by all errors about an offer that makes no sense.
var ErrOffer = errors.New("not a usable SDP offer")

// ParseOffer reads a viewer's or a publisher's SDP offer (RFC 8866, RFC 9429).
func ParseOffer(text string) (*Offer, error) { return parseOffer(text, maxMedia) }

// ParsePeerOffer reads a participant's, which may have many m-lines.
func ParsePeerOffer(text string) (*Offer, error) { return parseOffer(text, maxPeerMedia) }

func parseOffer(text string, most int) (*Offer, error) {
	o := &Offer{SDP: text}
	desc := &o.desc
	if err := desc.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if n := len(desc.MediaDescriptions); n == 0 || n > most {
		return nil, fmt.Errorf("%w: it has %d m-lines: 1 to %d are taken", ErrOffer, n, most)
	}
	o.Ufrag, _ = desc.Attribute("ice-ufrag")
	o.Pwd, _ = desc.Attribute("ice-pwd")
	for _, m := range desc.MediaDescriptions {
		o.addMedia(m)
	}
	switch {
	case o.Ufrag == "" || o.Pwd == "":
		return nil, fmt.Errorf("%w: it has no ice-ufrag and ice-pwd", ErrOffer)
	case !hasFingerprint(desc):
		return nil, fmt.Errorf("%w: it has no DTLS fingerprint", ErrOffer)
	}
	return o, nil
}

func hasFingerprint(desc *sdp.SessionDescription) bool {
	if _, ok := desc.Attribute("fingerprint"); ok {
		return true
	}
	return slices.ContainsFunc(desc.MediaDescriptions, func(m *sdp.MediaDescription) bool {
		_, ok := m.Attribute("fingerprint")
		return ok
	})
}

func (o *Offer) addMedia(m *sdp.MediaDescription) {
	if u, ok := m.Attribute("ice-ufrag"); ok && o.Ufrag == "" {
		o.Ufrag = u
		o.Pwd, _ = m.Attribute("ice-pwd")
	}
	codecs := mediaCodecs(m)
	switch m.MediaName.Media {
	case "video":
		o.WantsVideo = true
		o.Video = append(o.Video, codecs...)
	case "audio":
		o.WantsAudio = true
		o.Audio = append(o.Audio, codecs...)
	default:
		return
	}
	has := func(name string) bool { _, ok := m.Attribute(name); return ok }
	if has("inactive") {
		return
	}
	if !has("recvonly") {
		o.Sends = true
		if m.MediaName.Media == "video" {
			o.Sent.Video++
		} else {
			o.Sent.Audio++
		}
	}
	o.Receives = o.Receives || !has("sendonly")
}

func mediaCodecs(m *sdp.MediaDescription) []Codec {
	byType := map[string]*Codec{}
	for _, f := range m.MediaName.Formats {
		byType[f] = staticCodec(f)
	}
	// Firefox writes fmtp and rtcp-fb before the rtpmap that they belong to.
	for _, a := range m.Attributes {
		if pt, rest, _ := strings.Cut(a.Value, " "); a.Key == "rtpmap" && hasKey(byType, pt) {
			byType[pt] = parseRTPMap(pt, rest)
		}
	}
	for _, a := range m.Attributes {
		pt, rest, _ := strings.Cut(a.Value, " ")
		c := byType[pt]
		switch {
		case c == nil:
		case a.Key == "fmtp":
			c.Fmtp = rest
		case a.Key == "rtcp-fb" && len(c.Feedback) < 16:
			c.Feedback = append(c.Feedback, rest)
		}
	}
	var codecs []Codec
	rtx, red := retransmissions(m), redundancies(m)
	for _, f := range m.MediaName.Formats {
		if c := byType[f]; c != nil {
			c.RTX, c.RED = rtx[f], red[f]
			codecs = append(codecs, *c)
		}
	}
	return codecs
}

// retransmissions finds the rtx payload type of each other one (RFC 4588
// section 8.6).
func retransmissions(m *sdp.MediaDescription) map[string]uint8 {
	types, of := map[string]bool{}, map[string]uint8{}
	for _, a := range m.Attributes {
		if pt, rest, _ := strings.Cut(a.Value, " "); a.Key == "rtpmap" && strings.HasPrefix(strings.ToLower(rest), "rtx/") {
			types[pt] = slices.Contains(m.MediaName.Formats, pt)
		}
	}
	for _, a := range m.Attributes {
		pt, rest, _ := strings.Cut(a.Value, " ")
		apt, ok := strings.CutPrefix(strings.TrimSpace(rest), "apt=")
		if a.Key != "fmtp" || !types[pt] || !ok {
			continue
		}
		apt, _, _ = strings.Cut(apt, ";")
		if n, err := strconv.ParseUint(pt, 10, 7); err == nil {
			of[strings.TrimSpace(apt)] = uint8(n)
		}
	}
	return of
}

// redundancies finds the redundant audio of each other payload type: that whose blocks are
// all of it (RFC 2198 section 5).
func redundancies(m *sdp.MediaDescription) map[string]RED {
	types, of := map[string]bool{}, map[string]RED{}
	for _, a := range m.Attributes {
		if pt, rest, _ := strings.Cut(a.Value, " "); a.Key == "rtpmap" && strings.HasPrefix(strings.ToLower(rest), "red/") {
			types[pt] = m.MediaName.Media == "audio" && slices.Contains(m.MediaName.Formats, pt)
		}
	}
	for _, a := range m.Attributes {
		pt, fmtp, _ := strings.Cut(a.Value, " ")
		if a.Key != "fmtp" || !types[pt] {
			continue
		}
		blocks := strings.Split(strings.TrimSpace(fmtp), "/")
		number, err := strconv.ParseUint(pt, 10, 7)
		if err == nil && len(slices.Compact(blocks)) == 1 {
			of[blocks[0]] = RED{uint8(number), fmtp}
		}
	}
	return of
}

func hasKey(m map[string]*Codec, k string) bool { _, ok := m[k]; return ok }

// staticCodec knows the static payload types of RFC 3551 that need no rtpmap.
func staticCodec(format string) *Codec {
	switch format {
	case "0":
		return &Codec{Kind: packet.PCMU, PayloadType: 0, ClockRate: 8000, Channels: 1}
	case "8":
		return &Codec{Kind: packet.PCMA, PayloadType: 8, ClockRate: 8000, Channels: 1}
	case "9":
		return &Codec{Kind: packet.G722, PayloadType: 9, ClockRate: 8000, Channels: 1}
	}
	return nil
}

var kinds = map[string]packet.Kind{
	"h264": packet.H264, "h265": packet.H265, "vp8": packet.VP8, "vp9": packet.VP9, "av1": packet.AV1,
	"opus": packet.Opus, "pcmu": packet.PCMU, "pcma": packet.PCMA, "g722": packet.G722,
}

func parseRTPMap(pt, value string) *Codec {
	number, err := strconv.ParseUint(pt, 10, 7)
	if err != nil {
		return nil
	}
	parts := strings.Split(value, "/")
	kind, ok := kinds[strings.ToLower(parts[0])]
	if !ok || len(parts) < 2 {
		return nil
	}
	clock, err := strconv.ParseUint(parts[1], 10, 32)
	if err != nil || clock == 0 {
		return nil
	}
	c := &Codec{Kind: kind, PayloadType: uint8(number), ClockRate: uint32(clock)}
	if len(parts) > 2 {
		n, _ := strconv.ParseUint(parts[2], 10, 8)
		c.Channels = uint16(n)
	}
	return c
}

// Find returns the offered codec that suits a stream of this kind best, or nil.
// For H.264 that is packetization mode 1 (RFC 6184) with the profile nearest to
// the stream's; browsers decode more than the profiles that they name.
func (o *Offer) Find(kind packet.Kind, profileLevelID string) *Codec {
	list := o.Audio
	if kind.Video() {
		list = o.Video
	}
	var best *Codec
	score := -1
	for i := range list {
		c := &list[i]
		if c.Kind != kind {
			continue
		}
		if s := c.suits(profileLevelID); s > score {
			best, score = c, s
		}
	}
	return best
}

func (c *Codec) suits(profileLevelID string) int {
	if c.Kind != packet.H264 {
		return 0
	}
	switch mode := c.parameter("packetization-mode"); {
	case mode != "1":
		return -1 // mode 0 forbids the fragments that pictures need
	case len(profileLevelID) >= 2 && strings.HasPrefix(strings.ToLower(c.parameter("profile-level-id")), strings.ToLower(profileLevelID[:2])):
		return 3
	case strings.HasPrefix(strings.ToLower(c.parameter("profile-level-id")), "42e0"):
		return 2
	}
	return 1
}

func (c *Codec) parameter(name string) string {
	for part := range strings.SplitSeq(c.Fmtp, ";") {
		if k, v, ok := strings.Cut(strings.TrimSpace(part), "="); ok && strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// Names lists the kinds on offer, each once.
func Names(codecs []Codec) []string {
	var names []string
	for _, c := range codecs {
		if n := c.Kind.String(); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
