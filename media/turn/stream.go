package turn

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/pion/stun/v4"
)

// sendBuffer is what the kernel keeps for a client that is slow: at 1 Mbit/s a
// second's worth. More would only make pictures late.
const sendBuffer = 128 << 10

var errNoMessage = errors.New("turn: neither a STUN message nor channel data")

// messageSize is how long the message is that begins so: over TCP they follow
// each other (RFC 8656 section 3.1), channel data filled up to four bytes.
func messageSize(head [dataHeader]byte) (int, error) {
	size := int(binary.BigEndian.Uint16(head[2:]))
	switch head[0] >> 6 {
	case 0:
		size += stunHeader
	case 1:
		size = dataHeader + (size+3)&^3
	default:
		return 0, errNoMessage
	}
	if size > maxMessage {
		return 0, errNoMessage
	}
	return size, nil
}

// stream is a client's connection by TCP or TLS. pion reads whole messages of it.
type stream struct {
	net.Conn          // what is spoken: TCP, or TLS over raw
	raw      net.Conn // TCP
	server   *Server
	key      clientKey
	in       *bufio.Reader
	closed   sync.Once
	stranger bool // without an allocation; Server.mu

	mu     sync.Mutex
	client bool      // it has an allocation
	until  time.Time // when it must have one
	await  time.Time // when the message that has begun must be whole
}

func (s *Server) newStream(raw net.Conn, key clientKey) *stream {
	return &stream{
		Conn: raw, raw: raw, server: s, key: key,
		until: time.Now().Add(s.limits.Introduce),
	}
}

// introduced says whether it has an allocation; without one there is little time.
func (x *stream) introduced(yes bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.client, x.until = yes, time.Now().Add(x.server.limits.Introduce)
	x.setDeadline()
}

// expect says that a message has begun, or that none has.
func (x *stream) expect(begun bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.await = time.Time{}
	if begun {
		x.await = time.Now().Add(x.server.limits.Introduce)
	}
	x.setDeadline()
}

// setDeadline has reading end in time; x.mu is held.
func (x *stream) setDeadline() {
	at := x.await
	if !x.client && (at.IsZero() || x.until.Before(at)) {
		at = x.until
	}
	_ = x.raw.SetReadDeadline(at) // fails on a closed connection, as reading will
}

// Read reads one message that is admitted.
func (x *stream) Read(b []byte) (int, error) {
	for {
		n, err := x.message(b)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			x.server.refused.slow.Add(1)
			return 0, err
		case errors.Is(err, errNoMessage):
			x.server.refused.malformed.Add(1)
			return 0, err
		case err != nil:
			return 0, err
		}
		if x.server.admit(b[:n], x.key) {
			return n, nil
		}
	}
}

func (x *stream) message(b []byte) (int, error) {
	if x.in.Buffered() == 0 {
		x.expect(false)
		if _, err := x.in.Peek(1); err != nil {
			return 0, err
		}
	}
	x.expect(true)
	return readMessage(x.in, b)
}

// readMessage reads the next message into b.
func readMessage(in *bufio.Reader, b []byte) (int, error) {
	head, err := in.Peek(dataHeader)
	if err != nil {
		return 0, err
	}
	n, err := messageSize([dataHeader]byte(head))
	if err != nil || n > len(b) {
		return 0, errNoMessage
	}
	if _, err := io.ReadFull(in, b[:n]); err != nil {
		return 0, err
	}
	if b[0]>>6 == 0 && !stun.IsMessage(b[:n]) {
		return 0, errNoMessage
	}
	return n, nil
}

// Write sends a message, or ends the connection: after a part of one nothing on
// it can be understood any more.
func (x *stream) Write(b []byte) (int, error) {
	_ = x.raw.SetWriteDeadline(time.Now().Add(x.server.limits.Stall)) // fails on a closed connection, as writing will
	n, err := x.Conn.Write(b)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			x.server.refused.slow.Add(1)
		}
		_ = x.raw.Close() // reading ends then, and with it the allocation
	}
	return n, err
}

// Close ends the connection at once, without TLS's farewell, which would wait for
// a client that takes nothing.
func (x *stream) Close() error {
	err := x.raw.Close()
	x.closed.Do(func() { x.server.dropStream(x) })
	return err
}
