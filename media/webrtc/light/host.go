package light

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/logging"

	"avhub/media/egress/udpout"
)

// Conn is the shared UDP port: reading is the host's, writing is everybody's.
type Conn interface {
	net.PacketConn
	ReadFromAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToAddrPort(b []byte, to netip.AddrPort) (int, error)
}

// Options of a host.
type Options struct {
	UDP         Conn
	Out         *udpout.Socket // the same port
	TCP         net.Listener   // may be nil
	Certificate tls.Certificate
	Log         *slog.Logger
	Loggers     logging.LoggerFactory // for DTLS
	// Consent is how long a viewer may be sent to after it has last answered, 0
	// means 30 s, which RFC 7675 allows at most.
	Consent time.Duration
}

// tickEvery is how often it is looked whose consent is due or has run out.
const tickEvery = 250 * time.Millisecond

// Host owns the ports' incoming side.
type Host struct {
	o        Options
	listener *leftover
	counters counters

	mu      sync.RWMutex
	ufrags  map[string]*Agent // by ours
	addrs   map[netip.AddrPort]*Agent
	checks  map[transaction]*route // ours, not answered yet
	agents  map[*Agent]struct{}
	closed  bool
	ctx     context.Context
	stop    context.CancelFunc
	wg      sync.WaitGroup
	strange chan struct{} // TCP connections that have not said who they are
}

// NewHost takes over the ports; Close gives back all but UDP.
func NewHost(o Options) *Host {
	h := &Host{
		o: o, ufrags: map[string]*Agent{}, addrs: map[netip.AddrPort]*Agent{},
		checks: map[transaction]*route{}, agents: map[*Agent]struct{}{}, strange: make(chan struct{}, tcpStrangers),
	}
	if h.o.Consent == 0 {
		h.o.Consent = consentLasts
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	if o.TCP != nil {
		h.listener = newLeftover(o.TCP.Addr())
		h.wg.Go(h.accept)
	}
	h.wg.Go(h.tick)
	return h
}

// Listener accepts the TCP connections that are for no agent.
func (h *Host) Listener() net.Listener { return h.listener }

// Packets is the UDP port for the packets that are for no agent. Who reads from
// it keeps the agents going.
func (h *Host) Packets() Conn { return packets{h.o.UDP, h} }

// packets is the UDP port without what agents take.
type packets struct {
	Conn
	host *Host
}

func (p packets) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := p.Conn.ReadFromAddrPort(b)
		if err != nil {
			return n, from, err
		}
		if !p.host.handle(b[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), nil) {
			return n, from, nil
		}
	}
}

func (p packets) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := p.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(from), err
}

// handle takes a packet if it is for an agent. tcp is nil if it came by UDP.
func (h *Host) handle(b []byte, from netip.AddrPort, tcp *tcpConn) (taken bool) {
	switch kindOf(b) {
	case kindSTUN:
		return h.handleSTUN(b, from, tcp)
	case kindDTLS:
		if a := h.agentOf(from, tcp); a != nil {
			a.receiveDTLS(b, from, tcp)
			return true
		}
	case kindRTP:
		if a := h.agentOf(from, tcp); a != nil {
			a.receiveRTP(b)
			return true
		}
	default:
		h.counters.malformed.Add(1)
		return true
	}
	return false
}

// Kinds of packets, told by the first byte (RFC 7983, RFC 9443).
type kind uint8

const (
	kindNone kind = iota
	kindSTUN
	kindDTLS
	kindRTP
)

func kindOf(b []byte) kind {
	if len(b) == 0 {
		return kindNone
	}
	switch {
	case b[0] <= 3 && len(b) >= stunHeader:
		return kindSTUN
	case b[0] >= 20 && b[0] <= 63:
		return kindDTLS
	case b[0] >= 128 && b[0] <= 191:
		return kindRTP
	}
	return kindNone
}

// agentOf is whose packets come from there.
func (h *Host) agentOf(from netip.AddrPort, tcp *tcpConn) *Agent {
	if tcp != nil {
		return tcp.agent
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.addrs[from]
}

// tick looks after consent until the host is closed.
func (h *Host) tick() {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	var all []*Agent
	for {
		select {
		case <-h.ctx.Done():
			return
		case now := <-t.C:
			all = all[:0]
			h.mu.Lock()
			for a := range h.agents {
				all = append(all, a)
			}
			for id, r := range h.checks {
				if now.Sub(r.checkedAt()) > checkKept {
					delete(h.checks, id)
				}
			}
			h.mu.Unlock()
			for _, a := range all {
				a.tick(now)
			}
			clear(all)
		}
	}
}

// Close ends all agents and waits for what the host has started. Reading ends
// when the UDP port is closed.
func (h *Host) Close() error {
	h.mu.Lock()
	h.closed = true
	var all []*Agent
	for a := range h.agents {
		all = append(all, a)
	}
	h.mu.Unlock()
	for _, a := range all {
		a.Close()
	}
	h.stop()
	if h.listener != nil {
		_ = h.o.TCP.Close()
		_ = h.listener.Close()
	}
	h.wg.Wait()
	return nil
}
