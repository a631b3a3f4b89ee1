package rtsp

import (
	"strconv"
	"strings"
)

// Bounds of a description; what lies beyond is not looked at.
const (
	maxSDPLines  = 1000
	maxSDPMedias = 16
)

// sdpSession is a session description (RFC 8866) cut into what matters here.
type sdpSession struct {
	control string
	medias  []sdpMedia
}

type sdpMedia struct {
	kind         string   // "video", "audio", "application", …
	payloadTypes []string // as in the m= line
	control      string
	direction    string           // "sendonly", … or ""
	rtpmap       map[uint8]string // payload type → "H264/90000"
	fmtp         map[uint8]string // payload type → parameters
	order        []uint8          // payload types of rtpmap as they came
}

// parseSDP never fails: lines that make no sense are passed over. Order,
// repeated o= lines, missing v=, s= or t= lines and trailing bytes do not
// matter, and neither does the kind of line end.
func parseSDP(body []byte) *sdpSession {
	s := &sdpSession{}
	text := strings.NewReplacer("\r", "\n", "\x00", "\n").Replace(string(body))
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if n > maxSDPLines {
			break
		}
		if len(line) < 3 || line[1] != '=' {
			continue
		}
		value := strings.TrimSpace(line[2:])
		switch line[0] {
		case 'm':
			if len(s.medias) < maxSDPMedias {
				s.addMedia(value)
			}
		case 'a':
			s.attribute(value)
		}
	}
	return s
}

func (s *sdpSession) addMedia(value string) {
	fields := strings.Fields(value)
	m := sdpMedia{rtpmap: map[uint8]string{}, fmtp: map[uint8]string{}}
	if len(fields) > 0 {
		m.kind = strings.ToLower(fields[0])
	}
	if len(fields) > 3 {
		m.payloadTypes = fields[3:]
	}
	s.medias = append(s.medias, m)
}

func (s *sdpSession) attribute(value string) {
	key, value, _ := strings.Cut(value, ":")
	key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
	if len(s.medias) == 0 {
		if key == "control" {
			s.control = value
		}
		return
	}
	m := &s.medias[len(s.medias)-1]
	switch key {
	case "control":
		m.control = value
	case "sendonly", "recvonly", "sendrecv", "inactive":
		m.direction = key
	case "rtpmap":
		if pt, rest, ok := cutPayloadType(value); ok {
			if _, known := m.rtpmap[pt]; !known {
				m.order = append(m.order, pt)
			}
			m.rtpmap[pt] = rest
		}
	case "fmtp":
		if pt, rest, ok := cutPayloadType(value); ok {
			m.fmtp[pt] = rest
		}
	}
}

func cutPayloadType(value string) (uint8, string, bool) {
	head, rest, _ := strings.Cut(value, " ")
	pt, err := strconv.ParseUint(head, 10, 7)
	return uint8(pt), strings.TrimSpace(rest), err == nil
}

// backChannel tells whether the media is for sound towards the camera. ONVIF
// marks it sendonly; some servers mark everything sendonly, since they send.
func (s *sdpSession) backChannel(m *sdpMedia) bool {
	if m.direction != "sendonly" {
		return false
	}
	for i := range s.medias {
		if d := s.medias[i].direction; d != "sendonly" && s.medias[i].kind != "application" {
			return true
		}
	}
	return false
}

// formats lists the media's payload types. Where the m= line and the rtpmap
// lines do not agree on a single number, the rtpmap's codec is taken for the
// number of the m= line.
func (m *sdpMedia) formats() []sdpFormat {
	var list []sdpFormat
	for _, s := range m.payloadTypes {
		pt, err := strconv.ParseUint(s, 10, 7)
		if err != nil {
			continue
		}
		list = append(list, m.format(uint8(pt), uint8(pt)))
	}
	switch {
	case len(list) == 0:
		for _, pt := range m.order {
			list = append(list, m.format(pt, pt))
		}
	case len(list) == 1 && len(m.order) == 1 && list[0].codec == "" && list[0].payloadType >= 96:
		list[0] = m.format(list[0].payloadType, m.order[0])
	}
	return list
}

// format reads what the attributes under one payload type say.
func (m *sdpMedia) format(pt, under uint8) sdpFormat {
	f := sdpFormat{payloadType: pt, fmtp: map[string]string{}}
	parts := strings.Split(m.rtpmap[under], "/")
	f.codec = strings.ToUpper(strings.TrimSpace(parts[0]))
	if len(parts) > 1 {
		f.clock = atoi(parts[1])
	}
	if len(parts) > 2 {
		f.channels = atoi(parts[2])
	}
	for _, kv := range strings.Split(m.fmtp[under], ";") {
		key, value, _ := strings.Cut(kv, "=")
		if key = strings.ToLower(strings.TrimSpace(key)); key != "" {
			f.fmtp[key] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return f
}
