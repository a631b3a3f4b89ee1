package certs

import (
	"io"
	"net"
	"sync"
	"time"
)

// wire is one end of a connection in memory that, unlike net.Pipe, takes some
// packets before anyone reads them, as a socket does: both ends may write at
// once. It has no deadlines.
type wire struct {
	in, out chan []byte
	rest    []byte
	end     *sync.Once // of both ends
	ended   chan struct{}
}

func newWire() (client, server net.Conn) {
	up, down, end, ended := make(chan []byte, 100), make(chan []byte, 100), new(sync.Once), make(chan struct{})
	return &wire{in: down, out: up, end: end, ended: ended}, &wire{in: up, out: down, end: end, ended: ended}
}

func (w *wire) Read(p []byte) (int, error) {
	for len(w.rest) == 0 {
		select {
		case w.rest = <-w.in:
			continue
		default:
		}
		select {
		case w.rest = <-w.in:
		case <-w.ended:
			return 0, io.EOF
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) {
	select {
	case <-w.ended:
		return 0, io.ErrClosedPipe
	case w.out <- append([]byte(nil), p...):
		return len(p), nil
	}
}

func (w *wire) Close() error {
	w.end.Do(func() { close(w.ended) })
	return nil
}

func (w *wire) LocalAddr() net.Addr              { return &net.IPAddr{} }
func (w *wire) RemoteAddr() net.Addr             { return &net.IPAddr{} }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
