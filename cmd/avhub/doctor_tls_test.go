package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avhub/configs"
	"avhub/signaling/certs"
)

func TestDoctorLooksAtTheCertificate(t *testing.T) {
	t.Parallel()
	said := func(yaml string) (string, findings) { return examined(t, testDoctor(t), yaml) }
	http := func(rest string) string { return `http: {listen: "127.0.0.1:0", ` + rest + "}\n" }

	if text, _ := said(""); !strings.Contains(text, "✓ http.tls: off: the hub serves this machine only") {
		t.Error(text)
	}
	if text, all := said(http("tls: self-signed")); !all.good() || !strings.Contains(text, "✓ http.tls: no CA yet in ") {
		t.Error(text)
	}
	if text, all := said(http("behind_proxy: true")); !all.good() || !strings.Contains(text, "✓ http.behind_proxy: a proxy on this machine") {
		t.Error(text)
	}
	if text, all := said(`http: {listen: "0.0.0.0:0", behind_proxy: true}` + "\n"); !all.good() || !strings.Contains(text, "firewall") || !strings.Contains(text, "http.proxies") {
		t.Error(text)
	}
	if text, all := said(http("tls: {cert: /nowhere/cert.pem, key: /nowhere/key.pem}")); all.good() || !strings.Contains(text, "✗ http.tls: tls: the certificate cannot be read") {
		t.Error(text)
	}

	// The one of a hub that has run, and what is left of it after an accident.
	cfg := configs.Default()
	cfg.DataDir, cfg.HTTP.TLS.Mode = t.TempDir(), configs.TLSSelfSigned
	keeper, err := certs.Open(certOptions(cfg, slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	_, der := keeper.CA()
	if all := examineTLS(cfg); !all.good() || !strings.Contains(all[len(all)-1].Text, certs.Fingerprint(der)) {
		t.Errorf("%+v", all)
	}
	if err := os.WriteFile(filepath.Join(cfg.DataDir, tlsFolder, "ca-private.pem"), []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all := examineTLS(cfg); all.good() || !strings.Contains(all[0].Text, "backup") {
		t.Errorf("%+v", all)
	}
}
