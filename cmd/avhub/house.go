package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/emmansun/gmsm/sm2"

	"avhub/configs"
	"avhub/recorder/ledger"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// openStore opens the database that the configuration names.
func openStore(ctx context.Context, cfg *configs.Config) (*store.Store, error) {
	return store.Open(ctx, cfg.DataDir, cfg.Database.URL.Reveal())
}

// openAudit opens the audit in the data folder, signed with the hub's key.
func openAudit(cfg *configs.Config, log *slog.Logger) (*audit.Log, error) {
	keys, err := loadKeys(cfg)
	if err != nil {
		return nil, err
	}
	return audit.Open(audit.Options{Dir: filepath.Join(cfg.DataDir, "audit"), Key: keys.ed25519, SM2: keys.sm2, SM3: cfg.Audit.SM3, Log: log})
}

// keys are what the hub signs the audit and recordings' manifests with.
type keys struct {
	ed25519 ed25519.PrivateKey
	sm2     *sm2.PrivateKey // nil: it does not sign by SM2
}

func loadKeys(cfg *configs.Config) (k keys, err error) {
	dir := filepath.Join(cfg.DataDir, "keys")
	if k.ed25519, err = ledger.LoadOrCreateKey(filepath.Join(dir, "ledger.pem")); err == nil && cfg.Audit.SM2 {
		k.sm2, err = ledger.LoadOrCreateSM2Key(filepath.Join(dir, "ledger-sm2.pem"))
	}
	return k, err
}

// openLinkKey reads the secret that join links are signed with, or makes one. It
// lies beside the database and not in it, so that a copy of that opens nothing.
func openLinkKey(cfg *configs.Config) (login.LinkKey, error) {
	path := filepath.Join(cfg.DataDir, "keys", "links.secret")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw = []byte(login.NewSecret())
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, raw, 0o600))
	}
	if err != nil {
		return login.LinkKey{}, fmt.Errorf("join links: %w", err)
	}
	return login.NewLinkKey(strings.TrimSpace(string(raw)))
}

// console is who works at the command line.
func console() audit.Who {
	who := audit.Who{Kind: audit.Console, Name: "console"}
	if u, err := user.Current(); err == nil {
		who.Name = u.Username
	}
	return who
}

// withStore runs something on the database that a configuration file names.
func withStore(ctx context.Context, file string, do func(*store.Store) error) (err error) {
	cfg, err := configs.Load(file, os.Environ())
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	return do(s)
}
