package rtsp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
)

// One port speaks RTSP in the clear and within TLS (rtsps://): a TLS client
// begins with a handshake record, an RTSP client with a letter.
const handshakeRecord = 0x16 // RFC 8446 section 5.1

// eitherListener hands out connections that find out by themselves.
type eitherListener struct {
	net.Listener
	tls       *tls.Config
	only      bool // nothing in the clear
	handshake time.Duration
}

func (l *eitherListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &eitherConn{Conn: c, l: l}, nil
}

// errUndecided says that the client has not shown yet what it speaks.
var errUndecided = errors.New("rtsp: the client has not begun")

// errClear says that the client speaks in the clear where that is not allowed.
var errClear = errors.New("rtsp: only rtsps:// is allowed here")

// eitherConn is a connection in the clear or within TLS, as its first byte says.
type eitherConn struct {
	net.Conn // as it was accepted
	l        *eitherListener

	once sync.Once
	err  error
	to   atomic.Pointer[net.Conn] // what is spoken to; nil until that is known
}

// Read finds out at first. It is called by one goroutine.
func (c *eitherConn) Read(p []byte) (int, error) {
	c.once.Do(func() { c.err = c.begin() })
	if c.err != nil {
		return 0, c.err
	}
	return (*c.to.Load()).Read(p)
}

func (c *eitherConn) begin() error {
	first := make([]byte, 1)
	if _, err := io.ReadFull(c.Conn, first); err != nil {
		return err
	}
	var to net.Conn = &begunConn{c.Conn, first}
	switch {
	case first[0] == handshakeRecord:
		secured := tls.Server(to, c.l.tls)
		ctx, cancel := context.WithTimeout(context.Background(), c.l.handshake)
		defer cancel()
		if err := secured.HandshakeContext(ctx); err != nil {
			return err
		}
		to = secured
	case c.l.only:
		c.turnAway()
		return errClear
	}
	c.to.Store(&to)
	return nil
}

// turnAway says why before the connection is closed. What the client has sent is
// read first: a connection that is closed over unread bytes is reset, and its
// answer lost.
func (c *eitherConn) turnAway() {
	_ = c.Conn.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(c.Conn, "RTSP/1.0 403 Use rtsps\r\nConnection: close\r\n\r\n")
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.CopyN(io.Discard, c.Conn, 64<<10)
}

// Write does not wait for the client's first byte: whoever closes a connection
// on which nothing comes must not be held up by it.
func (c *eitherConn) Write(p []byte) (int, error) {
	to := c.to.Load()
	if to == nil {
		return 0, errUndecided
	}
	return (*to).Write(p)
}

// Close says goodbye, if there is somebody to say it to.
func (c *eitherConn) Close() error {
	if to := c.to.Load(); to != nil {
		return (*to).Close()
	}
	return c.Conn.Close()
}

// begunConn is a connection of which a byte has been read.
type begunConn struct {
	net.Conn
	read []byte
}

func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.read) > 0 && len(p) > 0 {
		n := copy(p, c.read)
		c.read = c.read[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// secured tells whether a client came within TLS.
func secured(c *gortsplib.ServerConn) bool {
	e, ok := c.NetConn().(*eitherConn)
	if !ok {
		return false
	}
	to := e.to.Load()
	if to == nil {
		return false
	}
	_, ok = (*to).(*tls.Conn)
	return ok
}
