package rtsp

import (
	"net"
	"time"

	"github.com/bluenviron/gortsplib/v4"
)

// connection is what the door keeps of one.
type connection struct {
	addr string
	idle *time.Timer // closes it if nothing begins
	busy int         // sessions that play or publish
	asks *player     // its PLAY is not answered yet

	nonce  string // of the digest that is asked for
	wrong  int    // credentials that were no good
	passes map[visited]Pass
}

// OnConnOpen counts a connection, and closes it if there are too many.
func (s *Server) OnConnOpen(c *gortsplib.ServerHandlerOnConnOpenCtx) {
	addr := hostOf(c.Conn.NetConn().RemoteAddr())
	s.mu.Lock()
	over := len(s.conns) >= s.o.MaxConns || s.perAddr[addr] >= s.o.MaxConnsPerAddress
	if over {
		s.refused++
	} else {
		s.conns[c.Conn] = &connection{addr: addr, passes: map[visited]Pass{}, idle: time.AfterFunc(s.o.IdleTimeout, func() { s.giveUp(c.Conn) })}
		s.perAddr[addr]++
	}
	s.mu.Unlock()
	if over {
		s.o.Log.Debug("rtsp: connection refused, there are too many", "from", addr)
		c.Conn.Close()
	}
}

// giveUp closes a connection on which nothing has begun: half a request, or a
// conversation that leads nowhere.
func (s *Server) giveUp(c *gortsplib.ServerConn) {
	s.mu.Lock()
	known := s.conns[c]
	idle := known != nil && known.busy == 0
	s.mu.Unlock()
	if !idle {
		return
	}
	// Nothing else writes: all requests have been answered.
	_ = c.NetConn().SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = c.NetConn().Write([]byte("RTSP/1.0 408 Request Time-out\r\nConnection: close\r\n\r\n"))
	c.Close()
}

// began notes that a session plays or publishes; s.mu is held.
func (s *Server) began(state *sessionState, c *gortsplib.ServerConn) {
	if state.conn != nil {
		return // a second PLAY
	}
	state.conn = c
	if known := s.conns[c]; known != nil {
		known.busy++
		known.idle.Stop()
	}
}

// ended notes that a session has ended: its connection may begin another one,
// but not stay for nothing. s.mu is held.
func (s *Server) ended(state *sessionState) {
	known := s.conns[state.conn]
	if known == nil {
		return
	}
	if known.busy--; known.busy == 0 {
		known.idle.Reset(s.o.IdleTimeout)
	}
}

// OnConnClose counts a connection out.
func (s *Server) OnConnClose(c *gortsplib.ServerHandlerOnConnCloseCtx) {
	s.mu.Lock()
	if known := s.conns[c.Conn]; known != nil {
		known.idle.Stop()
		delete(s.conns, c.Conn)
		if s.perAddr[known.addr]--; s.perAddr[known.addr] == 0 {
			delete(s.perAddr, known.addr)
		}
	}
	left := s.outlets[c.Conn]
	delete(s.outlets, c.Conn)
	s.mu.Unlock()
	left.close()
	s.o.Log.Debug("rtsp: connection closed", "from", c.Conn.NetConn().RemoteAddr(), "why", c.Error)
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
