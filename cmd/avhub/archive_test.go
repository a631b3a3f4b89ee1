package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/configs"
	"avhub/recorder/archive"
	"avhub/recorder/archive/miniotest"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// smallRecording writes a sealed recording of one segment.
func smallRecording(t *testing.T, root, id string, labels map[string]string) (dir string) {
	t.Helper()
	dir = filepath.Join(root, "court-1", "2026-03-02", id)
	media := []byte("picture and sound of " + id)
	sum := sha256.Sum256(media)
	end := manifest.SegmentEnd{Segment: 1, Size: int64(len(media)), SHA256: hex.EncodeToString(sum[:])}
	for _, e := range []struct {
		kind string
		body any
	}{
		{manifest.KindBegin, manifest.Begin{Format: manifest.Format, ID: id, Source: "court-1", Labels: labels}},
		{manifest.KindSegment, manifest.Segment{Segment: 1, File: "000001.mp4", Size: end.Size}},
		{manifest.KindSegmentEnd, end},
		{manifest.KindSeal, manifest.Seal{Segments: 1}},
	} {
		if err := annexTo(t.Context(), dir, e.kind, e.body); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.WriteFile(filepath.Join(dir, "000001.mp4"), media, 0o600), os.WriteFile(filepath.Join(dir, manifest.SealFileName), []byte("{}"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func annexTo(ctx context.Context, dir, kind string, body any) error {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	l, err := ledger.Open(dir, ledger.Options{Key: key, Purpose: manifest.Purpose, Name: ledger.Manifest, HeadEvery: -1, Unlocked: true})
	if err != nil {
		return err
	}
	_, err = l.Append(ctx, kind, time.Now(), body)
	return errors.Join(err, l.Close())
}

// archived runs the archive as the hub does until nothing waits.
func archived(t *testing.T, cfg *configs.Config, root string) {
	t.Helper()
	store, ok, err := archiveStore(cfg)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	a, err := archive.New(archive.Options{Store: store, Dir: archiveDir(cfg), Roots: []string{root}, Annex: annexTo, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); a.Run(ctx) }()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		s, err := a.Status()
		if err == nil && s.Queue == 0 && s.Objects > 0 {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	stop()
	<-done
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestArchiveCommands(t *testing.T) {
	t.Parallel()
	s := miniotest.Start(t, miniotest.Bucket{Lock: true})
	dir := t.TempDir()
	path := filepath.Join(dir, "avhub.yaml")
	yaml := fmt.Sprintf("data_dir: %s\narchive: {endpoint: %q, bucket: %s, access_key: %s, secret_key: %s, prefix: heihe/hub-1}\n", dir, s.URL, s.Bucket, s.User, s.Password)
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := configs.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if code, text := told(t, "archive", "status"); code != exitWrongUse || !strings.Contains(text, "archive.endpoint is empty") {
		t.Errorf("without a configuration: %d %s", code, text)
	}
	if code, text := told(t, "archive", "status", "-c", path); code != exitFailed || !strings.Contains(text, "there is no queue") {
		t.Errorf("before the first start: %d %s", code, text)
	}

	root := filepath.Join(dir, "recordings")
	here := smallRecording(t, root, "r1", map[string]string{"case": "c1", "number": "（2021）黑11民初23号", "site_kind": "courtroom"})
	archived(t, cfg, root)
	if code, text := told(t, "archive", "status", "-c", path); code != exitGood || !strings.Contains(text, "everything is archived") {
		t.Errorf("%d %s", code, text)
	}
	if code, text := told(t, "archive", "status", "-c", path, "--json"); code != exitGood || !strings.Contains(text, `"queue":0`) {
		t.Errorf("%d %s", code, text)
	}

	// The clerk types brackets of half width; the archive keeps them full.
	to := t.TempDir()
	code, text := told(t, "archive", "restore", "(2021)黑11民初23号", "--to", to, "-c", path)
	if code != exitGood || !strings.Contains(text, "whole: 5 files") || !strings.Contains(text, "1 recordings are in "+to) {
		t.Errorf("%d %s", code, text)
	}
	want, err1 := os.ReadFile(filepath.Join(here, "000001.mp4"))
	got, err2 := os.ReadFile(filepath.Join(to, "court-1/2026-03-02/r1/000001.mp4"))
	if err := errors.Join(err1, err2); err != nil || string(got) != string(want) {
		t.Errorf("%q, %v", got, err)
	}
	if code, text := told(t, "archive", "restore", "r1", "--to", to, "-c", path, "--json"); code != exitGood || !strings.Contains(text, `"here":5`) {
		t.Errorf("once more: %d %s", code, text)
	}
	if err := os.WriteFile(filepath.Join(to, "court-1/2026-03-02/r1/000001.mp4"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, text := told(t, "archive", "restore", "c1", "--to", to, "-c", path); code != exitFailed || !strings.Contains(text, "NOT WHOLE") {
		t.Errorf("over another file: %d %s", code, text)
	}
	if code, text := told(t, "archive", "restore", "c9", "--to", to, "-c", path); code != exitFailed || !strings.Contains(text, "nothing under that name") {
		t.Errorf("an unknown case: %d %s", code, text)
	}

	// The doctor tries the lock, and keeps the keys to itself.
	text, all := examined(t, testDoctor(t), strings.SplitN(yaml, "\n", 2)[1])
	if !strings.Contains(text, "✓ archive: a locked trial object (governance) survived") || !strings.Contains(text, "! archive: these keys may bypass governance") || strings.Contains(text, s.Password) {
		t.Errorf("%v\n%s", all.good(), text)
	}
	s.Stop()
	if text, all := examined(t, testDoctor(t), strings.SplitN(yaml, "\n", 2)[1]); all.good() || !strings.Contains(text, "✗ archive: "+s.Addr+" does not answer") {
		t.Errorf("%s", text)
	}
}
