package light

import (
	"net/netip"
	"time"

	"github.com/pion/stun/v4"
)

// request answers a check of the other side. A check that is authentic makes a
// route; the route is used once it has answered a check of ours.
func (a *Agent) request(m *stun.Message, theirs string, from netip.AddrPort, tcp *tcpConn) {
	c, newest, ok := a.authenticate(m, theirs)
	if !ok || a.ctx.Err() != nil {
		a.host.counters.unauthentic.Add(1)
		return
	}
	reply, err := success(m, from, c.pwd)
	if sameRole(m) {
		reply, err = conflict(m, c.pwd)
	}
	if err != nil {
		return
	}
	if sameRole(m) {
		a.reply(reply, from, tcp)
		return
	}
	now := time.Now()
	r := a.route(from, tcp, now)
	if r == nil {
		a.host.counters.limited.Add(1)
		return
	}
	_ = r.write(reply) // it asks again if this is lost
	r.heard.Store(now.UnixNano())
	if useCandidate(m) && newest {
		a.nominate(r, now)
	}
	if !r.consented(now) && now.UnixNano()-r.checked.Load() > int64(50*time.Millisecond) {
		a.check(r, now)
	}
	a.start()
}

// reply sends without making a route.
func (a *Agent) reply(b []byte, to netip.AddrPort, tcp *tcpConn) {
	if tcp != nil {
		_ = tcp.write(b) // it asks again if this is lost
		return
	}
	_, _ = a.host.o.UDP.WriteToAddrPort(b, to) // likewise
}

// authenticate finds the credentials that a check was made with.
func (a *Agent) authenticate(m *stun.Message, theirs string) (c credentials, newest, ok bool) {
	ours, _, _ := userName(m)
	a.mu.Lock()
	all := a.credentials
	a.mu.Unlock()
	for i, c := range all {
		if c.ufrag == ours && c.theirUfrag == theirs && authentic(m, c.pwd) {
			return c, i == 0, true
		}
	}
	return credentials{}, false, false
}

// nominate makes a route the one to use, as soon as it has answered.
func (a *Agent) nominate(r *route, now time.Time) {
	a.mu.Lock()
	a.nominated = r
	a.mu.Unlock()
	if r.consented(now) {
		a.activate(r)
	}
}

// check asks whether the other side wants to be sent to at a route.
func (a *Agent) check(r *route, now time.Time) {
	a.mu.Lock()
	c := a.credentials[0]
	a.mu.Unlock()
	id, b, err := check(c.theirUfrag+":"+c.ufrag, c.theirPwd, a.tie)
	if err != nil {
		return
	}
	r.checked.Store(now.UnixNano())
	a.host.mu.Lock()
	a.host.checks[id] = r
	a.host.mu.Unlock()
	_ = r.write(b) // the next one follows
}

// answered takes the answer to a check of ours.
func (a *Agent) answered(r *route, m *stun.Message) {
	a.mu.Lock()
	all := a.credentials
	a.mu.Unlock()
	if !authentic(m, all[0].theirPwd) && (all[1].theirPwd == "" || !authentic(m, all[1].theirPwd)) {
		a.host.counters.unauthentic.Add(1)
		return
	}
	if m.Type.Class != stun.ClassSuccessResponse {
		return // it does not want to be sent to: consent runs out
	}
	a.host.counters.consents.Add(1)
	now := time.Now()
	r.consent.Store(now.UnixNano())
	a.host.mu.Lock()
	if r.tcp == nil && a.ctx.Err() == nil {
		a.host.addrs[r.addr] = a
	}
	a.host.mu.Unlock()
	a.mu.Lock()
	nominated := a.nominated == r
	if r == a.active.Load() {
		a.due = now.Add(jittered(min(consentEvery, a.host.o.Consent/6)))
	}
	a.mu.Unlock()
	if nominated {
		a.activate(r)
	}
}

// activate sends media by a route from now on. The old credentials have done
// their duty then.
func (a *Agent) activate(r *route) {
	if a.active.Swap(r) == r {
		return
	}
	h := a.host
	h.mu.Lock()
	a.mu.Lock()
	if old := a.credentials[1].ufrag; old != "" {
		delete(h.ufrags, old)
		a.credentials[1] = credentials{}
	}
	a.due = time.Now().Add(jittered(min(consentEvery, a.host.o.Consent/6)))
	a.mu.Unlock()
	h.mu.Unlock()
	a.ready()
}

// ready tells once that media can flow.
func (a *Agent) ready() {
	a.mu.Lock()
	now := a.keys.Load() != nil && a.active.Load() != nil && !a.connected && a.ctx.Err() == nil
	a.connected = a.connected || now
	a.mu.Unlock()
	if now {
		a.events.Connected()
	}
}
