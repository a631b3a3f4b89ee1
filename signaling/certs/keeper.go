package certs

import (
	"context"
	"crypto/tls"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Keeper keeps one certificate. Its methods may be called from any goroutine.
type Keeper struct {
	o      Options
	source source
	ca     *authority // nil: files
	seen   atomic.Pointer[sight]
}

// source is where certificates come from. It is asked by one goroutine at a time.
type source interface {
	// look says what to serve from now on. The current pair is nil at first;
	// only then may the answer be without one.
	look(now time.Time, current *pair) sight
}

// sight is what a look at the source found.
type sight struct {
	pair    *pair
	why     string   // why it is another pair than before
	outside []string // names of the machine that the CA may not sign for
	fault   error    // what somebody has to mend; nil if all is well
}

// Status is what there is to say about the certificate that is served.
type Status struct {
	Mode      Mode
	Subject   string    // as RFC 4514 writes it; O=avhub for the hub's own
	Names     []string  // DNS names, then IP addresses
	Outside   []string  // the machine's names and addresses that its CA may not sign for: browsers warn there
	NotBefore time.Time // UTC
	NotAfter  time.Time // UTC
	Fault     string    // what somebody has to mend; empty if all is well
}

// Open makes or reads the certificate. It fails if there is none to serve: the
// files cannot be used, or the CA's are damaged. A certificate that is expired
// or lacks a name is served, with a fault in its [Status]: a page with a warning
// is better than none.
func Open(o Options) (*Keeper, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	configured, err := parseNames(o.Names)
	if err != nil {
		return nil, err
	}
	k := &Keeper{o: o}
	switch o.Mode {
	case SelfSigned:
		s, err := openSelfSigned(o, configured)
		if err != nil {
			return nil, err
		}
		k.source, k.ca = s, s.ca
	case Files:
		k.source = &files{cert: o.CertFile, key: o.KeyFile, configured: configured}
	}
	first := k.source.look(o.Now(), nil)
	if first.pair == nil {
		return nil, first.fault
	}
	k.take(sight{}, first)
	return k, nil
}

// Run looks after the certificate until ctx ends; then it returns nil. It is
// called once.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(k.o.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			before := k.seen.Load()
			k.take(*before, k.source.look(k.o.Now(), before.pair))
		}
	}
}

// take puts what was found into use and logs what is new about it.
func (k *Keeper) take(before, now sight) {
	k.seen.Store(&now)
	if now.pair != before.pair {
		k.o.Log.Info("tls: certificate in use", "why", now.why, "names", strings.Join(now.pair.names().strings(), " "), "until", day(now.pair.leaf.NotAfter))
	}
	if len(now.outside) > 0 && !slices.Equal(now.outside, before.outside) {
		k.o.Log.Warn("tls: the machine has names that its CA may not sign for; browsers warn there", "names", strings.Join(now.outside, " "))
	}
	switch was, is := message(before.fault), message(now.fault); {
	case is == was:
	case is == "":
		k.o.Log.Info("tls: mended", "fault", was)
	default:
		k.o.Log.Warn("tls: the certificate needs attention", "fault", is)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ") // joined errors stand in lines
}

// TLS is a configuration for servers: TLS 1.2 or newer, HTTP/2 or HTTP/1.1,
// and at each new connection the certificate of that moment.
func (k *Keeper) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return k.seen.Load().pair.tls, nil
		},
	}
}

// Status is for metrics, readyz and people.
func (k *Keeper) Status() Status {
	now := k.seen.Load()
	leaf := now.pair.leaf
	return Status{
		Mode:      k.o.Mode,
		Subject:   leaf.Subject.String(),
		Names:     now.pair.names().strings(),
		Outside:   slices.Clone(now.outside),
		NotBefore: leaf.NotBefore,
		NotAfter:  leaf.NotAfter,
		Fault:     message(now.fault),
	}
}

// CA is the CA's certificate for people to install, as PEM (file name
// [CAFilePEM]) and as DER ([CAFileDER]); both nil in mode Files. Browsers and
// phones offer to install it when it comes with the media type
// application/x-x509-ca-cert. [Fingerprint] of the DER form is for comparing.
func (k *Keeper) CA() (pem, der []byte) {
	if k.ca == nil {
		return nil, nil
	}
	return certPEM(k.ca.cert), slices.Clone(k.ca.cert.Raw)
}
