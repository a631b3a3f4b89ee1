package lean

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// identity is one certificate for all viewers of the process: making one costs
// more than a connection.
var identity = sync.OnceValues(newIdentity)

func newIdentity() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, err
}

func fingerprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	var b strings.Builder
	for i, x := range sum {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", x)
	}
	return b.String()
}

// Payload types of the offer.
const (
	payloadH264 = 102
	payloadRTX  = 103
)

// offer is what a browser would send that wants to see H.264.
func offer(ufrag, pwd, print string) string {
	lines := []string{
		"v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
		fmt.Sprintf("m=video 9 UDP/TLS/RTP/SAVPF %d %d", payloadH264, payloadRTX), "c=IN IP4 0.0.0.0",
		"a=ice-ufrag:" + ufrag, "a=ice-pwd:" + pwd, "a=fingerprint:sha-256 " + print, "a=setup:actpass",
		"a=mid:0", "a=recvonly", "a=rtcp-mux", "a=rtcp-rsize",
		fmt.Sprintf("a=rtpmap:%d H264/90000", payloadH264),
		fmt.Sprintf("a=fmtp:%d level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", payloadH264),
		fmt.Sprintf("a=rtcp-fb:%d nack", payloadH264), fmt.Sprintf("a=rtcp-fb:%d nack pli", payloadH264),
		fmt.Sprintf("a=rtpmap:%d rtx/90000", payloadRTX), fmt.Sprintf("a=fmtp:%d apt=%d", payloadRTX, payloadH264),
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// answer is what is needed of one.
type answer struct {
	ufrag, pwd, print string
	active            bool // the other side is the DTLS client
	to                *net.UDPAddr
	payload           int // type of the picture
}

func readAnswer(text string) (*answer, error) {
	a := &answer{payload: payloadH264}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch key, value, _ := strings.Cut(line, ":"); key {
		case "a=ice-ufrag":
			a.ufrag = value
		case "a=ice-pwd":
			a.pwd = value
		case "a=fingerprint":
			a.print = strings.TrimPrefix(value, "sha-256 ")
		case "a=setup":
			a.active = value == "active"
		case "a=candidate":
			f := strings.Fields(value)
			if len(f) < 6 || !strings.EqualFold(f[2], "udp") || a.to != nil {
				continue
			}
			port, err := strconv.Atoi(f[5])
			if ip := net.ParseIP(f[4]).To4(); ip != nil && err == nil {
				a.to = &net.UDPAddr{IP: ip, Port: port}
			}
		}
	}
	if a.ufrag == "" || a.pwd == "" || a.print == "" || a.to == nil {
		return nil, fmt.Errorf("the answer lacks what a viewer needs:\n%s", text)
	}
	return a, nil
}

func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
