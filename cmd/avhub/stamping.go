package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"time"

	"avhub/configs"
	"avhub/recorder/stamp"
)

// newStamper has recordings stamped by the authority of the configuration; nil:
// there is none.
func newStamper(cfg *configs.Config, annex func(context.Context, string, string, any) error, log *slog.Logger) (*stamp.Stamper, error) {
	tsa := cfg.Recording.TSA
	if tsa.URL == "" {
		return nil, nil
	}
	roots, err := stampRoots(tsa)
	if err != nil {
		return nil, err
	}
	return stamp.New(stamp.Options{URL: tsa.URL.Reveal(), Roots: roots, Dir: cfg.RecordingDir(), Annex: annex, Log: log}), nil
}

// stampRoots are the authorities that may have signed the stamps; nil: any.
func stampRoots(tsa configs.TSA) (*x509.CertPool, error) {
	if tsa.CA == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(tsa.CA)
	if err != nil {
		return nil, fmt.Errorf("recording.tsa.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("recording.tsa.ca: no certificate in %s", tsa.CA)
	}
	return pool, nil
}

// stampClock is how far the authority's clock may be from this machine's.
const stampClock = 10 * time.Second

// examineStamps asks the authority for a stamp.
func examineStamps(ctx context.Context, cfg *configs.Config) findings {
	const check = "time stamps"
	tsa := cfg.Recording.TSA
	if tsa.URL == "" {
		return findings{{fine, check, "there is no authority: when a recording was there, the hub alone says", ""}}
	}
	roots, err := stampRoots(tsa)
	if err != nil {
		return findings{{fails, check, err.Error(), "name a PEM file with its authority, or leave it out"}}
	}
	info, err := stamp.Try(ctx, tsa.URL.Reveal(), roots)
	if err != nil {
		return findings{{fails, check, err.Error(), "look at recording.tsa; recordings are whole without a stamp, and are stamped once it answers"}}
	}
	all := findings{{fine, check, fmt.Sprintf("%s stamps", info.TSA), ""}}
	if apart := time.Since(info.Time).Abs(); apart > stampClock {
		all = append(all, finding{warns, check, fmt.Sprintf("its clock and this machine's are %v apart", apart.Round(time.Second)), "set this machine's clock by NTP"})
	}
	if !info.Trusted {
		all = append(all, finding{warns, check, "its certificate is compared with none that is trusted", "name a PEM file with its authority as recording.tsa.ca"})
	}
	return all
}
