package turn

import "sync/atomic"

// Stats are figures since the beginning, and of now.
type Stats struct {
	Sessions    int // that have credentials, now
	Allocations int // open now
	Connections int // open now, by TCP and TLS
	Opened      uint64
	BytesUp     uint64 // to the hub
	BytesDown   uint64 // from the hub
	Refused     Refused
}

// Refused is what was turned away, by cause.
type Refused struct {
	Malformed   uint64 // no TURN message, or none of a client's
	Limited     uint64 // messages over an address's or a client's share
	Credentials uint64 // forged, expired, revoked, or of another realm
	Quota       uint64 // allocations and sessions over the limits
	Peer        uint64 // to or from others than the hub
	Bandwidth   uint64 // packets over a session's rate or bytes
	Connections uint64 // TCP and TLS connections over the limits
	Slow        uint64 // connections that said nothing of use in time, or took nothing
}

type refusals struct {
	malformed, limited, credentials, quota, peer, bandwidth, connections, slow atomic.Uint64
}

// Stats may be called at any time.
func (s *Server) Stats() Stats {
	r := &s.refused
	st := Stats{
		Opened: s.opened.Load(), BytesUp: s.bytesUp.Load(), BytesDown: s.bytesDown.Load(),
		Refused: Refused{
			r.malformed.Load(), r.limited.Load(), r.credentials.Load(), r.quota.Load(),
			r.peer.Load(), r.bandwidth.Load(), r.connections.Load(), r.slow.Load(),
		},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Sessions, st.Allocations, st.Connections = len(s.sessions), len(s.relays), len(s.streams)
	return st
}
