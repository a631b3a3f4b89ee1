package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/recorder/ledger"
)

// told runs the program and returns its exit code and what it said.
func told(t *testing.T, args ...string) (int, string) {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	code := run(t.Context(), args, out, out)
	said, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(said)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	audit := filepath.Join(dir, "audit")
	key, err := ledger.LoadOrCreateKey(filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(audit, ledger.Options{Key: key, Purpose: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := l.Append(t.Context(), "audit", time.Now(), map[string]string{"who": "王"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	public, head := filepath.Join(dir, "safe.pub"), filepath.Join(dir, "safe.json")
	for from, to := range map[string]string{"ledger.pub": public, "head.json": head} {
		raw, err := os.ReadFile(filepath.Join(audit, from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := told(t, "verify", audit, "--key", public, "--head", head); code != exitGood || !strings.Contains(said, "whole: 7 entries") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := told(t, "verify", audit); code != exitGood || !strings.Contains(said, "--key") {
		t.Errorf("%d %s", code, said)
	}
	file := filepath.Join(audit, "000001.jsonl")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(raw), "\n")
	lines[3] = strings.Replace(lines[3], "王", "张", 1)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := told(t, "verify", audit, "--key", public); code != exitFailed || !strings.Contains(said, "000001.jsonl line 4: entry 4 was changed") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := told(t, "verify", "--json", audit); code != exitFailed || !strings.Contains(said, `"problem":"changed","entry":4`) {
		t.Errorf("%d %s", code, said)
	}
	for name, args := range map[string][]string{
		"nothing there": {"verify", filepath.Join(dir, "none")}, "no ledger": {"verify", t.TempDir()}, "no head": {"verify", audit, "--head", public}, "no key": {"verify", audit, "--key", head}, "no path": {"verify"},
	} {
		if code, said := told(t, args...); code != exitWrongUse {
			t.Errorf("%s: %d %s", name, code, said)
		}
	}
}
