package certs

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// Mode says where the certificate comes from. The words are avhub.yaml's.
type Mode string

// The modes.
const (
	SelfSigned Mode = "self-signed" // the hub's own CA signs it
	Files      Mode = "files"       // an administrator brings it
)

// How often a certificate is looked at, where Options do not say. Files follow
// quickly, because somebody stands before the machine and waits for it.
const (
	checkFiles   = 2 * time.Second
	checkMachine = time.Minute
)

// Options say which certificate to keep. What is left zero has a default, but
// for Mode and what Mode needs.
type Options struct {
	Mode Mode

	// Dir is the folder of the CA and its certificates, for SelfSigned. It is
	// made if missing, belongs to this package alone, and gets mode 0700.
	Dir string

	// CertFile and KeyFile are PEM files, for Files: the server's certificate
	// with its intermediates, and its private key without a passphrase.
	CertFile, KeyFile string

	// Names are further names and IP addresses under which browsers reach the
	// hub: DNS names, addresses before a NAT. SelfSigned puts them into the
	// certificate; Files reports those that the certificate lacks. Give them
	// before the first start: they are what a new CA may sign for.
	Names []string

	// Interfaces tells the machine's own names and addresses; Machine by default.
	Interfaces func() (hosts []string, addrs []netip.Addr, err error)

	// Roots are the public CAs that Check builds chains to; the system's by default.
	Roots *x509.CertPool

	Now        func() time.Time // time.Now by default
	Log        *slog.Logger     // says nothing by default
	CheckEvery time.Duration    // 2 s for Files, a minute for SelfSigned by default
}

// complete fills in the defaults and refuses what cannot work.
func (o Options) complete() (Options, error) {
	switch {
	case o.Mode == SelfSigned && o.Dir == "":
		return o, fmt.Errorf("tls: mode %s needs a folder for its CA", o.Mode)
	case o.Mode == Files && (o.CertFile == "" || o.KeyFile == ""):
		return o, fmt.Errorf("tls: mode %s needs both a certificate file and a key file", o.Mode)
	case o.Mode != SelfSigned && o.Mode != Files:
		return o, fmt.Errorf("tls: %q is not a mode: use %s or %s", o.Mode, SelfSigned, Files)
	}
	if o.Interfaces == nil {
		o.Interfaces = Machine
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.CheckEvery <= 0 {
		o.CheckEvery = checkMachine
		if o.Mode == Files {
			o.CheckEvery = checkFiles
		}
	}
	return o, nil
}
