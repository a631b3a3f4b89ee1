package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avhub/rooms/store"
)

// again writes an archive anew with its files changed.
func again(t *testing.T, data []byte, change func(h *tar.Header, body []byte) (*tar.Header, []byte)) []byte {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	in := tar.NewReader(zip)
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if h, body = change(h, body); h == nil {
			continue
		}
		h.Size = int64(len(body))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil && len(body) > 0 {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Whatever is wrong with a backup is found before anything is put into place.
func TestDamagedBackupsAreRefused(t *testing.T) {
	t.Parallel()
	data, _ := newHouse(t, "").backUp(t)
	named := func(name string, to func(*tar.Header, []byte) (*tar.Header, []byte)) []byte {
		return again(t, data, func(h *tar.Header, body []byte) (*tar.Header, []byte) {
			if strings.HasPrefix(h.Name, name) {
				return to(h, body)
			}
			return h, body
		})
	}
	rename := func(to string) func(*tar.Header, []byte) (*tar.Header, []byte) {
		return func(h *tar.Header, body []byte) (*tar.Header, []byte) { h.Name = to; return h, body }
	}
	drop := func(*tar.Header, []byte) (*tar.Header, []byte) { return nil, nil }
	for name, bad := range map[string][]byte{
		"empty":                 nil,
		"no backup":             []byte("hello"),
		"cut off":               data[:len(data)/2],
		"the last byte is gone": data[:len(data)-1],
		"a bit flipped":         flipped(data, len(data)/2),
		"a changed row": named("database/grants", func(h *tar.Header, b []byte) (*tar.Header, []byte) {
			return h, bytes.Replace(b, []byte("judge"), []byte("admin"), 1)
		}),
		"a changed key":       named("keys/ledger.pem", func(h *tar.Header, b []byte) (*tar.Header, []byte) { return h, append(b, '\n') }),
		"a file less":         named("sources.yaml", drop),
		"no list of contents": named("manifest.json", drop),
		"no head":             named("avhub-backup.json", drop),
		"another format": named("avhub-backup.json", func(h *tar.Header, b []byte) (*tar.Header, []byte) {
			return h, bytes.Replace(b, []byte(Format), []byte("avhub-backup-9"), 1)
		}),
		"out of the folder": named("sources.yaml", rename("../../etc/cron.d/x")),
		"an absolute name":  named("sources.yaml", rename("/etc/passwd")),
		"another file":      named("sources.yaml", rename("avhub.db")),
		"another table":     named("sources.yaml", rename("database/pg_user.000001.jsonl")),
		"a file twice":      named("sources.yaml", rename("keys/ledger.pem")),
		"a link": named("sources.yaml", func(h *tar.Header, _ []byte) (*tar.Header, []byte) {
			h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc/passwd"
			return h, nil
		}),
		"a bomb":                  named("sources.yaml", func(h *tar.Header, _ []byte) (*tar.Header, []byte) { return h, make([]byte, maxSmall+1) }),
		"nonsense for a manifest": named("manifest.json", func(h *tar.Header, _ []byte) (*tar.Header, []byte) { return h, []byte(`{"files":7}`) }),
	} {
		dir := t.TempDir()
		if a, err := Unpack(bytes.NewReader(bad), dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v %v", name, a, err)
		}
	}

	// With a list that fits, the rows must fit the database and the audit its signature.
	forged := again(t, data, func(h *tar.Header, b []byte) (*tar.Header, []byte) { return h, b })
	if a := unpack(t, forged); a.Try(t.Context()) != nil {
		t.Error("written anew and unchanged, it is refused")
	}
	for name, harm := range map[string]func(dir string) error{
		"a loose end": func(dir string) error {
			return rewrite(dir, "database/grants.000001.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"c00000"`), []byte(`"nowhere"`), 1) })
		},
		"no row": func(dir string) error {
			return rewrite(dir, "database/users.000001.jsonl", func(b []byte) []byte { return append(b, "{}\n"...) })
		},
		"a row less": func(dir string) error {
			return rewrite(dir, "database/grants.000001.jsonl", func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] })
		},
		"half numbers": func(dir string) error {
			return rewrite(dir, "database/revision.000001.jsonl", func(b []byte) []byte { return []byte("[\"one\",\"n\"]\n[1,1.5]\n") })
		},
	} {
		a := unpack(t, data)
		if err := harm(a.dir); err != nil {
			t.Fatal(err)
		}
		if err := a.Try(t.Context()); err == nil {
			t.Errorf("%s: taken", name)
		}
		to := t.TempDir()
		if _, err := a.Restore(t.Context(), RestoreOptions{Dir: to, Now: noon}); err == nil {
			t.Errorf("%s: restored", name)
		}
		if left, _ := os.ReadDir(to); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	a := unpack(t, data)
	if err := rewrite(a.dir, "audit/000001.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("xxx"), []byte("xyx"), 1) }); err != nil {
		t.Fatal(err)
	}
	if err := a.CheckAudit(); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed entry: %v", err)
	}
	newer := unpack(t, data)
	newer.Schema = store.Schema() + 1
	if _, err := newer.Restore(t.Context(), RestoreOptions{Dir: t.TempDir(), Now: noon}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("of a newer program: %v", err)
	}
}

func flipped(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 4
	return data
}

func rewrite(dir, name string, change func([]byte) []byte) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, change(data), 0o600)
}

func FuzzUnpack(f *testing.F) {
	var whole bytes.Buffer
	zip := gzip.NewWriter(&whole)
	w := tar.NewWriter(zip)
	for name, v := range map[string]any{headName: Head{Format: Format, Schema: 1}, manifestName: Manifest{}} {
		body, _ := json.Marshal(v)
		_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(body))})
		_, _ = w.Write(body)
	}
	_, _ = w.Close(), zip.Close()
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()/2])
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		_, _ = Unpack(bytes.NewReader(data), filepath.Join(dir, "in"))
		if left, err := os.ReadDir(dir); err != nil || len(left) > 1 {
			t.Fatalf("it got out of its folder: %v %v", left, err)
		}
	})
}

func FuzzRows(f *testing.F) {
	for _, text := range []string{"[\"a\",\"b\"]\n[1,\"x\"]\n[null,true]\n", "[]\n", "[\"a\"]\n[1e999]\n", "[\"a\"]\n[[]]\n", "[\"a\"]\n[1] [2]\n", ""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = readRows(bytes.NewReader(data), 2, func(columns []string, rows [][]any) error {
			for _, r := range rows {
				if len(r) != len(columns) || len(columns) == 0 {
					t.Fatalf("%d values in %d columns", len(r), len(columns))
				}
				for _, v := range r {
					switch v.(type) {
					case nil, string, bool, int64:
					default:
						t.Fatalf("a %T", v)
					}
				}
			}
			return nil
		})
	})
}
