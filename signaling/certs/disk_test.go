package certs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFilesAreWrittenWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := createFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := createFile(path, []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created twice: %v", err)
	}
	if got := read(t, path); string(got) != "one" {
		t.Errorf("holds %q", got)
	}
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := replaceFile(path, []byte("three")); err != nil {
		t.Fatal(err)
	}
	old := make([]byte, 9)
	n, _ := reader.Read(old)
	if got := read(t, path); string(got) != "three" || string(old[:n]) != "one" {
		t.Errorf("holds %q; one who was reading got %q", got, old[:n])
	}
	if files := listing(t, dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	if err := replaceFile(filepath.Join(dir, "nowhere", "key"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestTightenTakesRightsOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	write(t, path, nil)
	for was, want := range map[fs.FileMode]fs.FileMode{0o644: 0o600, 0o600: 0o600, 0o400: 0o400, 0o440: 0o400} {
		if err := os.Chmod(path, was); err != nil {
			t.Fatal(err)
		}
		changed, err := tighten(path, 0o600)
		info, _ := os.Stat(path)
		if err != nil || changed != (was != want) || info.Mode().Perm() != want {
			t.Errorf("%o became %o, changed %v, %v", was, info.Mode().Perm(), changed, err)
		}
	}
}
