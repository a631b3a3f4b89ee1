package ledger

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A copy that is made while the ledger is written is a whole ledger, over any
// number of files, and holds all that was acknowledged before.
func TestSnapshotsOfAGrowingLedgerAreWhole(t *testing.T) {
	t.Parallel()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l, err := Open(dir, Options{Key: key, Purpose: "test", FileSize: 8 << 10, HeadEvery: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	// So much is written while each copy is made: more would be a ledger of thousands of
	// files, which takes longer to list than from one head to the next.
	const each = 60
	entries := make(chan struct{}, each)
	var writing sync.WaitGroup
	for range 3 {
		writing.Go(func() {
			for range entries {
				if _, err := l.Append(t.Context(), "test", time.Now(), map[string]string{"text": strings.Repeat("x", 200)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 40 {
		for len(entries) < each {
			entries <- struct{}{}
		}
		first, err := l.Append(t.Context(), "test", time.Now(), map[string]string{"text": "before"})
		if err != nil {
			t.Fatal(err)
		}
		parts, err := Snapshot(dir)
		if err != nil {
			t.Fatal(err)
		}
		to := t.TempDir()
		for _, p := range parts {
			if !IsPart(p.Name) {
				t.Errorf("%s is no part", p.Name)
			}
			data := p.Data
			if data == nil {
				if data, err = os.ReadFile(filepath.Join(dir, p.Name)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(to, p.Name), data[:p.Size], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		report, err := Verify(to, VerifyOptions{Key: key.Public().(ed25519.PublicKey)})
		if err != nil || len(report.Findings) > 0 || report.Entries < first {
			t.Fatalf("%v: %+v, acknowledged up to %d", err, report, first)
		}
	}
	close(entries)
	writing.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "0*.jsonl")); len(files) < 2 {
		t.Errorf("one file only: this test sees little")
	}
}

func TestSnapshotOfNothing(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if parts, err := Snapshot(dir); err != nil || len(parts) != 0 {
			t.Errorf("%v %v", parts, err)
		}
	}
	for _, name := range []string{"../000001.jsonl", "lock", "000001.jsonl.new", "x/000001.jsonl", "", "head.json.new"} {
		if IsPart(name) {
			t.Errorf("%q passes for a part", name)
		}
	}
}
