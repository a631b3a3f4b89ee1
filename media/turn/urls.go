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
		at := told(host, s.port, a)
		all = append(all, "turn:"+at+"?transport=udp", "turn:"+at+"?transport=tcp")
	}
	if a := s.TLSAddr(); a != nil {
		all = append(all, "turns:"+told(host, s.tlsPort, a)+"?transport=tcp")
	}
	return all
}

func told(host string, port int, own net.Addr) string {
	if port == 0 {
		port = int(localPort(own))
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}
