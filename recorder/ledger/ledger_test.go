package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var testKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func opened(t testing.TB, dir string, o Options) *Ledger {
	t.Helper()
	o.Key, o.Purpose = testKey, "audit"
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

type deed struct {
	Who  string `json:"who"`
	What int    `json:"what"`
}

func add(t testing.TB, l *Ledger, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if _, err := l.Append(t.Context(), "audit", noon.Add(time.Duration(i)*time.Second), deed{"王", i}); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns all entries of the test's own kind.
func read(t testing.TB, dir string, from uint64) []deed {
	t.Helper()
	var all []deed
	err := Entries(dir, from, func(e Entry) error {
		var d deed
		if e.Kind == "audit" {
			if err := json.Unmarshal(e.Body, &d); err != nil {
				return err
			}
			all = append(all, d)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func verified(t testing.TB, dir string) *Report {
	t.Helper()
	r, err := Verify(dir, VerifyOptions{Key: testKey.Public().(ed25519.PublicKey)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustBeWhole(t testing.TB, dir string) *Report {
	t.Helper()
	r := verified(t, dir)
	if !r.Whole() {
		t.Fatalf("not whole: %+v", r.Findings)
	}
	return r
}

func TestWhatIsAppendedIsThere(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"sha256": {}, "sm3 too": {SM3: true}, "many files": {FileSize: 2000}} {
		dir := t.TempDir()
		l := opened(t, dir, o)
		add(t, l, 0, 50)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = opened(t, dir, o)
		add(t, l, 50, 60)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		all := read(t, dir, 0)
		for i, d := range all {
			if d.What != i {
				t.Fatalf("%s: %v", name, all)
			}
		}
		r := mustBeWhole(t, dir)
		if len(all) != 60 || r.Signed < 60 || r.Heads < 2 || name == "many files" && r.Files < 5 {
			t.Errorf("%s: %d, %+v", name, len(all), r)
		}
		if tail := read(t, dir, r.Signed-3); len(tail) == 0 || tail[len(tail)-1].What != 59 {
			t.Errorf("%s: from near the end: %v", name, tail)
		}
	}
}

func TestTheOptionMayChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, sm3 := range []bool{false, true, false, true} {
		l := opened(t, dir, Options{SM3: sm3})
		add(t, l, i*10, i*10+10)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if r := mustBeWhole(t, dir); r.Files != 4 || len(read(t, dir, 0)) != 40 {
		t.Errorf("%+v", r)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := opened(t, dir, Options{FileSize: 20_000, HeadEvery: 5 * time.Millisecond})
	const writers, each = 16, 50
	var wg sync.WaitGroup
	var mu sync.Mutex
	numbers := map[uint64]bool{}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				n, err := l.Append(t.Context(), "audit", noon, deed{"a", w}, deed{"b", i})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if numbers[n] || numbers[n+1] {
					t.Errorf("number %d given twice", n)
				}
				numbers[n], numbers[n+1] = true, true
				mu.Unlock()
			}
		})
	}
	// Read while it is written: only whole entries, in order.
	for range 20 {
		last := uint64(0)
		if err := Entries(dir, 0, func(e Entry) error {
			if e.N != last+1 {
				return fmt.Errorf("%d after %d", e.N, last)
			}
			last = e.N
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, dir, 0)); got != 2*writers*each {
		t.Errorf("%d entries", got)
	}
	mustBeWhole(t, dir)
}

func TestOnlyOneWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := opened(t, dir, Options{})
	if _, err := Open(dir, Options{Key: testKey, Purpose: "audit"}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("%v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), "audit", noon, deed{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := Open(dir, Options{Key: testKey, Purpose: "manifest"}); err == nil {
		t.Error("a ledger of something else was opened")
	}
}

func TestWhatIsNoEntryIsRefused(t *testing.T) {
	t.Parallel()
	l := opened(t, t.TempDir(), Options{})
	for name, body := range map[string]any{"a list": []int{1}, "a text": "x", "nothing": nil, "too long": deed{strings.Repeat("x", MaxLine), 1}, "no JSON": func() {}} {
		if _, err := l.Append(t.Context(), "audit", noon, body); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	add(t, l, 0, 1) // and it goes on
}

// Whatever a crash leaves of the last write: what was acknowledged before is
// there, the rest is cut off and that is noted.
func TestEveryPrefixRecovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := opened(t, dir, Options{})
	add(t, l, 0, 6)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, Naming("").file(1))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 0; size <= len(whole); size += 7 {
		for _, junk := range []string{"", "\x00\x00\x00"} {
			crashed := t.TempDir()
			if err := os.WriteFile(filepath.Join(crashed, Naming("").file(1)), append(slices.Clone(whole[:size]), junk...), 0o600); err != nil {
				t.Fatal(err)
			}
			lines := bytes.Count(whole[:size], []byte("\n"))
			l := opened(t, crashed, Options{})
			add(t, l, 100, 101)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			mustBeWhole(t, crashed)
			got := read(t, crashed, 0)
			if len(got) == 0 || got[len(got)-1].What != 100 || len(got) < min(lines, 7)-1 {
				t.Fatalf("cut at %d: %v", size, got)
			}
		}
	}
}

func TestWhatWasChangedIsNotGoneOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := opened(t, dir, Options{})
	add(t, l, 0, 20)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, Naming("").file(1))
	whole, _ := os.ReadFile(path)
	rows := bytes.SplitAfter(whole, []byte("\n"))
	for name, text := range map[string][]byte{
		"a changed body": bytes.Replace(whole, []byte(`"what":5}`), []byte(`"what":6}`), 1),
		"a cut end":      bytes.Join(rows[:10], nil),
		"a line less":    bytes.Join(slices.Delete(slices.Clone(rows), 5, 6), nil),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := Open(dir, Options{Key: testKey, Purpose: "audit"}); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
			if l != nil {
				_ = l.Close()
			}
		}
	}
}

// Each of a thousand flipped bits is found, at its line or at the one beside it.
func TestEveryFlippedBitIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := opened(t, dir, Options{SM3: true, FileSize: 6000})
	add(t, l, 0, 60)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, files, err := filesOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		path := filepath.Join(dir, Naming("").file(files[random.IntN(len(files))]))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at, bit := random.IntN(len(whole)), byte(1)<<random.IntN(8)
		line := bytes.Count(whole[:at], []byte("\n")) + 1
		flipped := slices.Clone(whole)
		flipped[at] ^= bit
		if err := os.WriteFile(path, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Verify(dir, VerifyOptions{Key: testKey.Public().(ed25519.PublicKey)})
		if err != nil {
			t.Fatal(err)
		}
		near := slices.ContainsFunc(r.Findings, func(f Finding) bool {
			return f.File == filepath.Base(path) && f.Line >= line-1 && f.Line <= line+1
		})
		if len(r.Findings) == 0 || !near {
			t.Errorf("%s line %d byte %d bit %08b: %+v", filepath.Base(path), line, at, bit, r.Findings)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustBeWhole(t, dir)
}
