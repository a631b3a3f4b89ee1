package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"avhub/configs"
	"avhub/recorder/archive"
	"avhub/rooms"
)

type archiveCmd struct {
	Status  archiveStatusCmd  `cmd:"" help:"Say what waits for the archive, since when, and why. Exit code 1: the store is away, or files were refused. Example: avhub archive status -c avhub.yaml"`
	Restore archiveRestoreCmd `cmd:"" help:"Bring a recording or all recordings of a case back, and verify their hashes. Exit code 1: something is missing or not as it was recorded. Example: avhub archive restore '（2021）黑11民初23号' --to /mnt/case"`
}

var errNoArchive = &exitError{exitWrongUse, errors.New("archive.endpoint is empty: there is no archive; give the configuration with -c")}

// archiveStore is the configured store, and whether there is one.
func archiveStore(cfg *configs.Config) (*archive.Store, bool, error) {
	a := cfg.Archive
	if a.Endpoint == "" {
		return nil, false, nil
	}
	days := map[string]int{}
	for site, n := range a.Retention.Days() {
		days[string(site)] = n
	}
	store, err := archive.Open(archive.StoreOptions{
		Endpoint: a.Endpoint, TLS: a.TLS, CA: a.CA, Region: a.Region, Bucket: a.Bucket, Prefix: a.Prefix,
		AccessKey: a.AccessKey.Reveal(), SecretKey: a.SecretKey.Reveal(),
		Lock: archive.Lock(a.ObjectLock), PartSize: int64(a.PartSize), Days: days,
	})
	return store, err == nil, err
}

// archiveDir is where the archive's queue is.
func archiveDir(cfg *configs.Config) string { return filepath.Join(cfg.DataDir, "archive") }

type archiveStatusCmd struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
	JSON   bool   `name:"json" help:"Print it as JSON."`
}

// Run tells how the archive stands. The hub may run or not.
func (c *archiveStatusCmd) Run(o *output) error {
	cfg, err := configs.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	if cfg.Archive.Endpoint == "" {
		return errNoArchive
	}
	s, err := archive.ReadStatus(archiveDir(cfg))
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(o.out).Encode(s)
	} else {
		tellArchive(o, cfg, s)
	}
	if err == nil && (s.Away || s.Refused > 0) {
		return &quietError{}
	}
	return err
}

// tellArchive prints the status in sentences.
func tellArchive(o *output, cfg *configs.Config, s archive.Status) {
	switch {
	case s.Queue == 0:
		fmt.Fprintln(o.out, "everything is archived")
	default:
		fmt.Fprintf(o.out, "%d files wait for %s, the oldest for %s\n", s.Queue, cfg.Archive.Endpoint, time.Since(s.Oldest).Round(time.Second))
	}
	if !s.SuccessAt.IsZero() {
		fmt.Fprintf(o.out, "last success %s; %d objects, %.1f GB since the hub started\n", s.SuccessAt.Local().Format(time.DateTime), s.Objects, float64(s.Bytes)/1e9)
	}
	if s.Away {
		fmt.Fprintf(o.out, "the store is away: %s (%s); avhub doctor says more\n", configs.Mask(s.Error), s.ErrorAt.Local().Format(time.DateTime))
	}
	if s.Refused > 0 {
		fmt.Fprintf(o.out, "%d files could not be archived, since they are gone or not what their manifests say: they are listed in %s\n", s.Refused, filepath.Join(archiveDir(cfg), ".bad"))
	}
	if !s.Written.IsZero() && time.Since(s.Written) > time.Minute {
		fmt.Fprintf(o.out, "the hub does not run: it last reported %s\n", s.Written.Local().Format(time.DateTime))
	}
}

type archiveRestoreCmd struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
	What   string `arg:"" name:"case-or-id" help:"Case number, id of a case, hearing or recording."`
	To     string `required:"" type:"path" placeholder:"DIR" help:"Folder to put it in; what is there already is kept."`
	JSON   bool   `name:"json" help:"Print what came back as JSON."`
}

// Run brings back and verifies.
func (c *archiveRestoreCmd) Run(ctx context.Context, o *output) error {
	cfg, err := configs.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	store, ok, err := archiveStore(cfg)
	if err != nil {
		return err
	}
	if !ok {
		return errNoArchive
	}
	defer store.Close()
	names := []string{c.What}
	if n, err := rooms.ParseCaseNumber(c.What); err == nil && n.String() != c.What {
		names = append(names, n.String()) // with the brackets and blanks that it is kept with
	}
	found, err := store.Find(ctx, names...)
	if err != nil {
		return err
	}
	var all []archive.Restored
	whole := true
	for _, r := range found {
		got, err := store.Restore(ctx, r, c.To)
		if err != nil {
			return err
		}
		all = append(all, got)
		whole = whole && got.Whole()
		if !c.JSON {
			tellRestored(o, got)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(o.out).Encode(all); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(o.out, "%d recordings are in %s; avhub verify proves what the manifests say\n", len(all), c.To)
	}
	if !whole {
		return &quietError{}
	}
	return nil
}

func tellRestored(o *output, r archive.Restored) {
	verdict := "whole"
	if !r.Whole() {
		verdict = "NOT WHOLE"
	}
	fmt.Fprintf(o.out, "%s: %s: %d files, %.1f MB, of which %d were here\n", r.Dir, verdict, r.Files, float64(r.Bytes)/1e6, r.Here)
	for _, p := range r.Problems {
		fmt.Fprintf(o.out, "  %s\n", p)
	}
	for _, f := range r.Covered {
		fmt.Fprintf(o.out, "  %s: somebody has put a delete marker on it in the store; the locked version came back\n", f)
	}
}
