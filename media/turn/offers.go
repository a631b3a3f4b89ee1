package turn

import (
	"net"
	"strconv"
)

// URLs are what a browser is told that reaches this machine under a host name or
// address (RFC 7065): UDP first, as it loses least time, and TLS last, which
// passes where nothing else does.
func (s *Server) URLs(host string) []string {
	var all []string
	if a := s.Addr(); a != nil {
		at := net.JoinHostPort(host, strconv.Itoa(int(localPort(a))))
		all = append(all, "turn:"+at+"?transport=udp", "turn:"+at+"?transport=tcp")
	}
	if a := s.TLSAddr(); a != nil {
		all = append(all, "turns:"+net.JoinHostPort(host, strconv.Itoa(int(localPort(a))))+"?transport=tcp")
	}
	return all
}
