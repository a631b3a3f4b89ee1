package stamp

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/recorder/stamp/tsatest"
)

func authorityOf(t testing.TB, o tsatest.Options) *tsatest.Authority {
	t.Helper()
	a, err := tsatest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tokenOf(t testing.TB, a *tsatest.Authority, digest []byte) []byte {
	t.Helper()
	answer, err := a.Stamp(digest, nil)
	if err != nil {
		t.Fatal(err)
	}
	var response struct{ Status, Token asn1.RawValue }
	if _, err := asn1.Unmarshal(answer, &response); err != nil {
		t.Fatal(err)
	}
	return response.Token.FullBytes
}

func digestOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func TestTokensAreChecked(t *testing.T) {
	t.Parallel()
	for _, byRSA := range []bool{false, true} {
		a := authorityOf(t, tsatest.Options{RSA: byRSA})
		digest := digestOf("a line")
		token := tokenOf(t, a, digest)
		info, err := Check(token, digest, a.Roots())
		if err != nil || !info.Trusted || info.TSA != "CN=Test time stamps" || time.Since(info.Time).Abs() > time.Minute || info.Accuracy != time.Second {
			t.Errorf("%+v %v", info, err)
		}
		if info, err := Check(token, digest, nil); err != nil || info.Trusted {
			t.Errorf("without roots: %+v %v", info, err)
		}
	}
}

func TestTokensThatDoNotFit(t *testing.T) {
	t.Parallel()
	digest := digestOf("a line")
	good := authorityOf(t, tsatest.Options{})
	stranger, early := authorityOf(t, tsatest.Options{}), authorityOf(t, tsatest.Options{})
	early.Now = func() time.Time { return time.Now().AddDate(-1, 0, 0) }
	for name, x := range map[string]struct {
		token []byte
		roots *x509.CertPool
		says  string
	}{
		"over another hash":        {tokenOf(t, good, digestOf("another")), good.Roots(), "another hash"},
		"another authority's":      {tokenOf(t, stranger, digest), good.Roots(), "unknown authority"},
		"a web server's":           {tokenOf(t, authorityOf(t, tsatest.Options{Usage: x509.ExtKeyUsageServerAuth}), digest), nil, "not one for time stamps"},
		"an expired certificate's": {tokenOf(t, authorityOf(t, tsatest.Options{Until: time.Now().Add(-time.Minute)}), digest), nil, "outside of certificate validity"},
		"of a time before it":      {tokenOf(t, early, digest), nil, "not valid at"},
		"nothing":                  {nil, nil, ""},
		"too long":                 {make([]byte, maxToken+1), nil, "longer"},
	} {
		if _, err := Check(x.token, digest, x.roots); err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	token := tokenOf(t, good, digest)
	missed := 0
	for i := range token {
		b := bytes.Clone(token)
		b[i] ^= 0x20
		if info, err := Check(b, digest, good.Roots()); err == nil && info.Time.IsZero() {
			t.Errorf("byte %d: a token without a time", i)
		} else if err == nil {
			missed++ // what is not signed of it: names of algorithms and the like
		}
	}
	if missed > len(token)/10 {
		t.Errorf("%d of %d changes do not matter", missed, len(token))
	}
}

// TestOpenSSLAgrees has OpenSSL verify a token of the tests' authority, and this
// package one of OpenSSL's.
func TestOpenSSLAgrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	openssl := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "openssl", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %s: %v: %s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	a := authorityOf(t, tsatest.Options{RSA: true})
	digest := digestOf("a line")
	out := openssl("ts", "-verify", "-digest", hex.EncodeToString(digest), "-token_in", "-in", file("token.der", tokenOf(t, a, digest)), "-CAfile", file("root.pem", a.RootPEM()))
	if !strings.Contains(out, "Verification: OK") {
		t.Error(out)
	}

	file("ca.cnf", []byte("[req]\ndistinguished_name=dn\n[dn]\n[tsa]\ndefault_tsa=t\n[t]\ndir=.\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ness_cert_id_alg=sha256\n"))
	file("ext.cnf", []byte("extendedKeyUsage=critical,timeStamping\n"))
	openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=Root", "-days", "2", "-config", "ca.cnf", "-addext", "basicConstraints=critical,CA:TRUE")
	openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=OpenSSL TSA", "-config", "ca.cnf")
	openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.crt", "-days", "2", "-extfile", "ext.cnf")
	openssl("ts", "-query", "-digest", hex.EncodeToString(digest), "-sha256", "-cert", "-out", "query.tsq")
	openssl("ts", "-reply", "-config", "ca.cnf", "-section", "t", "-queryfile", "query.tsq", "-signer", "tsa.crt", "-inkey", "tsa.key", "-chain", "ca.crt", "-token_out", "-out", "reply.der")
	token, err := os.ReadFile(filepath.Join(dir, "reply.der"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	if info, err := Check(token, digest, roots); err != nil || !info.Trusted || info.TSA != "CN=OpenSSL TSA" {
		t.Errorf("%+v %v", info, err)
	}
}

func FuzzCheck(f *testing.F) {
	a := authorityOf(f, tsatest.Options{})
	digest := digestOf("a line")
	token := tokenOf(f, a, digest)
	f.Add(token)
	f.Add(token[:len(token)/2])
	f.Add([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff})
	f.Add([]byte{0x30, 0x80, 0x1f, 0xff})
	f.Fuzz(func(t *testing.T, token []byte) {
		info, err := Check(token, digest, a.Roots())
		if err == nil && (!info.Trusted || info.Time.IsZero()) {
			t.Errorf("%+v", info)
		}
	})
}
