package certs

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// caNearEnd is how long before its end a CA is a fault: time to bring a new one
// to every computer and phone.
const caNearEnd = 90 * 24 * time.Hour

// selfSigned is the source whose certificates the hub's own CA signs.
type selfSigned struct {
	dir        string
	ca         *authority
	configured names
	interfaces func() ([]string, []netip.Addr, error)
	log        *slog.Logger
	unsaved    bool // the pair in use is not on disk
}

func openSelfSigned(o Options, configured names) (*selfSigned, error) {
	hosts, addrs, err := o.Interfaces()
	if err != nil {
		o.Log.Warn("tls: the machine does not tell all its names and addresses", "error", err)
	}
	ca, made, err := openAuthority(o.Dir, title(hosts, configured), wanted(hosts, addrs, configured), o.Now())
	if err != nil {
		return nil, err
	}
	words := "tls: using the CA"
	if made {
		words = "tls: made a CA; install its certificate on the computers and phones that open the hub"
	}
	o.Log.Info(words, "name", ca.cert.Subject.CommonName, "sha256", Fingerprint(ca.cert.Raw), "file", filepath.Join(o.Dir, caPublic))
	for _, name := range []string{caPrivate, serverPrivate} {
		path := filepath.Join(o.Dir, name)
		changed, err := tighten(path, 0o600)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("tls: %w", err)
		}
		if changed {
			o.Log.Warn("tls: other users could read a private key; they cannot any more", "file", path)
		}
	}
	return &selfSigned{dir: o.Dir, ca: ca, configured: configured, interfaces: o.Interfaces, log: o.Log}, nil
}

// title is what the machine is called in the CA's name.
func title(hosts []string, configured names) string {
	for _, text := range slices.Concat(hosts, configured.hosts) {
		if host, err := parseHost(text); err == nil {
			return host
		}
	}
	return "this machine"
}

func (s *selfSigned) look(now time.Time, current *pair) sight {
	var faults []error
	hosts, addrs, err := s.interfaces()
	want, outside := s.ca.permits.split(wanted(hosts, addrs, s.configured))
	if err != nil {
		faults = append(faults, fmt.Errorf("tls: the certificate may lack names: %w", err))
	}
	why := ""
	if current == nil {
		current, why = s.stored()
	}
	if current != nil {
		if err != nil { // what cannot be seen now has not gone away
			seen := current.names()
			want = names{slices.Concat(want.hosts, seen.hosts), slices.Concat(want.addrs, seen.addrs)}.sorted()
		}
		why = s.ca.due(current, want, now)
	}
	if why != "" {
		fresh, err := s.ca.issue(want, now)
		if err != nil {
			faults = append(faults, err)
		} else {
			current, s.unsaved = fresh, true
		}
	}
	if s.unsaved {
		if err := s.save(current); err != nil {
			faults = append(faults, fmt.Errorf("tls: the certificate works and cannot be stored: %w", err))
		}
	}
	faults = append(faults, s.caFault(now), s.outsideFault())
	return sight{pair: current, why: why, outside: outside.strings(), fault: errors.Join(faults...)}
}

// stored reads the server certificate of the last run; where there is none that
// can be used, it says why a new one is needed. It has no worth of its own: the
// CA signs another at any time.
func (s *selfSigned) stored() (*pair, string) {
	data, err := readFile(filepath.Join(s.dir, serverPrivate))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "there was none"
	}
	var p *pair
	if err == nil {
		p, err = parseServer(data)
	}
	if err != nil {
		s.log.Warn("tls: the stored certificate cannot be used; there will be a new one", "error", err)
		return nil, "the stored one is damaged"
	}
	return p, ""
}

func parseServer(data []byte) (*pair, error) {
	c, err := parsePEM(data)
	if err != nil {
		return nil, err
	}
	if c.key == nil {
		return nil, errors.New("its private key is missing")
	}
	return newPair(c.certs, c.key)
}

func (s *selfSigned) save(p *pair) error {
	data, err := writePEM(p.leaf, p.tls.PrivateKey)
	if err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(s.dir, serverPrivate), data); err != nil {
		return err
	}
	s.unsaved = false
	return nil
}

// caFault says that the CA's life is near its end, over, or has not begun.
func (s *selfSigned) caFault(now time.Time) error {
	switch ca := s.ca.cert; {
	case now.Before(ca.NotBefore):
		return fmt.Errorf("tls: the CA starts on %s only: set the machine's clock", day(ca.NotBefore))
	case now.After(ca.NotAfter.Add(-caNearEnd)):
		return fmt.Errorf("tls: the CA ends on %s: move %s and %s in %s away and restart the hub: "+
			"a new CA is made, which every computer and phone has to install", day(ca.NotAfter), caPrivate, caPublic, s.dir)
	}
	return nil
}

// outsideFault says that a configured name cannot be in the certificate.
func (s *selfSigned) outsideFault() error {
	_, outside := s.ca.permits.split(s.configured)
	list := outside.strings()
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("tls: the CA may not sign for %s: it was not among the hub's names when the CA was made, or others have names under it on the internet; "+
		"use a certificate of your own, or move %s and %s in %s away and restart the hub: "+
		"a new CA is made, which every computer and phone has to install", strings.Join(list, ", "), caPrivate, caPublic, s.dir)
}
