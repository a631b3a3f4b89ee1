package light

import (
	"context"
	"crypto"
	_ "crypto/sha256" // of fingerprints
	_ "crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"

	"avhub/media/egress/seal"
)

// Of DTLS.
const (
	handshakeLimit = 20 * time.Second
	flightInterval = 250 * time.Millisecond // before what was not answered is repeated
	dtlsMTU        = 1200
)

// keys seal and open one session's packets.
type keys struct {
	sealer *seal.Sealer // of RTP; by the goroutine that calls Send
	rolls  []rolling
	seats  [4]rolling // for the first of them: sound, picture, and both again
	room   []byte     // for what leaves by TCP

	mu      sync.Mutex
	out, in *seal.Control // of RTCP
	note    []byte        // room for what leaves of it
}

// rolling is the roll-over counter of one SSRC.
type rolling struct {
	ssrc uint32
	seal.Rollover
}

// start begins the DTLS handshake, once.
func (a *Agent) start() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.started || a.ctx.Err() != nil {
		return
	}
	a.started = true
	a.wg.Go(a.converse)
}

// converse does the handshake. Listening is another goroutine's: this one's stack
// has grown by then.
func (a *Agent) converse() {
	conn, err := a.shakeHands()
	if err != nil {
		a.end(fmt.Errorf("DTLS: %w", err))
		if conn != nil {
			_ = conn.Close() // there is nobody to tell
		}
		a.hangUp()
		return
	}
	a.wg.Go(func() { a.listen(conn) })
	a.ready()
}

// shakeHands makes the session's keys.
func (a *Agent) shakeHands() (*dtls.Conn, error) {
	conn, err := dtls.ServerWithOptions(records{a}, records{a}.RemoteAddr(),
		dtls.WithCertificates(a.host.o.Certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequestExtendedMasterSecret),
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithInsecureSkipVerify(true), // the certificate is the fingerprint's
		dtls.WithVerifyPeerCertificate(a.verify),
		dtls.WithInsecureSkipVerifyHello(true), // ICE has shown that the address is real
		dtls.WithFlightInterval(flightInterval),
		dtls.WithMTU(dtlsMTU),
		dtls.WithLoggerFactory(a.host.o.Loggers),
	)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(a.ctx, handshakeLimit)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return conn, err
	}
	k, err := agreed(conn)
	if err == nil {
		a.keys.Store(k)
	}
	return conn, err
}

// listen waits for the goodbye of one of both sides.
func (a *Agent) listen(conn *dtls.Conn) {
	defer a.hangUp()
	stop := context.AfterFunc(a.ctx, func() { _ = conn.Close() }) // says goodbye, and ends the reading
	defer stop()
	buf := make([]byte, 64)
	for {
		// A viewer has nothing to say but goodbye; more is thrown away.
		if _, err := conn.Read(buf); err != nil && !errors.As(err, new(*dtls.TemporaryError)) {
			a.end(ErrGoodbye)
			_ = conn.Close()
			return
		}
	}
}

// verify compares the certificate with the offer's fingerprints (RFC 8122
// section 5): one of a hash that we know must match.
func (a *Agent) verify(raw [][]byte, _ [][]*x509.Certificate) error {
	if len(raw) == 0 {
		return errors.New("no certificate")
	}
	a.mu.Lock()
	prints := a.remote.Fingerprints
	a.mu.Unlock()
	for _, f := range prints {
		if f.matches(raw[0]) {
			return nil
		}
	}
	return errors.New("the certificate is not the one that the offer names")
}

// hashes are those that fingerprints are taken by; SHA-1 and MD5 do not tell
// certificates apart any more.
var hashes = map[string]crypto.Hash{"sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512}

// Known tells whether the fingerprint can be checked at all.
func (f Fingerprint) Known() bool { return hashes[strings.ToLower(f.Hash)] != 0 }

func (f Fingerprint) matches(certificate []byte) bool {
	if !f.Known() {
		return false
	}
	h := hashes[strings.ToLower(f.Hash)].New()
	h.Write(certificate)
	want, err := hex.DecodeString(strings.ReplaceAll(f.Value, ":", ""))
	return err == nil && subtle.ConstantTimeCompare(h.Sum(nil), want) == 1
}

// agreed makes the keys that DTLS has agreed on (RFC 5764 section 4.2).
func agreed(conn *dtls.Conn) (*keys, error) {
	profile, ok := conn.SelectedSRTPProtectionProfile()
	if !ok {
		return nil, errors.New("no SRTP profile in common (use_srtp, RFC 5764)")
	}
	var c srtp.Config
	own := seal.GCM
	switch profile {
	case dtls.SRTP_AEAD_AES_128_GCM:
		c.Profile = srtp.ProtectionProfileAeadAes128Gcm
	case dtls.SRTP_AES128_CM_HMAC_SHA1_80:
		c.Profile, own = srtp.ProtectionProfileAes128CmHmacSha1_80, seal.SHA1
	default:
		return nil, fmt.Errorf("SRTP profile %#x was not offered", profile)
	}
	state, ok := conn.ConnectionState()
	if !ok {
		return nil, errors.New("the connection has no state")
	}
	if err := c.ExtractSessionKeysFromDTLS(&state, false); err != nil {
		return nil, err
	}
	k := &keys{}
	var err error
	if k.sealer, err = seal.New(own, c.Keys.LocalMasterKey, c.Keys.LocalMasterSalt); err != nil {
		return nil, err
	}
	if k.out, err = seal.NewControl(own, c.Keys.LocalMasterKey, c.Keys.LocalMasterSalt); err != nil {
		return nil, err
	}
	k.in, err = seal.NewControl(own, c.Keys.RemoteMasterKey, c.Keys.RemoteMasterSalt)
	return k, err
}
