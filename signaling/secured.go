package signaling

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// secured hands out connections within TLS. Who speaks plain HTTP on its port
// is told so: a person who has typed http:// is sent on to https://, a program
// gets an error, because what it has sent has crossed the network in the clear
// and must not go on doing so (OWASP ASVS 5.0, 4.1.2).
type secured struct {
	net.Listener
	config *tls.Config
}

// Accept does not wait for the handshake: the server does, beside others.
func (l secured) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tls.Server(&firstByte{Conn: c}, l.config), nil
}

// firstByte looks at the first byte that a client sends.
type firstByte struct {
	net.Conn
	seen bool
}

// Limits of a request in the clear.
const (
	maxClearRequest = 8 << 10
	handshakeRecord = 0x16 // RFC 8446 section 5.1
)

var errClear = errors.New("the client speaks plain HTTP")

// Read is the handshake's; the server has set a deadline for it.
func (c *firstByte) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 0 || c.seen {
		return n, err
	}
	c.seen = true
	if p[0] == handshakeRecord {
		return n, err
	}
	c.answer(io.MultiReader(bytes.NewReader(bytes.Clone(p[:n])), c.Conn))
	return 0, errClear
}

// answer reads the request in the clear and answers it.
func (c *firstByte) answer(in io.Reader) {
	r, err := http.ReadRequest(bufio.NewReader(io.LimitReader(in, maxClearRequest)))
	if err != nil {
		return
	}
	status, headers, body := http.StatusBadRequest, "Content-Type: text/plain; charset=utf-8\r\n", "The hub speaks TLS on this port: use https://\n"
	if to := secureAddress(r); to != "" {
		status, headers, body = http.StatusPermanentRedirect, "Location: "+to+"\r\n", ""
	}
	_ = c.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = fmt.Fprintf(c.Conn, "HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, http.StatusText(status), headers, len(body), body)
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	// A connection that is closed over unread bytes is reset, and its answer lost.
	_ = c.SetReadDeadline(time.Now().Add(restTimeout))
	_, _ = io.CopyN(io.Discard, c.Conn, maxClearRequest)
}

// secureAddress is where a person is sent on to; empty for a program.
func secureAddress(r *http.Request) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return ""
	}
	if r.Header.Get("Authorization") != "" || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return ""
	}
	u := url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	if parsed, err := url.Parse(u.String()); err != nil || parsed.Host != r.Host || parsed.Hostname() == "" || !strings.HasPrefix(r.URL.Path, "/") {
		return "" // a host name that is none
	}
	return u.String()
}
