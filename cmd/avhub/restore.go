package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"avhub/configs"
	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/office"
	"avhub/rooms/store"
	"avhub/rooms/store/backup"
	"avhub/rooms/store/datalock"
)

type restoreCmd struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml): its data_dir and database are restored into."`
	File   string `arg:"" help:"File that avhub backup has written; - for standard input."`
	Force  bool   `help:"Restore although there is data already; it is put aside and not deleted."`
	Check  bool   `help:"Only look whether the file is whole and can be restored."`
}

// Run restores a backup. The hub must not run.
func (c *restoreCmd) Run(ctx context.Context, o *output) (err error) {
	cfg, err := configs.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	if !c.Check {
		release, err := datalock.Take(cfg.DataDir)
		if err != nil {
			return err
		}
		defer func() { _ = release() }()
	}
	a, clean, err := c.unpack(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	fmt.Fprintf(o.out, "made %s by avhub %s from %s; %d entries of the audit\n", a.Made.Format(time.RFC3339), a.Program, a.Database, a.Audit.Entries)
	if err := a.CheckAudit(); err != nil {
		return err
	}
	if !a.Audit.Whole {
		fmt.Fprintf(o.out, "its audit did not verify when it was backed up (%d findings), and is restored as it was\n", a.Audit.Problems)
	}
	if c.Check {
		if err := a.Try(ctx); err != nil {
			return err
		}
		fmt.Fprintln(o.out, "it is whole and can be restored")
		return nil
	}
	aside, err := a.Restore(ctx, backup.RestoreOptions{Dir: cfg.DataDir, URL: cfg.Database.URL.Reveal(), Force: c.Force, Now: time.Now()})
	if err != nil {
		return err
	}
	if err := recordRestore(ctx, cfg, a, aside); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "restored into %s\n", cfg.DataDir)
	if aside != "" {
		fmt.Fprintf(o.out, "what was there before is in %s\n", aside)
	}
	fmt.Fprintln(o.out, "all log-ins have ended; what was revoked since the backup (users, roles, tokens, links) must be revoked again")
	return nil
}

// unpack reads the file into a folder beside the data, so that what it holds can
// take its place by a change of names.
func (c *restoreCmd) unpack(cfg *configs.Config) (a *backup.Archive, clean func() error, err error) {
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		in = f
	}
	beside := cfg.DataDir
	if c.Check {
		beside = os.TempDir()
	}
	dir, err := os.MkdirTemp(beside, ".restore-*") // mode 0700
	if err != nil {
		return nil, nil, err
	}
	clean = func() error { return os.RemoveAll(dir) }
	if a, err = backup.Unpack(in, filepath.Join(dir, "backup")); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", c.File, err), clean())
	}
	return a, clean, nil
}

// recordRestore has the hub write into the audit, when it starts, that what it
// goes on from is a backup: entries that came after that are in the former
// ledger, if anywhere.
func recordRestore(ctx context.Context, cfg *configs.Config, a *backup.Archive, aside string) error {
	s, err := openStore(ctx, cfg)
	if err != nil {
		return err
	}
	err = s.Change(ctx, func(tx *store.Tx) error {
		return office.Send(tx, audit.Entry{
			Time: time.Now().UTC(), Who: console(), Action: audit.Restore, Object: audit.Object{Kind: rooms.HubObject, ID: "hub"}, Outcome: audit.Done,
			Detail: map[string]string{"made": a.Made.Format(time.RFC3339), "entries": fmt.Sprint(a.Audit.Entries), "before": aside},
		})
	})
	return errors.Join(err, s.Close())
}
