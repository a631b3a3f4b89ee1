package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Level is how bad a finding is.
type Level string

// The levels.
const (
	OK   Level = "ok"   // as it should be
	Warn Level = "warn" // it works, with something amiss
	Fail Level = "fail" // browsers or the hub refuse it
)

// Finding is one thing that Check looked at.
type Finding struct {
	Level Level
	Text  string // what was found
	Do    string // what to do about it; empty if nothing
}

// Limits of what Check finds fault with.
const (
	soonServer = 30 * 24 * time.Hour  // before the end of a certificate
	soonCA     = 365 * 24 * time.Hour // before the end of the hub's CA
	appleLimit = 825 * 24 * time.Hour // Apple's devices refuse a longer life (support.apple.com/103769)
	leastRSA   = 2048                 // bits, likewise
)

// Check looks at what Open would use, and changes nothing.
func Check(o Options) []Finding {
	o, err := o.complete()
	if err != nil {
		return []Finding{{Fail, err.Error(), "mend the configuration"}}
	}
	configured, err := parseNames(o.Names)
	if err != nil {
		return []Finding{{Fail, err.Error(), "mend the configuration"}}
	}
	if o.Mode == Files {
		return checkPair(o, configured)
	}
	return checkAuthority(o, configured)
}

func checkPair(o Options, configured names) []Finding {
	f := &files{cert: o.CertFile, key: o.KeyFile, configured: configured}
	p, err := f.read()
	if err != nil {
		return []Finding{{Fail, err.Error(), ""}}
	}
	now := o.Now()
	var all []Finding
	if err := f.complaint(p, now); err != nil {
		level := Fail
		if p.valid(now) && len(p.names().strings()) > 0 { // names are missing
			level = Warn
		}
		all = append(all, Finding{level, message(err), ""})
	}
	if p.valid(now) && p.leaf.NotAfter.Sub(now) < soonServer {
		all = append(all, Finding{Warn, fmt.Sprintf("%s ends on %s", o.CertFile, day(p.leaf.NotAfter)), "have it renewed; the hub takes the new files by itself"})
	}
	all = append(all, checkLeaf(o.CertFile, p.leaf)...)
	all = append(all, checkChain(o, p, now)...)
	all = append(all, checkMode(o.KeyFile, 0o007)...) // a group for keys is usual
	if len(all) == 0 {
		all = append(all, good(o.CertFile, p))
	}
	return all
}

func good(what string, p *pair) Finding {
	return Finding{OK, fmt.Sprintf("%s is for %s until %s", what, strings.Join(p.names().strings(), ", "), day(p.leaf.NotAfter)), ""}
}

// checkLeaf looks for what some browsers refuse in a certificate.
func checkLeaf(name string, leaf *x509.Certificate) []Finding {
	var all []Finding
	refused := func(format string, args ...any) {
		all = append(all, Finding{Fail, name + ": " + fmt.Sprintf(format, args...), "have it issued anew"})
	}
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < leastRSA {
			refused("its RSA key has %d bits, and browsers want %d", key.N.BitLen(), leastRSA)
		}
	case *ecdsa.PublicKey:
		if bits := key.Params().BitSize; bits != 256 && bits != 384 {
			refused("its key is on the curve %s, which browsers do not take: use P-256", key.Params().Name)
		}
	case ed25519.PublicKey:
		refused("its key is Ed25519, which browsers do not take: use ECDSA on P-256")
	}
	if slices.Contains([]x509.SignatureAlgorithm{x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.MD5WithRSA}, leaf.SignatureAlgorithm) {
		refused("it is signed with %s, which browsers do not take any more", leaf.SignatureAlgorithm)
	}
	if !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageServerAuth) && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny) {
		refused("it is not marked for web servers (extended key usage serverAuth)")
	}
	if leaf.NotAfter.Sub(leaf.NotBefore) > appleLimit {
		refused("its life is %d days, and Apple's devices refuse more than %d", days(leaf.NotAfter.Sub(leaf.NotBefore)), days(appleLimit))
	}
	return all
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// checkChain looks whether browsers can get from the certificate to a CA they know.
func checkChain(o Options, p *pair, now time.Time) []Finding {
	var all []Finding
	if data, err := readFile(o.CertFile); err == nil {
		if c, err := parsePEM(data); err == nil && !slices.EqualFunc(c.certs, p.chain, (*x509.Certificate).Equal) {
			all = append(all, Finding{Warn, o.CertFile + ": its certificates are not in order, or some do not belong to the chain",
				"put the server's certificate first and each one's issuer after it; the hub does so by itself, other programs do not"})
		}
	}
	between := x509.NewCertPool()
	for _, c := range p.chain[1:] {
		between.AddCert(c)
	}
	// Dates are looked at elsewhere.
	at := p.leaf.NotAfter
	if p.valid(now) {
		at = now
	}
	_, err := p.leaf.Verify(x509.VerifyOptions{Roots: o.Roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	var unknown x509.UnknownAuthorityError
	var noRoots x509.SystemRootsError // this machine has no list of public CAs
	switch last := p.chain[len(p.chain)-1]; {
	case err == nil:
	case !errors.As(err, &unknown) && !errors.As(err, &noRoots):
		all = append(all, Finding{Fail, fmt.Sprintf("%s: browsers will refuse it: %v", o.CertFile, err), "have it issued anew"})
	case selfIssued(last) && len(p.chain) == 1:
		all = append(all, Finding{Warn, o.CertFile + " is signed by itself and by no CA: every browser warns", "use tls: self-signed, whose CA people can install, or a certificate of a CA"})
	case selfIssued(last): // the court's own root, sent along
	default:
		all = append(all, Finding{Warn, fmt.Sprintf("%s: the chain stops at %q, whose issuer %q is neither in the file nor a public CA", o.CertFile, last.Subject, last.Issuer),
			"append the intermediate certificate that came with it; if the issuer is a root that your computers have installed, all is well"})
	}
	return all
}

// checkMode looks whether others may read a private key or enter its folder.
func checkMode(path string, others fs.FileMode) []Finding {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&others == 0 {
		return nil // what is not there is found elsewhere
	}
	return []Finding{{Warn, fmt.Sprintf("%s is open to other users of this machine (mode %04o)", path, info.Mode().Perm()),
		fmt.Sprintf("chmod %04o %s", info.Mode().Perm()&^others, path)}}
}

func checkAuthority(o Options, configured names) []Finding {
	ca, err := readAuthority(o.Dir)
	if err != nil {
		return []Finding{{Fail, err.Error(), ""}}
	}
	if ca == nil {
		return []Finding{{OK, "no CA yet in " + o.Dir + ": the hub makes one at its first start", ""}}
	}
	now := o.Now()
	var all []Finding
	s := &selfSigned{dir: o.Dir, ca: ca, configured: configured, log: o.Log}
	if err := s.caFault(now); err != nil {
		all = append(all, Finding{Fail, message(err), ""})
	} else if ca.cert.NotAfter.Sub(now) < soonCA {
		all = append(all, Finding{Warn, "the CA ends on " + day(ca.cert.NotAfter), "plan for a new one: every computer and phone has to install it"})
	}
	if err := s.outsideFault(); err != nil {
		all = append(all, Finding{Fail, message(err), ""})
	}
	hosts, addrs, err := o.Interfaces()
	if err != nil {
		all = append(all, Finding{Warn, "the machine does not tell its names and addresses: " + err.Error(), "write them into the configuration"})
	}
	if _, outside := ca.permits.split(wanted(hosts, addrs, names{})); len(outside.strings()) > 0 {
		all = append(all, Finding{Warn, fmt.Sprintf("the CA may not sign for %s of this machine, which it did not have when the CA was made", strings.Join(outside.strings(), ", ")),
			"open the hub by another name or address"})
	}
	for _, path := range []string{o.Dir, filepath.Join(o.Dir, caPrivate), filepath.Join(o.Dir, serverPrivate)} {
		all = append(all, checkMode(path, 0o077)...)
	}
	// People compare the fingerprint with this one, whatever else there is to say.
	return append(all, Finding{OK, fmt.Sprintf("%s until %s, SHA-256 %s", ca.cert.Subject.CommonName, day(ca.cert.NotAfter), Fingerprint(ca.cert.Raw)), ""})
}
