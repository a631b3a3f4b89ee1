package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"avhub/configs"
	"avhub/rooms/store"
	"avhub/rooms/store/backup"
)

// databaseLimit bounds the questions to the database, and slowDatabase is more
// than an answer should take.
const (
	databaseLimit = 30 * time.Second
	slowDatabase  = 200 * time.Millisecond
)

// examineDatabase looks whether the database answers and fits this program. It
// changes nothing.
func (d *doctor) examineDatabase(ctx context.Context, cfg *configs.Config) findings {
	const check = "database"
	if err := backup.Unfinished(cfg.DataDir); err != nil {
		return findings{{fails, check, err.Error(), ""}}
	}
	url := cfg.Database.URL.Reveal()
	if url == "" {
		path := filepath.Join(cfg.DataDir, store.FileName)
		if _, err := os.Stat(path); err != nil {
			return findings{{fine, check, path + " will be made", ""}}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, databaseLimit)
	defer cancel()
	s, err := store.Connect(ctx, cfg.DataDir, url)
	if err != nil {
		return findings{{fails, check, err.Error(), "start PostgreSQL, or correct database.url"}}
	}
	defer s.Close()
	all := d.examineSchema(ctx, s)
	if url != "" {
		all = append(all, examineWayToDatabase(url)...)
	}
	if all.good() && ctx.Err() == nil {
		all = append(all, examineCourt(ctx, cfg, s)...)
	}
	return all
}

func (d *doctor) examineSchema(ctx context.Context, s *store.Store) findings {
	const check = "database"
	began := time.Now()
	version, err := s.SchemaOf(ctx)
	took := time.Since(began)
	switch {
	case err != nil:
		return findings{{fails, check, fmt.Sprintf("%s: %v", s.Name(), err), ""}}
	case version > store.Schema():
		return findings{{fails, check, fmt.Sprintf("%s: %v (schema %d, this program's %d)", s.Name(), store.ErrNewer, version, store.Schema()), ""}}
	}
	all := findings{}
	switch err := s.Whole(ctx); {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		all = append(all, finding{warns, check, fmt.Sprintf("it is too large to be looked through within %s", databaseLimit), "avhub backup reads all of it"})
	case err != nil:
		return findings{{fails, check, fmt.Sprintf("%s: %v", s.Name(), err), "stop the hub and restore a backup: avhub restore"}}
	}
	text := fmt.Sprintf("%s answers, schema %d", s.Name(), version)
	switch {
	case version == 0:
		text = s.Name() + " answers and is empty: the hub will fill it"
	case version < store.Schema():
		text += fmt.Sprintf(", which the hub brings up to %d when it starts: make a backup before", store.Schema())
	}
	all = append(findings{{fine, check, text, ""}}, all...)
	if took > slowDatabase {
		all = append(all, finding{warns, check, fmt.Sprintf("an answer took %s", took.Round(time.Millisecond)), "look at its disk and at the network between"})
	}
	return all
}

// examineWayToDatabase looks whether a password may travel in the clear.
func examineWayToDatabase(address string) findings {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	host, mode := u.Hostname(), u.Query().Get("sslmode")
	if ip, err := netip.ParseAddr(host); host == "" || host == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	if mode == "require" || mode == "verify-ca" || mode == "verify-full" {
		return nil
	}
	return findings{{warns, "database", "the way to " + host + " may be unencrypted", "append ?sslmode=verify-full (or require) to database.url"}}
}

// examineCourt looks whether what the configuration says fits the court.
func examineCourt(ctx context.Context, cfg *configs.Config, s *store.Store) findings {
	if version, err := s.SchemaOf(ctx); err != nil || version == 0 {
		return nil
	}
	all := findings{}
	err := s.View(ctx, func(tx *store.Tx) error {
		courts, err := tx.Courts()
		if err != nil {
			return err
		}
		if len(courts) == 0 {
			all = append(all, finding{warns, "accounts", "there are none yet", "start the hub and open the link that it prints, or: avhub user add"})
			return nil
		}
		for i, r := range cfg.OIDC.Roles {
			if _, ok := courts[r.Court]; !ok {
				all = append(all, finding{warns, "oidc.roles", fmt.Sprintf("oidc.roles[%d]: there is no court %s: the rule gives nothing", i, r.Court), "add the court, or correct the rule"})
			}
		}
		return nil
	})
	if err != nil {
		return findings{{fails, "database", err.Error(), ""}}
	}
	return all
}

// examineProvider looks whether the identity provider can be asked.
func examineProvider(ctx context.Context, cfg *configs.Config) findings {
	const check = "oidc"
	p, err := openProvider(cfg)
	if err != nil {
		return findings{{fails, check, err.Error(), ""}}
	}
	if p == nil {
		return nil
	}
	defer func() { _ = p.OIDC.Close() }()
	if err := p.OIDC.Look(ctx); err != nil {
		return findings{{fails, check, err.Error(), "see that oidc.issuer is right and reachable from here; set oidc.ca if the court's own authority signs its certificate"}}
	}
	return findings{{fine, check, cfg.OIDC.Issuer + " answers", ""}}
}
