package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixture is a ledger of two files: header, ten entries, a head; header, ten
// entries, a head.
func fixture(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	l := opened(t, dir, Options{FileSize: 2300})
	add(t, l, 0, 20)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, files, err := filesOf(dir); err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	return dir
}

// text is a ledger's files as lines.
type text map[string][]string

func (x text) write(t testing.TB, dir string) {
	t.Helper()
	for name, lines := range x {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func load(t testing.TB, dir string) text {
	t.Helper()
	x := text{}
	for _, name := range []string{Naming("").file(1), Naming("").file(2)} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		x[name] = strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	}
	return x
}

func numberOf(t testing.TB, line string) uint64 {
	t.Helper()
	e, err := ParseLine([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	return e.N
}

// relinked is a line that says something else and follows the line before it as
// it should.
func relinked(t testing.TB, before, line string, n uint64) string {
	t.Helper()
	e, err := ParseLine([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	e.Prev, e.N, e.Body = hashLine([]byte(before), false).sha, n, json.RawMessage(`{"who":"nobody","what":0}`)
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// corruptions are done to line i (not the first and not the last) of the first
// file; want is what must be found, of which entry.
var corruptions = map[string]func(t testing.TB, x text, i int) (want Problem, entry uint64){
	"another body": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		lines[i] = strings.Replace(lines[i], `"body":{`, `"body":{"and":1,`, 1)
		return Changed, n
	},
	"another prev": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		e, _ := ParseLine([]byte(lines[i]))
		lines[i] = strings.Replace(lines[i], e.Prev, strings.Repeat("ab", 32), 1)
		return Changed, e.N
	},
	"another number": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		lines[i] = strings.Replace(lines[i], fmt.Sprintf(`"n":%d,`, n), fmt.Sprintf(`"n":%d,`, n+5), 1)
		return Changed, n
	},
	"another time": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		lines[i] = strings.Replace(lines[i], "2026-03-02", "2025-03-02", 1)
		return Changed, n
	},
	"removed": func(t testing.TB, x text, i int) (Problem, uint64) {
		n := numberOf(t, x[Naming("").file(1)][i])
		x[Naming("").file(1)] = slices.Delete(x[Naming("").file(1)], i, i+1)
		return Removed, n
	},
	"removed and renumbered": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := slices.Delete(x[Naming("").file(1)], i, i+1)
		for k := i; k < len(lines); k++ {
			n := numberOf(t, lines[k])
			lines[k] = strings.Replace(lines[k], fmt.Sprintf(`"n":%d,`, n), fmt.Sprintf(`"n":%d,`, n-1), 1)
		}
		x[Naming("").file(1)] = lines
		return Changed, 0
	},
	"exchanged": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		lines[i], lines[i+1] = lines[i+1], lines[i]
		return Reordered, n
	},
	"moved to the end": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		line := lines[i]
		x[Naming("").file(1)] = append(slices.Delete(lines, i, i+1), line)
		return Reordered, n
	},
	"twice": func(t testing.TB, x text, i int) (Problem, uint64) {
		n := numberOf(t, x[Naming("").file(1)][i])
		x[Naming("").file(1)] = slices.Insert(x[Naming("").file(1)], i, x[Naming("").file(1)][i])
		return Inserted, n
	},
	"forged before": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		x[Naming("").file(1)] = slices.Insert(lines, i, relinked(t, lines[i-1], lines[i], n))
		return Inserted, n
	},
	"forged in its place": func(t testing.TB, x text, i int) (Problem, uint64) {
		lines := x[Naming("").file(1)]
		n := numberOf(t, lines[i])
		lines[i] = relinked(t, lines[i-1], lines[i], n)
		return Changed, n
	},
	"forged with all that follows": func(t testing.TB, x text, i int) (Problem, uint64) {
		before := x[Naming("").file(1)][i-1]
		x[Naming("").file(1)][i] = relinked(t, before, x[Naming("").file(1)][i], numberOf(t, x[Naming("").file(1)][i]))
		before = x[Naming("").file(1)][i]
		for _, name := range []string{Naming("").file(1), Naming("").file(2)} {
			for k := range x[name] {
				if name == Naming("").file(1) && k <= i {
					continue
				}
				e, _ := ParseLine([]byte(x[name][k]))
				e.Prev = hashLine([]byte(before), false).sha
				raw, _ := json.Marshal(e)
				x[name][k] = string(raw)
				before = x[name][k]
			}
		}
		return BadSignature, 0
	},
	"no entry": func(t testing.TB, x text, i int) (Problem, uint64) {
		n := numberOf(t, x[Naming("").file(1)][i])
		x[Naming("").file(1)][i] = "{}"
		return Unreadable, n
	},
	"other letters": func(t testing.TB, x text, i int) (Problem, uint64) {
		n := numberOf(t, x[Naming("").file(1)][i])
		x[Naming("").file(1)][i] = strings.Replace(x[Naming("").file(1)][i], `"kind"`, `"Kind"`, 1)
		return Unreadable, n
	},
}

func TestEveryCorruptionIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	dir := fixture(t)
	whole := load(t, dir)
	mustBeWhole(t, dir)
	last := len(whole[Naming("").file(1)]) - 2
	for name, corrupt := range corruptions {
		for _, i := range []int{1, 2, last / 2, last - 1} {
			x := text{Naming("").file(1): slices.Clone(whole[Naming("").file(1)]), Naming("").file(2): slices.Clone(whole[Naming("").file(2)])}
			want, entry := corrupt(t, x, i)
			x.write(t, dir)
			r := verified(t, dir)
			found := slices.ContainsFunc(r.Findings, func(f Finding) bool {
				return f.Problem == want && (entry == 0 || f.Entry == entry)
			})
			if r.Whole() || !found {
				t.Errorf("%s, line %d: %s of entry %d not among %+v", name, i+1, want, entry, r.Findings)
			}
			if len(r.Findings) > 30 {
				t.Errorf("%s, line %d: %d findings for one change", name, i+1, len(r.Findings))
			}
		}
	}
	whole.write(t, dir)
	mustBeWhole(t, dir)
}

// What is done to files rather than to lines.
func TestFilesThatAreGoneCutOrAnothers(t *testing.T) {
	t.Parallel()
	other := fixture(t)
	_, stranger, _ := ed25519.GenerateKey(nil)
	for name, x := range map[string]struct {
		corrupt func(t *testing.T, dir string)
		want    Problem
	}{
		"a file is gone":        {func(t *testing.T, dir string) { remove(t, dir, Naming("").file(1)) }, Missing},
		"the last file is gone": {func(t *testing.T, dir string) { remove(t, dir, Naming("").file(2)) }, TailCut},
		"the end is cut": {func(t *testing.T, dir string) {
			x := load(t, dir)
			x[Naming("").file(2)] = x[Naming("").file(2)][:4]
			x.write(t, dir)
		}, TailCut},
		"cut within a line": {func(t *testing.T, dir string) {
			raw, _ := os.ReadFile(filepath.Join(dir, Naming("").file(2)))
			_ = os.WriteFile(filepath.Join(dir, Naming("").file(2)), raw[:len(raw)-20], 0o600)
		}, TailCut},
		"files exchanged": {func(t *testing.T, dir string) {
			x := load(t, dir)
			text{Naming("").file(1): x[Naming("").file(2)], Naming("").file(2): x[Naming("").file(1)]}.write(t, dir)
		}, Foreign},
		"a file of another ledger": {func(t *testing.T, dir string) {
			text{Naming("").file(2): load(t, other)[Naming("").file(2)]}.write(t, dir)
		}, Foreign},
		"a head of another ledger": {func(t *testing.T, dir string) {
			raw, _ := os.ReadFile(filepath.Join(other, headFile))
			_ = os.WriteFile(filepath.Join(dir, headFile), raw, 0o600)
		}, Foreign},
		"a head that was forged": {func(t *testing.T, dir string) {
			h, _ := readHead(filepath.Join(dir, headFile))
			h.N--
			raw, _ := json.Marshal(h)
			_ = os.WriteFile(filepath.Join(dir, headFile), raw, 0o600)
		}, BadSignature},
		"a head of another key": {func(t *testing.T, dir string) {
			h, _ := readHead(filepath.Join(dir, headFile))
			h, _ = h.sign(stranger, nil)
			raw, _ := json.Marshal(h)
			_ = os.WriteFile(filepath.Join(dir, headFile), raw, 0o600)
		}, BadSignature},
		"a hole that claims a failed write": {func(t *testing.T, dir string) {
			x := load(t, dir)
			first := strings.Join(x[Naming("").file(1)][:4], "\n") + "\n"
			e, h, _ := parseHeader([]byte(x[Naming("").file(2)][0]))
			h.Before = &Before{File: 1, Size: int64(len(first))}
			e.Body, _ = json.Marshal(h)
			e.Prev, e.N = hashLine([]byte(x[Naming("").file(1)][3]), false).sha, 5
			raw, _ := json.Marshal(e)
			x[Naming("").file(2)] = []string{string(raw)}
			x.write(t, dir)
		}, Removed},
		"all new, with a key of their own": {func(t *testing.T, dir string) {
			for _, name := range []string{Naming("").file(1), Naming("").file(2), headFile, publicFile} {
				remove(t, dir, name)
			}
			l, err := Open(dir, Options{Key: stranger, Purpose: "audit"})
			if err != nil {
				t.Fatal(err)
			}
			add(t, l, 0, 5)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}, OtherKey},
	} {
		dir := fixture(t)
		x.corrupt(t, dir)
		r := verified(t, dir)
		if r.Whole() || !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Problem == x.want }) {
			t.Errorf("%s: no %s among %+v", name, x.want, r.Findings)
		}
	}
}

func remove(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// A head that was kept elsewhere shows a cut that the folder does not.
func TestAHeadKeptElsewhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := opened(t, dir, Options{})
	add(t, l, 0, 5)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	early, _ := os.ReadFile(filepath.Join(dir, Naming("").file(1)))
	earlyHead, _ := os.ReadFile(filepath.Join(dir, headFile))
	l = opened(t, dir, Options{})
	add(t, l, 5, 9)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	kept := l.Head()
	_ = os.WriteFile(filepath.Join(dir, Naming("").file(1)), early, 0o600)
	_ = os.WriteFile(filepath.Join(dir, headFile), earlyHead, 0o600)
	mustBeWhole(t, dir) // by itself it is
	r, err := Verify(dir, VerifyOptions{Head: &kept})
	if err != nil || r.Whole() || r.Findings[0].Problem != TailCut {
		t.Errorf("%+v %v", r, err)
	}
}

// The verifier that was written from the document alone agrees.
func TestTheOtherVerifierAgrees(t *testing.T) {
	t.Parallel()
	agree := func(name, dir string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "node", "../verify/testdata/verify.mjs", dir).CombinedOutput()
		want := verified(t, dir).Whole()
		if got := err == nil; got != want {
			t.Errorf("%s: whole is %v here and %v there: %s", name, want, got, out)
		}
	}
	dir := fixture(t)
	agree("whole", dir)
	whole := load(t, dir)
	for name, corrupt := range corruptions {
		x := text{Naming("").file(1): slices.Clone(whole[Naming("").file(1)]), Naming("").file(2): slices.Clone(whole[Naming("").file(2)])}
		corrupt(t, x, 3)
		x.write(t, dir)
		agree(name, dir)
	}
	whole.write(t, dir)
	remove(t, dir, Naming("").file(2))
	agree("a file less", dir)

	both := t.TempDir()
	l := opened(t, both, Options{SM3: true})
	add(t, l, 0, 5)
	_ = l.Close()
	agree("with SM3", both)

	agree("with SM2", twoKeys(t, sm2TestKey(t)))

	b := &broken{}
	failed := t.TempDir()
	l = opened(t, failed, Options{Open: b.open})
	add(t, l, 0, 5)
	b.set(os.ErrDeadlineExceeded, nil, true)
	_, _ = l.Append(t.Context(), "audit", noon, deed{})
	b.set(nil, nil, false)
	add(t, l, 5, 9)
	_ = l.Close()
	agree("after a failed write", failed)
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"n":1,"t":"2026-03-02T12:00:00Z","kind":"audit","prev":"` + noHash.sha + `","body":{}}`))
	f.Add([]byte(`{"n":1,"t":"2026-03-02T12:00:00Z","kind":"header","prev":"` + noHash.sha + `","prev_sm3":"` + noHash.sm3 + `","body":{"format":"avhub-ledger/1"}}`))
	f.Add([]byte(`{"N":1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := ParseLine(line)
		if err != nil {
			return
		}
		if again, err := json.Marshal(e); err != nil || !bytes.Equal(again, line) {
			t.Errorf("%s comes back as %s: %v", line, again, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	dir := fixture(f)
	whole := load(f, dir)
	f.Add([]byte(strings.Join(whole[Naming("").file(1)], "\n") + "\n"))
	f.Add([]byte("\n\n\n"))
	public, _ := publicPEM(testKey.Public().(ed25519.PublicKey))
	head, _ := os.ReadFile(filepath.Join(dir, headFile))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		for name, text := range map[string][]byte{Naming("").file(1): data, publicFile: public, headFile: head} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := Verify(dir, VerifyOptions{}); err == nil && r.Whole() {
			t.Errorf("half a ledger is whole: %q", data)
		}
		if l, err := Open(dir, Options{Key: testKey, Purpose: "audit"}); err == nil {
			_ = l.Close()
		}
	})
}
