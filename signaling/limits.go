package signaling

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of what a request may carry and how often it may come.
const (
	maxSDP    = 64 << 10 // bytes of an SDP body
	maxJSON   = 64 << 10 // bytes of a JSON body
	maxImport = 1 << 20  // bytes of a list of hearings

	offersPerSecond    = 100 // per address: a wall of 16 tiles in six windows at once
	offersBurst        = 200
	strangersPerSecond = 50 // per address: a court's house may share one
	strangersBurst     = 200
	accountsPerSecond  = 500 // per account or token: a program that has run wild
	accountsBurst      = 5_000
	addressesKept      = 10_000
	addressIdle        = time.Minute
)

// limiter allows each address, or account, its share.
type limiter struct {
	rate  rate.Limit
	burst int

	mu    sync.Mutex
	by    map[string]*allowance
	swept time.Time
}

type allowance struct {
	*rate.Limiter
	used time.Time
}

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{rate: rate.Limit(perSecond), burst: burst, by: map[string]*allowance{}}
}

// allow takes one from the address's allowance. Where more addresses come than
// are kept, the rest share one: memory stays bounded whoever asks.
func (l *limiter) allow(addr string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	a := l.by[addr]
	if a == nil && len(l.by) >= addressesKept {
		addr = "others"
		a = l.by[addr]
	}
	if a == nil {
		a = &allowance{Limiter: rate.NewLimiter(l.rate, l.burst)}
		l.by[addr] = a
	}
	a.used = now
	return a.AllowN(now, 1)
}

func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < addressIdle {
		return
	}
	l.swept = now
	for k, a := range l.by {
		if now.Sub(a.used) > addressIdle {
			delete(l.by, k)
		}
	}
}

// remoteAddress is the client's address without its port.
func remoteAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
