package light

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v5/packetio"
	"golang.org/x/time/rate"

	"avhub/media/egress"
)

// Why an agent ended.
var (
	ErrConsent = errors.New("the viewer does not answer any more")
	ErrGoodbye = errors.New("the viewer has hung up")
	ErrClosed  = errors.New("the transport is closed")
)

// Fingerprint of a certificate, as an offer states it (RFC 8122).
type Fingerprint struct {
	Hash  string // sha-256 and the like
	Value string // hexadecimal with colons
}

// Remote is what the offer says of the other side.
type Remote struct {
	Ufrag, Pwd   string
	Fingerprints []Fingerprint
}

// Events are what an agent tells. They are called from its goroutines and must
// not block for long.
type Events struct {
	Connected func()                // media can flow; once
	Ended     func(error)           // it has ended by itself; once at most
	Feedback  func(egress.Feedback) // what the viewer reports; holds during the call
}

// Agent is one viewer's transport.
type Agent struct {
	host   *Host
	events Events
	tie    uint64

	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
	in   *packetio.Buffer // DTLS records that came

	active  atomic.Pointer[route] // where media goes
	keys    atomic.Pointer[keys]  // once DTLS is done
	dtlsWay atomic.Pointer[route] // where the last DTLS record came from
	allowed *rate.Limiter         // RTCP packets

	mu          sync.Mutex
	credentials [2]credentials // newest first; both hold while ICE restarts
	remote      Remote
	routes      []*route
	nominated   *route
	started     bool // the DTLS handshake
	connected   bool
	due         time.Time // the next check
	once        sync.Once
}

// credentials are ours, with the other side's that belong to them.
type credentials struct{ ufrag, pwd, theirUfrag, theirPwd string }

// RTCP packets that one viewer may send: browsers send two a second, and more
// when they miss packets.
const (
	rtcpRate  = 200
	rtcpBurst = 400
)

// dtlsQueue bounds the DTLS records that wait, in bytes.
const dtlsQueue = 32 << 10

// NewAgent makes an agent for the other side of an offer.
func (h *Host) NewAgent(remote Remote, events Events) (*Agent, error) {
	var tie [8]byte
	_, _ = rand.Read(tie[:]) // never fails (crypto/rand)
	a := &Agent{
		host: h, events: events, remote: remote, tie: binary.BigEndian.Uint64(tie[:]),
		in: packetio.NewBuffer(), allowed: rate.NewLimiter(rtcpRate, rtcpBurst),
	}
	a.in.SetLimitSize(dtlsQueue)
	a.ctx, a.stop = context.WithCancel(h.ctx)
	a.credentials[0] = newCredentials(remote)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	h.ufrags[a.credentials[0].ufrag] = a
	h.agents[a] = struct{}{}
	return a, nil
}

// newCredentials are 64 and 192 bits (RFC 8445 section 5.3 wants 24 and 128).
func newCredentials(r Remote) credentials {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return credentials{hex.EncodeToString(b[:8]), hex.EncodeToString(b[8:]), r.Ufrag, r.Pwd}
}

// Credentials are ours, for the answer.
func (a *Agent) Credentials() (ufrag, pwd string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.credentials[0].ufrag, a.credentials[0].pwd
}

// Restart takes new credentials of the other side and makes new ones of ours
// (RFC 8445 section 9). Media goes on as before until the other side has found
// its new way.
func (a *Agent) Restart(ufrag, pwd string) {
	h := a.host
	h.mu.Lock()
	defer h.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(h.ufrags, a.credentials[1].ufrag)
	a.remote.Ufrag, a.remote.Pwd = ufrag, pwd
	a.credentials[1], a.credentials[0] = a.credentials[0], newCredentials(a.remote)
	if a.ctx.Err() == nil {
		h.ufrags[a.credentials[0].ufrag] = a
	}
	a.nominated = nil
}

// tick renews the consent, or ends the agent when it has run out.
func (a *Agent) tick(now time.Time) {
	r := a.active.Load()
	if r == nil {
		return
	}
	if !r.consented(now) {
		a.host.counters.consentsLost.Add(1)
		a.end(ErrConsent)
		return
	}
	a.mu.Lock()
	due := now.After(a.due)
	if due {
		a.due = now.Add(jittered(min(consentRetry, a.host.o.Consent/6)))
	}
	a.mu.Unlock()
	if due {
		a.check(r, now)
	}
}

// jittered is d times 0.8 to 1.2.
func jittered(d time.Duration) time.Duration {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return d*8/10 + d*4/10*time.Duration(binary.BigEndian.Uint16(b[:]))/65536
}

// end ends the agent for a reason, which is told.
func (a *Agent) end(reason error) {
	a.once.Do(func() {
		a.shut()
		a.events.Ended(reason)
	})
}

// Close ends the agent without telling. It does not wait; see Wait.
func (a *Agent) Close() { a.once.Do(a.shut) }

// Wait waits until nothing of the agent runs any more.
func (a *Agent) Wait() { a.wg.Wait() }

// shut takes the agent off the host.
func (a *Agent) shut() {
	h := a.host
	h.mu.Lock()
	a.mu.Lock()
	a.stop()
	delete(h.agents, a)
	for _, c := range a.credentials {
		if h.ufrags[c.ufrag] == a {
			delete(h.ufrags, c.ufrag)
		}
	}
	for _, r := range a.routes {
		a.forget(r)
	}
	started := a.started
	a.mu.Unlock()
	h.mu.Unlock()
	if !started {
		a.hangUp()
	}
}

// hangUp lets go of what the handshake's goroutine says goodbye by.
func (a *Agent) hangUp() {
	_ = a.in.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.routes {
		if r.tcp != nil {
			r.tcp.finish()
		}
	}
}
