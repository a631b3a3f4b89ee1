package light

import (
	"net/netip"
	"sync/atomic"
	"time"

	"avhub/media/egress/udpout"
)

// Consent (RFC 7675 section 5.1).
const (
	consentLasts = 30 * time.Second
	consentEvery = 5 * time.Second // times 0.8 to 1.2
	consentRetry = time.Second     // while one is not answered
	checkKept    = 5 * time.Second // an answer may take so long
)

// maxRoutes bounds the addresses that one viewer may be reached at.
const maxRoutes = 8

// route is a way to a viewer: an address, or a TCP connection. Its times are
// nanoseconds of the system's clock since 1970, 0 for never.
type route struct {
	agent *Agent
	addr  netip.AddrPort
	path  *udpout.Path // by UDP
	tcp   *tcpConn     // by ICE-TCP

	consent atomic.Int64 // the last answer to a check
	checked atomic.Int64 // the last check sent
	heard   atomic.Int64 // the last check of theirs
}

func (r *route) is(from netip.AddrPort, tcp *tcpConn) bool {
	return r.tcp == tcp && (tcp != nil || r.addr == from)
}

// consented tells whether it may be sent to.
func (r *route) consented(now time.Time) bool {
	return now.UnixNano()-r.consent.Load() < int64(r.agent.host.o.Consent)
}

func (r *route) checkedAt() time.Time { return time.Unix(0, r.checked.Load()) }

// write sends one packet that is no media.
func (r *route) write(b []byte) error {
	if r.tcp != nil {
		return r.tcp.write(b)
	}
	_, err := r.agent.host.o.UDP.WriteToAddrPort(b, r.addr)
	return err
}
