package lean

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v5/packetio"
)

// Options say what to watch.
type Options struct {
	// URL of the WHEP endpoint, with its query; a token stands in it as a password would.
	URL string
	// OnPicture, if set, sees the last packet's payload of each picture, and when
	// it came. The payload is not kept.
	OnPicture func(payload []byte, at time.Time)
	// From is the address that the offer is sent from, if not the machine's choice:
	// a hub takes so many offers a second from each.
	From net.IP
	// Lose, if set, tells which of the packets that come are taken for lost.
	Lose func() bool

	Silent bool // sends no reports and asks for nothing
	// Exchange, if set, takes the offer to whoever answers it, in place of WHEP.
	Exchange func(offer string) (answer string, err error)
	// What a browser would not do, for tests of those who serve it.
	OnlySHA1      bool        // AES_CM_128_HMAC_SHA1_80 alone, as old clients
	OtherIdentity bool        // another certificate than the offer names
	Deaf          atomic.Bool // answers no checks
}

// Viewer is a session.
type Viewer struct {
	Answered time.Duration // from the offer's sending to the answer
	Resource string        // of WHEP

	o      *Options
	sock   atomic.Pointer[socket]
	ours   credentials
	theirs *answer

	records  *packetio.Buffer
	conn     *dtls.Conn
	in, out  *srtp.Context
	ready    atomic.Bool
	keyframe chan struct{}
	found    bool
	stream   reception

	closed chan struct{}
	once   sync.Once
	wg     sync.WaitGroup
	outMu  sync.Mutex
	taking sync.Mutex
	early  []arrival // guarded by taking
}

type credentials struct{ ufrag, pwd string }

const connectLimit = 20 * time.Second

// Watch joins and returns when media can flow.
func Watch(ctx context.Context, o *Options) (*Viewer, error) {
	v := &Viewer{o: o, ours: credentials{secret(4), secret(16)}, records: packetio.NewBuffer(), keyframe: make(chan struct{}), closed: make(chan struct{})}
	cert, err := identity()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	text, err := v.post(ctx, offer(v.ours.ufrag, v.ours.pwd, fingerprint(cert.Certificate[0])))
	if err != nil {
		return nil, err
	}
	v.Answered = time.Since(began)
	if v.theirs, err = readAnswer(text); err != nil {
		return nil, err
	}
	if err := v.Rebind(); err != nil {
		return nil, err
	}
	v.wg.Go(v.keep)
	if err := v.handshake(ctx); err != nil {
		v.Vanish()
		return nil, err
	}
	return v, nil
}

// Rebind goes on from another address, as after a change of networks.
func (v *Viewer) Rebind() error {
	s, err := dial(v.theirs.to)
	if err != nil {
		return err
	}
	if old := v.sock.Swap(s); old != nil {
		_ = old.Close()
	}
	v.wg.Go(func() { v.read(s) })
	v.check()
	return nil
}

// post sends the offer.
func (v *Viewer) post(ctx context.Context, text string) (string, error) {
	if v.o.Exchange != nil {
		return v.o.Exchange(text)
	}
	r, err := v.request(ctx, http.MethodPost, v.o.URL, text)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/sdp")
	answer, err := client(v.o.From).Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("WHEP: %d: %s", answer.StatusCode, body)
	}
	if at, err := r.URL.Parse(answer.Header.Get("Location")); err == nil {
		v.Resource = at.String()
	}
	return string(body), nil
}

// client asks from an address of its own.
func client(from net.IP) *http.Client {
	if from == nil {
		return http.DefaultClient
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	return &http.Client{Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true}}
}

func (v *Viewer) request(ctx context.Context, method, address, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token, ok := r.URL.User.Password(); ok {
		r.URL.User = nil
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r, nil
}

// handshake does DTLS in the role that the answer leaves.
func (v *Viewer) handshake(ctx context.Context) error {
	cert, err := identity()
	if err != nil {
		return err
	}
	verify := func(raw [][]byte, _ [][]*x509.Certificate) error {
		if len(raw) == 0 || subtle.ConstantTimeCompare([]byte(fingerprint(raw[0])), []byte(strings.ToUpper(v.theirs.print))) != 1 {
			return errors.New("the certificate is not the answer's")
		}
		return nil
	}
	profiles := []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}
	if v.o.OnlySHA1 {
		profiles = profiles[1:]
	}
	if v.o.OtherIdentity {
		if cert, err = newIdentity(); err != nil {
			return err
		}
	}
	shared := []dtls.Option{
		dtls.WithCertificates(cert), dtls.WithInsecureSkipVerify(true), dtls.WithVerifyPeerCertificate(verify),
		dtls.WithSRTPProtectionProfiles(profiles...),
		dtls.WithFlightInterval(300 * time.Millisecond),
		dtls.WithLoggerFactory(&logging.DefaultLoggerFactory{Writer: io.Discard}),
	}
	if v.theirs.active {
		options := []dtls.ServerOption{dtls.WithClientAuth(dtls.RequireAnyClientCert), dtls.WithInsecureSkipVerifyHello(true)}
		for _, o := range shared {
			options = append(options, o)
		}
		v.conn, err = dtls.ServerWithOptions(records{v}, v.theirs.to, options...)
	} else {
		var options []dtls.ClientOption
		for _, o := range shared {
			options = append(options, o)
		}
		v.conn, err = dtls.ClientWithOptions(records{v}, v.theirs.to, options...)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	if err := v.conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("DTLS: %w", err)
	}
	return v.agree(!v.theirs.active)
}

// agree makes the keys.
func (v *Viewer) agree(client bool) error {
	profile, _ := v.conn.SelectedSRTPProtectionProfile()
	c := srtp.Config{Profile: srtp.ProtectionProfileAes128CmHmacSha1_80}
	if profile == dtls.SRTP_AEAD_AES_128_GCM {
		c.Profile = srtp.ProtectionProfileAeadAes128Gcm
	}
	state, ok := v.conn.ConnectionState()
	if !ok {
		return errors.New("DTLS has no state")
	}
	err := c.ExtractSessionKeysFromDTLS(&state, client)
	if err != nil {
		return err
	}
	if v.in, err = srtp.CreateContext(c.Keys.RemoteMasterKey, c.Keys.RemoteMasterSalt, c.Profile); err != nil {
		return err
	}
	if v.out, err = srtp.CreateContext(c.Keys.LocalMasterKey, c.Keys.LocalMasterSalt, c.Profile); err != nil {
		return err
	}
	v.begin()
	return nil
}

// records are the DTLS records as a net.PacketConn.
type records struct{ *Viewer }

func (p records) ReadFrom(b []byte) (int, net.Addr, error) {
	n, _, err := p.Viewer.records.Read(b, nil)
	return n, p.theirs.to, err
}
func (p records) WriteTo(b []byte, _ net.Addr) (int, error) { return p.sock.Load().Write(b) }
func (p records) LocalAddr() net.Addr                       { return p.sock.Load().LocalAddr() }
func (p records) Close() error                              { return p.Viewer.records.Close() }
func (p records) SetDeadline(t time.Time) error             { return p.Viewer.records.SetReadDeadline(t) }
func (p records) SetReadDeadline(t time.Time) error         { return p.Viewer.records.SetReadDeadline(t) }
func (p records) SetWriteDeadline(time.Time) error          { return nil }

// Keyframe is closed when a whole keyframe has arrived.
func (v *Viewer) Keyframe() <-chan struct{} { return v.keyframe }

// Vanish ends without a word to the hub's door.
func (v *Viewer) Vanish() {
	v.once.Do(func() {
		close(v.closed)
		if v.conn != nil {
			_ = v.conn.Close() // says goodbye by DTLS; there is nobody to tell
		}
		_ = v.records.Close()
		_ = v.sock.Load().Close()
	})
	v.wg.Wait()
}
