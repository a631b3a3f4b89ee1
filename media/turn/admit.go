package turn

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v4"
	"golang.org/x/time/rate"
)

// Bounds of what comes from clients.
const (
	maxMessage = 1500 // bytes of a message that is taken: pion's buffers are a little larger
	stunHeader = 20
	dataHeader = 4
)

// kind of a message, by its first bytes (RFC 8656 section 12, RFC 8489 section 5).
type kind uint8

const (
	kindNone    kind = iota
	kindRequest      // wants an answer
	kindSend         // carries data to the hub
	kindData         // carries it in a channel
)

// kindOf looks at a message without reading it.
func kindOf(b []byte) kind {
	switch {
	case len(b) >= dataHeader && b[0]>>6 == 1:
		return kindData
	case !stun.IsMessage(b) || b[0]>>6 != 0:
		return kindNone
	}
	var t stun.MessageType
	t.ReadValue(binary.BigEndian.Uint16(b))
	switch {
	case t.Class == stun.ClassRequest:
		return kindRequest
	case t.Class == stun.ClassIndication && t.Method == stun.MethodSend:
		return kindSend
	}
	return kindNone
}

// admit says that a message may go on to pion. What cannot be of use to anybody,
// and what is more than a client's share, ends here, before it costs a hash.
func (s *Server) admit(b []byte, key clientKey) bool {
	k := kindOf(b)
	c := s.client(key)
	switch {
	case k == kindNone, c == nil && k != kindRequest:
		s.refused.malformed.Add(1)
		return false
	case k != kindRequest:
		return true // the relay looks at where it goes and how much it is
	}
	now := s.now()
	if c != nil && !c.requests.AllowN(now, 1) || c == nil && !s.addresses.allow(key.from.Addr(), now) {
		s.refused.limited.Add(1)
		return false
	}
	if !s.bindable(b) {
		s.refused.peer.Add(1)
		return false
	}
	return true
}

// bindable is false for a request to bind a channel to another port of the hub's
// own addresses: pion asks about the address alone, and a client that could bind
// a channel to each port would have it search a long list for each packet.
func (s *Server) bindable(b []byte) bool {
	var t stun.MessageType
	t.ReadValue(binary.BigEndian.Uint16(b))
	if t.Method != stun.MethodChannelBind {
		return true
	}
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	var peer stun.XORMappedAddress
	if m.Decode() != nil || peer.GetFromAs(m, stun.AttrXORPeerAddress) != nil {
		return true // pion says what is wrong with it
	}
	a, _ := netip.AddrFromSlice(peer.IP)
	return !s.peers.hasAddr(peer.IP) || s.peers.has(netip.AddrPortFrom(a, uint16(peer.Port)))
}

// addressesKept bounds what is remembered of addresses, addressIdle for how long.
const (
	addressesKept = 10_000
	addressIdle   = time.Minute
)

// addresses give each address its share of requests, and all of them together
// theirs.
type addresses struct {
	perSecond int
	all       *rate.Limiter

	mu    sync.Mutex
	by    map[netip.Prefix]*share
	rest  *share // of those for whom there is no room
	swept time.Time
}

type share struct {
	*rate.Limiter
	used time.Time
}

func newAddresses(perSecond, all int) *addresses {
	return &addresses{
		perSecond: perSecond, all: rate.NewLimiter(rate.Limit(all), all), by: map[netip.Prefix]*share{},
		rest: &share{Limiter: rate.NewLimiter(rate.Limit(perSecond), 4*perSecond)},
	}
}

// household is who shares a share: an address, or the 64 bits of IPv6 that one
// subscriber has.
func household(a netip.Addr) netip.Prefix {
	bits := 64
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // bits are in range
	return p
}

func (x *addresses) allow(a netip.Addr, now time.Time) bool {
	key := household(a)
	x.mu.Lock()
	defer x.mu.Unlock()
	if now.Sub(x.swept) > addressIdle {
		x.swept = now
		for k, s := range x.by {
			if now.Sub(s.used) > addressIdle {
				delete(x.by, k)
			}
		}
	}
	of := x.by[key]
	switch {
	case of == nil && len(x.by) >= addressesKept:
		of = x.rest
	case of == nil:
		of = &share{Limiter: rate.NewLimiter(rate.Limit(x.perSecond), 4*x.perSecond)}
		x.by[key] = of
	}
	of.used = now
	return of.AllowN(now, 1) && x.all.AllowN(now, 1)
}
