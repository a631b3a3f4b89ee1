package archive

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// stallLimit is how long a connection to the store may stand still. A slow store is
// waited for, one that hangs is not.
const stallLimit = 60 * time.Second

// newTransport makes connections that break when nothing moves on them.
func newTransport(secure bool, ca string) (*http.Transport, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &stallConn{Conn: c}, nil
		},
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       stallLimit / 2,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 2 * stallLimit,
		ExpectContinueTimeout: 5 * time.Second,
		DisableCompression:    true, // what is stored is compared
	}
	if !secure {
		return t, nil
	}
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if ca == "" {
		return t, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("archive.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("archive.ca: %s holds no certificate in PEM", ca)
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// stallConn ends when neither direction has moved for stallLimit.
type stallConn struct{ net.Conn }

func (c *stallConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(2 * stallLimit)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write moves the deadline of a read that waits for the answer as well.
func (c *stallConn) Write(p []byte) (int, error) {
	now := time.Now()
	if err := c.SetDeadline(now.Add(2 * stallLimit)); err != nil {
		return 0, err
	}
	if err := c.SetWriteDeadline(now.Add(stallLimit)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
