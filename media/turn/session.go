package turn

import (
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

var (
	errClosed       = errors.New("turn: the relay is closed")
	errManySessions = errors.New("turn: too many sessions have credentials: try again when some have ended")
)

// overhead is what a packet is charged beside its bytes, so that many small ones
// are no way around the rate: IP, UDP and the relay's own headers.
const overhead = 64

// session is one that has credentials.
type session struct {
	expires  int64               // unix seconds, of the newest credentials; Server.mu
	relays   map[*relay]struct{} // Server.mu
	up, down *rate.Limiter       // bytes a second to the hub and from it
	left     atomic.Int64        // bytes
}

// know notes a session that credentials are made for.
func (s *Server) know(id string, expires int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	x := s.sessions[id]
	if x == nil {
		if len(s.sessions) >= s.limits.Sessions {
			s.refused.quota.Add(1)
			return errManySessions
		}
		perSecond := rate.Limit(s.limits.SessionRate)
		x = &session{
			relays: map[*relay]struct{}{},
			up:     rate.NewLimiter(perSecond, s.limits.SessionRate), down: rate.NewLimiter(perSecond, s.limits.SessionRate),
		}
		x.left.Store(s.limits.SessionBytes)
		s.sessions[id] = x
	}
	x.expires = max(x.expires, expires)
	return nil
}

// knows says that a session has credentials that may be these, and was not revoked.
func (s *Server) knows(u userName) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[u.session]
	return x != nil && u.expires <= x.expires
}

// mayAllocate is asked by pion before an allocation is made; the relay's socket
// asks again, when it counts.
func (s *Server) mayAllocate(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.sessions[id]; x != nil && !s.full(x) {
		return true
	}
	s.refused.quota.Add(1)
	return false
}

// full says that no relay may be opened for a session; s.mu is held.
func (s *Server) full(x *session) bool {
	return len(x.relays) >= s.limits.SessionAllocations || len(s.relays) >= s.limits.Allocations || x.left.Load() <= 0
}

// Revoke ends a session's credentials and closes what was opened with them. It
// may be called for any session, known or not.
func (s *Server) Revoke(id string) {
	s.mu.Lock()
	x := s.sessions[id]
	delete(s.sessions, id)
	ended := relaysOf(x)
	s.mu.Unlock()
	closeAll(ended)
}

func relaysOf(x *session) []*relay {
	if x == nil {
		return nil
	}
	all := make([]*relay, 0, len(x.relays))
	for r := range x.relays {
		all = append(all, r)
	}
	return all
}

func closeAll(relays []*relay) {
	for _, r := range relays {
		_ = r.Close() // never fails
	}
}

// sweep ends what is over: sessions whose credentials have ended, and the relays
// of those and of sessions that have used up their bytes.
func (s *Server) sweep(now time.Time) {
	var ended []*relay
	s.mu.Lock()
	for id, x := range s.sessions {
		over := x.expires <= now.Unix()
		if over {
			delete(s.sessions, id)
		}
		if over || x.left.Load() <= 0 {
			ended = append(ended, relaysOf(x)...)
		}
	}
	s.mu.Unlock()
	closeAll(ended)
}

// take charges a packet to one of the session's directions.
func (x *session) take(from *rate.Limiter, now time.Time, n int) bool {
	return x.left.Load() > 0 && from.AllowN(now, n+overhead) && x.left.Add(int64(-n)) >= 0
}
