package rtsp

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// target is a camera's address, taken apart.
type target struct {
	url      *base.URL // with credentials
	host     string    // host:port to connect to
	name     string    // host without port, for TLS
	secure   bool
	password string
}

var errAddress = errors.New("this is not the address of a camera: it must look like rtsp://user:password@host/path")

// parseTarget reads the address of a camera. Passwords are often pasted as they
// are, so characters that should have been escaped in them are.
func parseTarget(s string) (*target, error) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(s), "://")
	scheme = strings.ToLower(scheme)
	if !ok || (scheme != "rtsp" && scheme != "rtsps") {
		return nil, errAddress
	}
	var user *url.Userinfo
	if u, after, ok := cutUser(rest); ok {
		user, rest = u, after
	}
	u, err := base.ParseURL(scheme + "://" + rest)
	if err != nil || u.Hostname() == "" {
		return nil, errAddress
	}
	t := &target{url: u, name: u.Hostname(), secure: scheme == "rtsps"}
	if user != nil {
		u.User = user
		t.password, _ = user.Password()
	}
	port := u.Port()
	switch {
	case port == "" && t.secure:
		port = "322"
	case port == "":
		port = "554"
	}
	t.host = net.JoinHostPort(t.name, port)
	return t, nil
}

// cutUser takes user:password off, up to the last @ before the path. An
// encoded one is decoded, any other taken as it stands.
func cutUser(rest string) (*url.Userinfo, string, bool) {
	authority := rest
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority = rest[:i]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return nil, rest, false
	}
	name, password, ok := strings.Cut(rest[:at], ":")
	if v, err := url.PathUnescape(name); err == nil {
		name = v
	}
	if v, err := url.PathUnescape(password); err == nil {
		password = v
	}
	if !ok {
		return url.User(name), rest[at+1:], true
	}
	return url.UserPassword(name, password), rest[at+1:], true
}

// joinControl is the URL of a media: the control attribute on the base, as
// RFC 2326 section C.1.1 has it and cameras mean it. The result always parses.
func joinControl(baseURL *url.URL, control string) string {
	plain := *baseURL
	plain.User = nil
	baseText := plain.String()
	if control == "" || control == "*" {
		return baseText
	}
	if u, ok := parseAbsolute(control); ok {
		u.Scheme, u.Host, u.User = baseURL.Scheme, baseURL.Host, nil
		return u.String()
	}
	control = escapeControl(control)
	switch {
	case strings.HasPrefix(control, "?"):
	case strings.HasSuffix(baseText, "/"):
		control = strings.TrimLeft(control, "/")
	case !strings.HasPrefix(control, "/"):
		control = "/" + control
	}
	if _, err := base.ParseURL(baseText + control); err != nil {
		return baseText
	}
	return baseText + control
}

// parseAbsolute reads an rtsp or rtsps URL.
func parseAbsolute(s string) (*url.URL, bool) {
	s = escapeControl(strings.TrimSpace(s))
	lower := strings.ToLower(s)
	if !strings.HasPrefix(lower, "rtsp://") && !strings.HasPrefix(lower, "rtsps://") {
		return nil, false
	}
	u, err := base.ParseURL(s)
	if err != nil || u.Hostname() == "" {
		return nil, false
	}
	return (*url.URL)(u), true
}

// escapeControl makes bytes harmless that have no place in a URL.
func escapeControl(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		loosePercent := c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]))
		if c <= ' ' || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || loosePercent {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// ValidURL tells whether s can be the address of a camera.
func ValidURL(s string) bool {
	_, err := parseTarget(s)
	return err == nil
}
