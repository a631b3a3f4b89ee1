package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Options of a provider.
type Options struct {
	Issuer       string // https://sso.court.example/realms/court
	ClientID     string
	ClientSecret string   // empty: a public client
	Scopes       []string // beside openid
	// Claim is where the provider keeps a person's roles or groups: a name, or
	// names with dots between for what lies deeper ("realm_access.roles").
	Claim string
	CA    string // PEM file of the authority that signs the provider's certificate; empty: the system's
	Now   func() time.Time
}

// Limits of what the provider is waited for and read of.
const (
	askLimit   = 10 * time.Second
	maxAnswer  = 1 << 20
	retryAfter = 2 * time.Second // a provider that was away is not asked again before
)

// Provider is the court's identity provider. Its methods may be called at once.
type Provider struct {
	o      Options
	client *http.Client

	mu     sync.Mutex
	found  *discovered
	err    error
	failed time.Time
}

// discovered is what the provider says of itself.
type discovered struct {
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	metadata
}

// metadata of OpenID Connect Discovery 1.0 section 3, RFC 8414 and RFC 9207.
type metadata struct {
	UserInfo    string   `json:"userinfo_endpoint"`
	EndSession  string   `json:"end_session_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	SaysIssuer  bool     `json:"authorization_response_iss_parameter_supported"`
	Keys        string   `json:"jwks_uri"`
	Algorithms  []string `json:"id_token_signing_alg_values_supported"`
}

// methods by which a provider may sign: those whose key it alone has.
var methods = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// New prepares a provider. It asks nothing over the network.
func New(o Options) (*Provider, error) {
	if o.Issuer == "" || o.ClientID == "" {
		return nil, errors.New("oidc: issuer and client_id are needed")
	}
	if err := safe(o.Issuer); err != nil {
		return nil, fmt.Errorf("oidc: issuer: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.IdleConnTimeout = 4, 30*time.Second
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("oidc: ca: %w", err)
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("oidc: ca: %s holds no certificate in PEM", o.CA)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &Provider{o: o, client: &http.Client{
		Transport: bounded{transport}, Timeout: askLimit,
		// What is sent to the provider goes nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Close lets go of idle connections.
func (p *Provider) Close() error {
	p.client.CloseIdleConnections()
	return nil
}

// bounded reads so much of an answer and no more.
type bounded struct{ *http.Transport }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := b.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	a.Body = http.MaxBytesReader(nil, a.Body, maxAnswer)
	return a, nil
}

var _ io.Closer = (*Provider)(nil)

// safe says whether secrets may be sent to an address.
func safe(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return errors.New("it is no address: write https://host/path")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && local(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%s://%s is not protected by TLS: write https://", u.Scheme, u.Host)
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Look asks the provider about itself, as the first log-in would.
func (p *Provider) Look(ctx context.Context) error {
	_, err := p.discover(ctx)
	return err
}

// discover asks the provider about itself, once. One that was away is asked
// again later.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.err != nil && p.o.Now().Sub(p.failed) < retryAfter {
		return nil, p.err
	}
	d, err := p.ask(ctx)
	if err != nil {
		p.err, p.failed = &Error{Unavailable, fmt.Errorf("oidc: %s: %w", p.o.Issuer, err)}, p.o.Now()
		return nil, p.err
	}
	p.found, p.err = d, nil
	return d, nil
}

func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), p.client) // who asked first may have gone
	provider, err := oidc.NewProvider(ctx, p.o.Issuer)
	if err != nil {
		return nil, err
	}
	d := &discovered{provider: provider}
	if err := provider.Claims(&d.metadata); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	for name, address := range map[string]string{
		"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": d.Keys,
		"userinfo_endpoint": d.UserInfo, "end_session_endpoint": d.EndSession,
	} {
		if optional := name == "userinfo_endpoint" || name == "end_session_endpoint"; optional && address == "" {
			continue
		}
		if err := safe(address); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(d.Algorithms) > 0 && !slices.ContainsFunc(d.Algorithms, func(a string) bool { return slices.Contains(methods, a) }) {
		return nil, fmt.Errorf("it signs by %s only, and the hub takes signatures whose key the provider alone has, such as RS256: change it there", strings.Join(d.Algorithms, ", "))
	}
	endpoint.AuthStyle = p.style(d.AuthMethods)
	d.verifier = provider.VerifierContext(ctx, &oidc.Config{ClientID: p.o.ClientID, Now: p.o.Now})
	d.oauth = oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: endpoint, Scopes: append([]string{oidc.ScopeOpenID}, p.o.Scopes...)}
	return d, nil
}

// style is how the client shows its secret. It must be right at once: a second
// try would find the code used up.
func (p *Provider) style(offered []string) oauth2.AuthStyle {
	if p.o.ClientSecret != "" && (len(offered) == 0 || slices.Contains(offered, "client_secret_basic")) {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}
