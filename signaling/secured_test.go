package signaling_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"avhub/signaling"
	"avhub/signaling/certs"
)

// newSecureHub starts a hub with an authority of its own, and returns what a
// client needs that has installed it.
func newSecureHub(t *testing.T) (*hub, *http.Client) {
	t.Helper()
	keeper, err := certs.Open(certs.Options{
		Mode: certs.SelfSigned, Dir: t.TempDir(), Names: []string{"hub.court.internal"},
		Interfaces: func() ([]string, []netip.Addr, error) { return []string{"hub"}, nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := newHubWith(t, variation{options: func(o *signaling.Options) { o.Certs, o.ThisMachine = keeper, false }}, push)
	h.url = strings.Replace(h.url, "http:", "https:", 1)
	pem, _ := keeper.CA()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in it")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return h, &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// reads makes a reader of answers.
func reads(t *testing.T) func(*http.Response, error) (*http.Response, string) {
	return func(r *http.Response, err error) (*http.Response, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r, string(text)
	}
}

func TestWithTLSTheHubServesOtherMachinesToo(t *testing.T) {
	t.Parallel()
	h, client := newSecureHub(t)
	read := reads(t)
	h.court.user("wang")
	r, text := read(client.Post(h.url+"/api/v1/login", "application/json", strings.NewReader(`{"name":"wang","password":"`+goodPassword+`"}`)))
	if r.StatusCode != http.StatusOK {
		t.Fatal(r.Status, text)
	}
	if r.ProtoMajor != 2 || r.TLS.Version < tls.VersionTLS12 {
		t.Errorf("HTTP/%d over TLS %x", r.ProtoMajor, r.TLS.Version)
	}
	if got := r.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("HSTS: %q", got)
	}
	for _, c := range r.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie: %v", c)
		}
	}
	q, err := http.NewRequest("GET", h.url+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Host = "hub.court.internal"
	if r, text := read(client.Do(q)); r.StatusCode != http.StatusOK {
		t.Errorf("under its own name: %d %s", r.StatusCode, text)
	}

	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: client.Transport.(*http.Transport).TLSClientConfig.RootCAs}}
	ws, answer, err := dialer.Dial(strings.Replace(h.url, "https:", "wss:", 1)+"/api/v1/events", http.Header{"Authorization": {"Bearer " + h.boss}})
	if err != nil {
		t.Fatal(err, answer)
	}
	_ = ws.Close()
}

// Who speaks in the clear on the port of TLS: people are sent on, programs are not.
func TestPlainHTTPIsSentToTLS(t *testing.T) {
	t.Parallel()
	h, _ := newSecureHub(t)
	addr := strings.TrimPrefix(h.url, "https://")
	for name, c := range map[string]struct {
		request, location string
		status            int
	}{
		"a person":              {"GET /audit?x=1 HTTP/1.1\r\nHost: hub.court:8080\r\nAccept: text/html,*/*\r\n\r\n", "https://hub.court:8080/audit?x=1", 308},
		"an address":            {"GET / HTTP/1.1\r\nHost: 10.0.0.5:8080\r\nAccept: text/html\r\n\r\n", "https://10.0.0.5:8080/", 308},
		"a program":             {"GET /api/v1/me HTTP/1.1\r\nHost: hub\r\nAccept: application/json\r\n\r\n", "", 400},
		"a program with secret": {"GET / HTTP/1.1\r\nHost: hub\r\nAccept: text/html\r\nAuthorization: Bearer avt_x\r\n\r\n", "", 400},
		"a form":                {"POST /api/v1/login HTTP/1.1\r\nHost: hub\r\nAccept: text/html\r\nContent-Length: 4\r\n\r\n{\"a\"", "", 400},
		"no host":               {"GET / HTTP/1.0\r\nAccept: text/html\r\n\r\n", "", 400},
		"a host with a path":    {"GET / HTTP/1.1\r\nHost: evil.example/x\r\nAccept: text/html\r\n\r\n", "", 400},
		"a host with a user":    {"GET / HTTP/1.1\r\nHost: hub@evil.example\r\nAccept: text/html\r\n\r\n", "", 400},
		"another site's path":   {"GET //evil.example/ HTTP/1.1\r\nHost: hub\r\nAccept: text/html\r\n\r\n", "https://hub//evil.example/", 308},
	} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprint(conn, c.request)
		r, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		if r.StatusCode != c.status || r.Header.Get("Location") != c.location || r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %q, want %d %q", name, r.StatusCode, r.Header.Get("Location"), c.status, c.location)
		}
		_ = conn.Close()
	}
}

// Half a handshake, half a request and nonsense: closed within the time for headers.
func TestHalfAHandshakeDoesNotStay(t *testing.T) {
	t.Parallel()
	h, client := newSecureHub(t)
	addr := strings.TrimPrefix(h.url, "https://")
	var wg sync.WaitGroup
	for _, begins := range []string{"", "\x16", "\x16\x03\x01\x02\x00\x01", "GET / HTTP/1.1\r\nHost: hub\r\nX: ", "nonsense\x00\xff\r\n\r\n", "GET /" + strings.Repeat("x", 1<<20)} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(15 * time.Second))
		wg.Go(func() { _, _ = io.WriteString(conn, begins) })
		wg.Go(func() {
			if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("%.20q: %v", begins, err)
			}
			_ = conn.Close()
		})
	}
	wg.Wait()
	if r, _ := reads(t)(client.Get(h.url + "/healthz")); r.StatusCode != http.StatusOK {
		t.Error(r.Status)
	}
}

// The authority is there for everybody to install, with the same fingerprint
// everywhere and none of its secrets.
func TestTheAuthorityIsGivenOut(t *testing.T) {
	t.Parallel()
	h, client := newSecureHub(t)
	read := reads(t)
	r, text := read(client.Get(h.url + "/api/v1/authority"))
	var a signaling.Authority
	if err := json.Unmarshal([]byte(text), &a); err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(r.Status, err, text)
	}
	r, der := read(client.Get(h.url + a.DER))
	if r.Header.Get("Content-Type") != "application/x-x509-ca-cert" || !strings.Contains(r.Header.Get("Content-Disposition"), "avhub-ca.cer") {
		t.Errorf("%v", r.Header)
	}
	if got := certs.Fingerprint([]byte(der)); got != a.Fingerprint {
		t.Errorf("fingerprint %s, not %s", got, a.Fingerprint)
	}
	_, pem := read(client.Get(h.url + a.PEM))
	if !strings.HasPrefix(pem, "-----BEGIN CERTIFICATE-----") || strings.Contains(pem+text, "PRIVATE") {
		t.Errorf("%s", pem)
	}
	ca, err := x509.ParseCertificate([]byte(der))
	if err != nil || !ca.IsCA || !bytes.Contains([]byte(strings.Join(a.Names, " ")), []byte("hub.court.internal")) {
		t.Errorf("%v %v", err, a.Names)
	}
	platforms := map[string]bool{}
	for _, g := range a.Guides {
		platforms[g.Platform] = len(g.Steps) > 2 && g.Title.ZH != "" && g.Title.EN != ""
	}
	for _, p := range []string{"windows", "macos", "ios", "android", "linux", "firefox"} {
		if !platforms[p] {
			t.Errorf("no guide for %s", p)
		}
	}
	_, text = read(client.Get(h.url + "/api/v1/door"))
	if !strings.Contains(text, `"ca":true`) {
		t.Errorf("the door does not tell of it: %s", text)
	}
	plain := newHub(t)
	for _, path := range []string{"/api/v1/authority", "/avhub-ca.cer", "/avhub-ca.pem"} {
		if a := plain.ask(t, "GET", path, ""); a.StatusCode != http.StatusNotFound || a.problem(t).Code != "no_authority" {
			t.Errorf("without TLS, %s: %d", path, a.StatusCode)
		}
	}
}
