package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
)

type backupCmd struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
	File   string `arg:"" help:"File to write; - for standard output. One that is there already is not overwritten."`
}

// Run makes a backup. The hub may run meanwhile.
func (c *backupCmd) Run(ctx context.Context, o *output) error {
	cfg, err := configs.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	if err := backup.Unfinished(cfg.DataDir); err != nil {
		return err
	}
	s, err := connectAsItIs(ctx, cfg)
	if err != nil {
		return err
	}
	err = c.make(ctx, o, cfg, s)
	return errors.Join(err, s.Close())
}

// connectAsItIs opens the database without changing it: there must be one.
func connectAsItIs(ctx context.Context, cfg *configs.Config) (*store.Store, error) {
	url := cfg.Database.URL.Reveal()
	if url == "" {
		if _, err := os.Stat(filepath.Join(cfg.DataDir, store.FileName)); err != nil {
			return nil, fmt.Errorf("there is no database in %s: is data_dir right? (%w)", cfg.DataDir, err)
		}
	}
	return store.Connect(ctx, cfg.DataDir, url)
}

func (c *backupCmd) make(ctx context.Context, o *output, cfg *configs.Config, s *store.Store) error {
	// Whoever takes all of the hub's data away stands in the audit before.
	if err := recordBackup(ctx, s, audit.Began, nil); err != nil {
		return err
	}
	out, finish, err := c.open(o)
	if err != nil {
		return err
	}
	sum := sha256.New()
	made, err := backup.Make(ctx, io.MultiWriter(out, sum), backup.MakeOptions{Store: s, Dir: cfg.DataDir, Program: version, Now: time.Now().UTC()})
	if err = finish(err); err != nil {
		return errors.Join(err, recordBackup(context.WithoutCancel(ctx), s, audit.Failed, nil))
	}
	said := hex.EncodeToString(sum.Sum(nil))
	rows := int64(0)
	for _, n := range made.Rows {
		rows += n
	}
	fmt.Fprintf(o.err, "%s: %d rows of the database, %d entries of the audit, %d files; SHA-256 %s\n", c.File, rows, made.Audit.Entries, len(made.Files), said)
	if !made.Audit.Whole {
		fmt.Fprintf(o.err, "the audit does not verify (%d findings): see avhub verify %s\n", made.Audit.Problems, filepath.Join(cfg.DataDir, "audit"))
	}
	fmt.Fprintln(o.err, "it holds the hub's keys: keep it as safe as data_dir. The configuration file and the recordings are not in it.")
	return recordBackup(ctx, s, audit.Done, map[string]string{"sha256": said})
}

// open opens the file to write, under another name until it is whole; finish
// ends that, or removes it.
func (c *backupCmd) open(o *output) (io.Writer, func(error) error, error) {
	if c.File == "-" {
		return o.out, func(err error) error { return err }, nil
	}
	if _, err := os.Lstat(c.File); err == nil {
		return nil, nil, fmt.Errorf("%s is there already: choose another name", c.File)
	}
	f, err := os.CreateTemp(filepath.Dir(c.File), "."+filepath.Base(c.File)+".*") // mode 0600
	if err != nil {
		return nil, nil, err
	}
	return f, func(err error) error {
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
		if err == nil {
			err = os.Link(f.Name(), c.File) // of two who write the same name, one does
		}
		return errors.Join(err, os.Remove(f.Name()))
	}, nil
}

// recordBackup tells the audit of a backup. A hub that runs writes it at once,
// another one when it starts.
func recordBackup(ctx context.Context, s *store.Store, outcome audit.Outcome, detail map[string]string) error {
	if n, err := s.SchemaOf(ctx); err != nil || n == 0 {
		return err // there is nothing yet; Make says so
	}
	return s.Change(ctx, func(tx *store.Tx) error {
		return office.Send(tx, audit.Entry{
			Time: time.Now().UTC(), Who: console(), Action: audit.Backup, Object: audit.Object{Kind: rooms.HubObject, ID: "hub"},
			Outcome: outcome, Detail: detail,
		})
	})
}
