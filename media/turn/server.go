package turn

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	pion "github.com/pion/turn/v5"
)

const (
	sweepEvery = time.Second
	udpBuffer  = 4 << 20
	secretSize = 32
)

// Server is the relay.
type Server struct {
	realm     string
	secret    []byte
	bind      netip.Addr
	publicIPs []netip.Addr
	limits    Limits
	log       *slog.Logger
	now       func() time.Time
	peers     *peers
	addresses *addresses

	port, tlsPort int // told instead of the own

	udp      *net.UDPConn
	tcp, tls net.Listener

	refused                    refusals
	opened, bytesUp, bytesDown atomic.Uint64

	mu       sync.Mutex
	sessions map[string]*session
	relays   map[*relay]struct{}
	byPort   map[relayAt]*relay
	clients  map[clientKey]*client
	streams  map[clientKey]*stream
	crowd    crowd // of streams
	closed   bool

	done chan struct{} // closed with it
	wg   sync.WaitGroup
}

// NewServer opens the ports.
func NewServer(o Options) (*Server, error) {
	s := &Server{
		port: o.Port, tlsPort: o.TLSPort, realm: o.Realm, secret: o.Secret, bind: o.Bind, publicIPs: o.PublicIPs, limits: o.Limits.withDefaults(), log: o.Log, now: o.Now,
		sessions: map[string]*session{}, relays: map[*relay]struct{}{}, byPort: map[relayAt]*relay{},
		clients: map[clientKey]*client{}, streams: map[clientKey]*stream{}, crowd: crowd{homes: map[netip.Prefix]*crowd{}}, done: make(chan struct{}),
	}
	if s.realm == "" {
		s.realm = "avhub"
	}
	if s.now == nil {
		s.now = time.Now
	}
	if len(s.secret) == 0 {
		s.secret = make([]byte, secretSize)
		_, _ = rand.Read(s.secret) // never fails (crypto/rand)
	}
	if o.Peers == nil {
		o.Peers = func() []netip.AddrPort { return nil }
	}
	s.peers = &peers{list: o.Peers, now: s.now}
	s.addresses = newAddresses(s.limits.Requests, s.limits.AllRequests)
	err := s.listen(o)
	if err == nil {
		err = s.start(o)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// listen opens the ports that are wanted. With port 0 a number is looked for
// that is free for UDP and TCP.
func (s *Server) listen(o Options) error {
	if o.Listen != "" {
		if err := s.listenBoth(o.Listen); err != nil {
			return fmt.Errorf("turn: listen on %s: %w: free the port or change webrtc.turn.listen", o.Listen, err)
		}
	}
	if o.TLSListen == "" {
		return nil
	}
	if o.TLS == nil {
		return errors.New("turn: webrtc.turn.tls_listen needs a certificate: set http.tls, or leave it out")
	}
	l, err := net.Listen("tcp", o.TLSListen)
	if err != nil {
		return fmt.Errorf("turn: listen on %s: %w: free the port or change webrtc.turn.tls_listen", o.TLSListen, err)
	}
	s.tls = l
	return nil
}

func (s *Server) listenBoth(addr string) error {
	const tries = 20
	var err error
	for range tries {
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err != nil {
			return err
		}
		var udp net.PacketConn
		if udp, err = net.ListenPacket("udp", l.Addr().String()); err == nil {
			s.tcp, s.udp = l, udp.(*net.UDPConn)
			_ = s.udp.SetReadBuffer(udpBuffer) // the kernel may give less
			return nil
		}
		_ = l.Close()
		if _, port, _ := net.SplitHostPort(addr); port != "0" {
			return err
		}
	}
	return err
}

// start has pion serve the ports.
func (s *Server) start(o Options) error {
	c := pion.ServerConfig{
		Realm: s.realm, LoggerFactory: quiet{s.log}, AuthHandler: s.authenticate,
		QuotaHandler: func(session, _ string, _ net.Addr) bool { return s.mayAllocate(session) },
		EventHandler: pion.EventHandler{
			OnAllocationCreated: s.allocated,
			OnAuth: func(_, _ net.Addr, _, _, _, _ string, good bool) {
				if !good {
					s.refused.credentials.Add(1)
				}
			},
		},
	}
	var doors []*door
	permission := func(_ net.Addr, ip net.IP) bool {
		if s.peers.hasAddr(ip) {
			return true
		}
		s.refused.peer.Add(1)
		return false
	}
	if s.udp != nil {
		f := &front{UDPConn: s.udp, server: s, port: localPort(s.udp.LocalAddr())}
		c.PacketConnConfigs = []pion.PacketConnConfig{{PacketConn: f, RelayAddressGenerator: relays{s}, PermissionHandler: permission}}
		doors = append(doors, s.newDoor(s.tcp, nil))
	}
	if s.tls != nil {
		doors = append(doors, s.newDoor(s.tls, o.TLS))
	}
	for _, d := range doors {
		c.ListenerConfigs = append(c.ListenerConfigs, pion.ListenerConfig{Listener: d, RelayAddressGenerator: relays{s}, PermissionHandler: permission})
	}
	// It ends with its ports: nothing of it needs to be kept.
	if _, err := pion.NewServer(c); err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	for _, d := range doors {
		s.wg.Go(d.run)
	}
	s.wg.Go(s.watch)
	return nil
}

// watch ends what is over.
func (s *Server) watch() {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.sweep(s.now())
		case <-s.done:
			return
		}
	}
}

// shown is the address of a relay that clients are told.
func (s *Server) shown(six bool) (netip.Addr, bool) {
	for _, a := range s.publicIPs {
		if a.Unmap().Is6() == six {
			return a.Unmap(), true
		}
	}
	if s.bind.IsValid() && !s.bind.IsUnspecified() && s.bind.Is6() == six {
		return s.bind, true
	}
	return s.peers.first(six)
}

// Addr is the address of the UDP and TCP port, TLSAddr that of TLS; nil: none.
func (s *Server) Addr() net.Addr {
	if s.tcp == nil {
		return nil
	}
	return s.tcp.Addr()
}

// TLSAddr is the address of the port for TLS; nil: none.
func (s *Server) TLSAddr() net.Addr {
	if s.tls == nil {
		return nil
	}
	return s.tls.Addr()
}

// Close ends everything that is relayed, waits for it and closes the ports.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	var open []*relay
	for r := range s.relays {
		open = append(open, r)
	}
	conns := make([]*stream, 0, len(s.streams))
	for _, x := range s.streams {
		conns = append(conns, x)
	}
	s.mu.Unlock()
	err := s.closePorts()
	for _, x := range conns {
		_ = x.raw.Close() // whoever reads from it ends it
	}
	closeAll(open)
	s.wg.Wait()
	return err
}

func (s *Server) closePorts() error {
	var err error
	if s.udp != nil {
		err = ignoreClosed(s.udp.Close())
	}
	for _, l := range []net.Listener{s.tcp, s.tls} {
		if l != nil {
			err = errors.Join(err, ignoreClosed(l.Close()))
		}
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
