package certs

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"
)

// files is the source of certificates that an administrator brings.
//
// Both files are read at each look and compared by content: it costs some tens
// of microseconds, and sees what times of change may hide (two changes within
// one tick of the clock, a copy that keeps the old time). Tools replace the two
// files one after the other; in between they do not fit, and the former pair
// stays in use.
type files struct {
	cert, key  string
	configured names

	sum  [sha256.Size]byte // of what pair and err were made of
	pair *pair
	err  error
}

func (f *files) look(now time.Time, current *pair) sight {
	fresh, err := f.read()
	switch {
	case err != nil && current == nil:
		return sight{fault: err}
	case err != nil:
		return sight{pair: current, fault: fmt.Errorf("%w; the former certificate stays in use", err)}
	case current == nil:
		return sight{pair: fresh, why: "read from " + f.cert, fault: f.complaint(fresh, now)}
	case fresh == current:
		return sight{pair: current, fault: f.complaint(current, now)}
	case !fresh.valid(now) && current.valid(now):
		return sight{pair: current, fault: fmt.Errorf("%w; the former certificate stays in use", f.complaint(fresh, now))}
	}
	return sight{pair: fresh, why: "the files have changed", fault: f.complaint(fresh, now)}
}

// read reads the pair; the same one as before if the files are as before.
func (f *files) read() (*pair, error) {
	cert, err := readFile(f.cert)
	if err != nil {
		return nil, fmt.Errorf("tls: the certificate cannot be read: %w", err)
	}
	key, err := readFile(f.key)
	if err != nil {
		return nil, fmt.Errorf("tls: the private key cannot be read: %w", err)
	}
	if sum := sha256.Sum256(fmt.Appendf(nil, "%d %s%s", len(cert), cert, key)); sum != f.sum {
		f.sum = sum
		f.pair, f.err = parsePair(f.cert, cert, f.key, key)
	}
	return f.pair, f.err
}

// parsePair makes a pair of the contents of two files, or of one that holds both.
func parsePair(certName string, certData []byte, keyName string, keyData []byte) (*pair, error) {
	certs, err := parsePEM(certData)
	if err != nil {
		return nil, fmt.Errorf("tls: %s: %w", certName, err)
	}
	key, err := parsePEM(keyData)
	switch {
	case err != nil:
		return nil, fmt.Errorf("tls: %s: %w", keyName, err)
	case len(certs.certs) == 0 && key.key == nil:
		return nil, fmt.Errorf("tls: %s holds a key and %s a certificate: exchange them", certName, keyName)
	case len(certs.certs) == 0:
		return nil, fmt.Errorf("tls: %s holds a key and no certificate", certName)
	case key.key == nil:
		return nil, fmt.Errorf("tls: %s holds a certificate and no private key", keyName)
	}
	p, err := newPair(certs.certs, key.key)
	if err != nil {
		return nil, fmt.Errorf("tls: %s and %s do not fit: %w: both must come from the same request", certName, keyName, err)
	}
	return p, nil
}

// complaint is what browsers will not like about a pair that can be served.
func (f *files) complaint(p *pair, now time.Time) error {
	var list []error
	switch {
	case now.After(p.leaf.NotAfter):
		list = append(list, fmt.Errorf("tls: %s is expired since %s: have it renewed", f.cert, day(p.leaf.NotAfter)))
	case now.Before(p.leaf.NotBefore):
		list = append(list, fmt.Errorf("tls: %s starts on %s only: set the machine's clock, or wait", f.cert, day(p.leaf.NotBefore)))
	}
	if len(p.names().strings()) == 0 {
		list = append(list, fmt.Errorf("tls: %s has no subject alternative names, and browsers look at nothing else: have it issued anew with them", f.cert))
	} else if missing := p.missing(f.configured); len(missing) > 0 {
		list = append(list, fmt.Errorf("tls: %s is not for %s: browsers warn there", f.cert, strings.Join(missing, ", ")))
	}
	return errors.Join(list...)
}
