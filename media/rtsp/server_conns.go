package rtsp

import (
	"net"

	"github.com/bluenviron/gortsplib/v4"
)

// OnConnOpen counts a connection, and closes it if there are too many.
func (s *Server) OnConnOpen(c *gortsplib.ServerHandlerOnConnOpenCtx) {
	addr := hostOf(c.Conn.NetConn().RemoteAddr())
	s.mu.Lock()
	over := len(s.conns) >= s.o.MaxConns || s.perAddr[addr] >= s.o.MaxConnsPerAddress
	if over {
		s.refused++
	} else {
		s.conns[c.Conn] = addr
		s.perAddr[addr]++
	}
	s.mu.Unlock()
	if over {
		s.o.Log.Debug("rtsp: connection refused, there are too many", "from", addr)
		c.Conn.Close()
	}
}

// OnConnClose counts a connection out.
func (s *Server) OnConnClose(c *gortsplib.ServerHandlerOnConnCloseCtx) {
	s.mu.Lock()
	addr, counted := s.conns[c.Conn]
	if counted {
		delete(s.conns, c.Conn)
		if s.perAddr[addr]--; s.perAddr[addr] == 0 {
			delete(s.perAddr, addr)
		}
	}
	left := s.outlets[c.Conn]
	delete(s.outlets, c.Conn)
	s.mu.Unlock()
	left.close()
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
