package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// LogOutAddress is where a browser is sent to be logged out at the provider too
// (OpenID Connect RP-Initiated Logout 1.0); empty if it has none such, or has
// not been asked about itself yet. Who knows where people should come back to
// adds post_logout_redirect_uri.
func (p *Provider) LogOutAddress() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil || p.found.EndSession == "" {
		return ""
	}
	u, err := url.Parse(p.found.EndSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.o.ClientID)
	u.RawQuery = q.Encode()
	return u.String()
}

// LogOut is what a provider asks for: the end of all that a person has begun
// here, or of one session.
type LogOut struct {
	Issuer, Subject, Session string
}

// logOutLasts is how old a logout token may be.
const logOutLasts = 2 * time.Minute

// VerifyLogOut understands a logout token (OpenID Connect Back-Channel Logout
// 1.0 section 2.6). Whether it came before is for [Seen] to tell.
func (p *Provider) VerifyLogOut(ctx context.Context, raw string) (l LogOut, id string, err error) {
	d, err := p.discover(ctx)
	if err != nil {
		return LogOut{}, "", err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), askLimit)
	defer cancel()
	t, err := d.verifier.VerifyLogout(ctx, raw)
	if err != nil {
		return LogOut{}, "", &Error{Invalid, fmt.Errorf("oidc: the logout token is not good: %w", err)}
	}
	if now := p.o.Now(); t.IssuedAt.After(now.Add(skew)) || t.IssuedAt.Before(now.Add(-logOutLasts-skew)) {
		return LogOut{}, "", &Error{Invalid, errors.New("oidc: the logout token is old, or the clocks differ")}
	}
	return LogOut{t.Issuer, t.Subject, t.SessionID}, t.TokenID, nil
}

// Seen remembers tokens that came, so that one which was overheard ends nothing
// a second time. The zero value remembers none.
type Seen struct {
	mu sync.Mutex
	by map[string]time.Time
}

// seenMost bounds the memory.
const seenMost = 10_000

// Before tells whether a token came before, and remembers it.
func (s *Seen) Before(id string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, at := range s.by {
		if now.Sub(at) > logOutLasts+2*skew {
			delete(s.by, old)
		}
	}
	if _, there := s.by[id]; there || len(s.by) >= seenMost {
		return true
	}
	if s.by == nil {
		s.by = map[string]time.Time{}
	}
	s.by[id] = now
	return false
}
