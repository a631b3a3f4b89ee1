package rtsp

import (
	"fmt"
	"net/url"
	"strings"
)

// rewriteDescribe writes a description anew that offers what o holds and
// nothing else, every URL absolute, so that the RTSP library reads only lines
// that the hub has written. It is the reason why no habit of a camera in its
// SDP can stop it from being read.
func rewriteDescribe(o *offer, baseURL *url.URL) []byte {
	var b strings.Builder
	plain := *baseURL
	plain.User = nil
	b.WriteString("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n")
	fmt.Fprintf(&b, "a=control:%s\r\n", plain.String())
	for _, t := range o.tracks {
		kind := "audio"
		if t.track.Kind.Video() {
			kind = "video"
		}
		// The name is nobody's codec: packets are taken as they are.
		fmt.Fprintf(&b, "m=%s 0 RTP/AVP %d\r\na=rtpmap:%d X-RAW/%d\r\na=control:%s\r\n",
			kind, t.payloadType, t.payloadType, t.track.ClockRate, joinControl(baseURL, t.control))
		if t.talk {
			b.WriteString("a=sendonly\r\n")
		}
	}
	return []byte(b.String())
}

// describeBase is the URL that controls are relative to: the description's own
// when it is absolute, else Content-Base, else Content-Location, else the URL
// asked for (RFC 2326 section C.1.1). Hosts such as 0.0.0.0 give way to the
// one that was reached.
func describeBase(o *offer, header rtspHeader, asked *url.URL) *url.URL {
	for _, s := range []string{o.control, header.get("content-base"), header.get("content-location")} {
		if strings.HasPrefix(s, "/") && s != o.control {
			s = asked.Scheme + "://" + asked.Host + s
		}
		u, ok := parseAbsolute(s)
		if !ok {
			continue
		}
		if name := u.Hostname(); name == "0.0.0.0" || name == "::" || name == "127.0.0.1" {
			u.Host = asked.Host
		}
		u.User = nil
		return u
	}
	return asked
}
