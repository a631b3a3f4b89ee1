package export

import (
	"archive/zip"
	"crypto/ed25519"
	"io"
	"os"
	"path/filepath"
	"testing"

	"avhub/recorder/verify"
)

// unpack writes an archive into a folder, and returns that of the case.
func unpack(t *testing.T, a *Archive) string {
	t.Helper()
	root := t.TempDir()
	z, err := zip.NewReader(a, a.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, a.name)
}

// What is unpacked is whole for avhub verify, a case file as an excerpt; of an excerpt
// a segment that is missing or changed is found all the same.
func TestACaseFileIsVerified(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, false)
	key := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	check := func(root string) (whole, leftOut int, reports []*verify.Report) {
		items, err := verify.Find(root)
		if err != nil || len(items) != 2 {
			t.Fatal(items, err)
		}
		for _, item := range items {
			r, err := verify.Recording(t.Context(), item.Dir, verify.Options{Key: key, Excerpt: item.Excerpt})
			if err != nil {
				t.Fatal(err)
			}
			if r.Whole {
				whole++
			}
			if r.Excerpt != nil {
				leftOut += len(r.Excerpt.LeftOut)
			}
			reports = append(reports, r)
		}
		return whole, leftOut, reports
	}
	all, err := CaseFile(Case{Number: "1", Recordings: dirs})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = all.Close() }()
	if whole, left, reports := check(unpack(t, all)); whole != 2 || left != 0 {
		t.Errorf("the case file: %+v", reports)
	}
	part, err := CaseFile(Case{Number: "1", Recordings: dirs, Excerpt: &Excerpt{From: 6_200_000, To: 7_900_000}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = part.Close() }()
	root := unpack(t, part)
	whole, left, reports := check(root)
	if whole != 2 || left < 4 {
		t.Errorf("the excerpt: %d whole, %d left out, %+v", whole, left, reports)
	}
	movies, _ := filepath.Glob(filepath.Join(root, "court-1", "*", "*.mp4"))
	if len(movies) != 1 {
		t.Fatal(movies)
	}
	raw, err := os.ReadFile(movies[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(movies[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if whole, _, _ := check(root); whole != 1 {
		t.Error("a changed byte of an excerpt is not found")
	}
	if err := os.Remove(movies[0]); err != nil {
		t.Fatal(err)
	}
	if whole, _, _ := check(root); whole != 1 {
		t.Error("a segment that an excerpt lacks is not found")
	}
}
