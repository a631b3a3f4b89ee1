package webrtc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/egress"
	"avhub/media/egress/udpout"
	"avhub/media/webrtc/light"
)

// Options of a server.
type Options struct {
	Listen    string   // one UDP port, and the same TCP port
	PublicIPs []string // addresses that browsers reach it under, if others than the machine's
	Log       *slog.Logger
	// MaxSessions bounds sessions, 0 means 5,000; Pending those of them that
	// are not connected yet, 0 means 1,000.
	MaxSessions, Pending int
	// PeerViewers has viewers too served over peer connections, which cost some
	// times as much: for comparison.
	PeerViewers bool
	// Consent is how long a viewer is sent to after it has last answered, 0 means
	// 30 s (RFC 7675).
	Consent time.Duration
}

// Times that a session is given.
const (
	connectLimit    = 15 * time.Second // from the answer to connected
	iceDisconnected = 5 * time.Second
	iceFailed       = 20 * time.Second // consent of RFC 7675 is at most 30 s
	iceKeepAlive    = 2 * time.Second
	tcpWriteBuffer  = 1 << 20 // for a viewer over ICE-TCP; what does not fit is dropped
	udpBuffer       = 4 << 20
)

// ErrBusy says that the server has all the sessions that it takes.
var ErrBusy = errors.New("too many sessions: try again in a moment")

// Server answers offers.
type Server struct {
	settings    pion.SettingEngine
	certificate pion.Certificate
	fingerprint string // of the certificate, by SHA-256
	log         *slog.Logger
	udp         *egress.Gatherer
	out         *udpout.Socket // the same port
	tcp         net.Listener
	host        *light.Host
	publicIPs   []string
	peerViewers bool
	udpMux      ice.UDPMux
	tcpMux      ice.TCPMux
	max, wait   int

	mu       sync.Mutex
	sessions map[string]*Session
	pending  int
	closed   bool
	wg       sync.WaitGroup // the sessions' goroutines
}

// NewServer opens the ports.
func NewServer(o Options) (*Server, error) {
	s := &Server{
		log: o.Log, max: o.MaxSessions, wait: o.Pending, sessions: map[string]*Session{},
		publicIPs: o.PublicIPs, peerViewers: o.PeerViewers,
	}
	if s.max == 0 {
		s.max = 5000
	}
	if s.wait == 0 {
		s.wait = 1000
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert, err := pion.GenerateCertificate(key)
	if err != nil {
		return nil, err
	}
	s.certificate = *cert
	prints, err := cert.GetFingerprints()
	if err != nil || len(prints) == 0 || prints[0].Algorithm != "sha-256" {
		return nil, fmt.Errorf("webrtc: fingerprint of the certificate: %w", err)
	}
	s.fingerprint = strings.ToUpper(prints[0].Value)
	if err := s.listen(o.Listen); err != nil {
		return nil, err
	}
	own, err := tlsCertificate(cert, key)
	if err != nil {
		return nil, err
	}
	s.host = light.NewHost(light.Options{
		UDP: s.udp, Out: s.out, TCP: s.tcp, Certificate: own, Log: s.log, Loggers: quietLoggers{s.log}, Consent: o.Consent,
	})
	s.configure(o)
	return s, nil
}

// tlsCertificate is the certificate as DTLS takes it.
func tlsCertificate(c *pion.Certificate, key *ecdsa.PrivateKey) (tls.Certificate, error) {
	text, err := c.PEM()
	if err != nil {
		return tls.Certificate{}, err
	}
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return tls.Certificate{}, errors.New("webrtc: the certificate cannot be written down")
		}
		if block.Type == "CERTIFICATE" {
			return tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: key}, nil
		}
	}
}

// listen opens one UDP port and the same TCP port; with port 0 it looks for a
// number that is free for both.
func (s *Server) listen(addr string) error {
	const tries = 20
	var err error
	for range tries {
		if s.tcp, err = net.Listen("tcp", addr); err != nil {
			return fmt.Errorf("webrtc: listen on tcp %s: %w: free the port or change webrtc.listen", addr, err)
		}
		var udp net.PacketConn
		if udp, err = net.ListenPacket("udp", s.tcp.Addr().String()); err == nil {
			s.udp = egress.NewGatherer(udp.(*net.UDPConn))
			if s.out, err = udpout.NewSocket(s.udp.UDPConn); err != nil {
				return err
			}
			break
		}
		_ = s.tcp.Close()
		if _, port, _ := net.SplitHostPort(addr); port != "0" {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("webrtc: listen on udp %s: %w: free the port or change webrtc.listen", addr, err)
	}
	// The kernel may give less; it says nothing then, and neither do we.
	_ = s.udp.SetReadBuffer(udpBuffer)
	_ = s.udp.SetWriteBuffer(udpout.SendBuffer)
	return nil
}

func (s *Server) configure(o Options) {
	quiet := quietLoggers{s.log}
	s.udpMux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: s.host.Packets(), Logger: quiet.NewLogger("ice")})
	s.tcpMux = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: s.host.Listener(), Logger: quiet.NewLogger("ice"), ReadBufferSize: 64, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: 10 * time.Second, AliveDurationForConnFromStun: 10 * time.Second,
	})
	e := &s.settings
	e.LoggerFactory = quiet
	e.SetLite(true)
	e.SetICEUDPMux(s.udpMux)
	e.SetICETCPMux(s.tcpMux)
	e.SetNetworkTypes([]pion.NetworkType{
		pion.NetworkTypeUDP4, pion.NetworkTypeUDP6, pion.NetworkTypeTCP4, pion.NetworkTypeTCP6,
	})
	e.SetIncludeLoopbackCandidate(true)
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.SetICETimeouts(iceDisconnected, iceFailed, iceKeepAlive)
	_ = e.SetAnsweringDTLSRole(pion.DTLSRoleServer) // fails for no other value than an unknown one
	e.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	if len(o.PublicIPs) > 0 {
		_ = e.SetICEAddressRewriteRules(pion.ICEAddressRewriteRule{
			External: o.PublicIPs, AsCandidateType: pion.ICECandidateTypeHost, Mode: pion.ICEAddressRewriteAppend,
		})
	}
}

// peer makes a peer connection that knows just the given codecs, and what makes senders
// for it.
func (s *Server) peer(codecs []pion.RTPCodecParameters, registry *interceptor.Registry, m *pion.MediaEngine) (*pion.PeerConnection, *pion.API, error) {
	if err := register(m, codecs); err != nil {
		return nil, nil, err
	}
	settings := s.settings
	settings.DisableMediaEngineCopy(true) // it is this connection's alone, and may learn of codecs later
	api := pion.NewAPI(pion.WithMediaEngine(m), pion.WithInterceptorRegistry(registry), pion.WithSettingEngine(settings))
	pc, err := api.NewPeerConnection(pion.Configuration{Certificates: []pion.Certificate{s.certificate}})
	return pc, api, err
}

// register makes codecs known to a connection's engine.
func register(m *pion.MediaEngine, codecs []pion.RTPCodecParameters) error {
	for _, c := range codecs {
		kind := pion.RTPCodecTypeAudio
		if isVideo(c.MimeType) {
			kind = pion.RTPCodecTypeVideo
		}
		if err := m.RegisterCodec(c, kind); err != nil {
			return fmt.Errorf("webrtc: codec %s: %w", c.MimeType, err)
		}
	}
	return nil
}

// Addr is the address of the UDP and TCP port.
func (s *Server) Addr() net.Addr { return s.udp.LocalAddr() }

// Session finds a session by its id, or nil.
func (s *Server) Session(id string) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.sessions[id]; x != nil && x.ctx.Err() == nil {
		return x
	}
	return nil // unknown, or ending
}

// Sent is what left by UDP over peer connections.
func (s *Server) Sent() egress.GathererStats { return s.udp.Stats() }

// SentLight is what left by UDP over the light transport.
func (s *Server) SentLight() udpout.Stats { return s.out.Stats() }

// Refused is what came for viewers and was not used.
func (s *Server) Refused() light.Stats { return s.host.Stats() }

// Sessions are all sessions.
func (s *Server) Sessions() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Session, 0, len(s.sessions))
	for _, x := range s.sessions {
		all = append(all, x)
	}
	return all
}

// reserve makes room for one more session, or says ErrBusy.
func (s *Server) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.sessions) >= s.max || s.pending >= s.wait {
		return ErrBusy
	}
	s.pending++
	return nil
}

func (s *Server) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending--
}

// Close ends all sessions, waits for them and closes the ports.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for _, x := range s.Sessions() {
		x.Close()
	}
	s.wg.Wait()
	return errors.Join(s.host.Close(), s.udpMux.Close(), s.tcpMux.Close(), ignoreClosed(s.udp.Close()), ignoreClosed(s.tcp.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
