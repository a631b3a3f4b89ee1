package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"avhub/recorder/ledger"
	"avhub/rooms"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func opened(t testing.TB, dir string, key ed25519.PrivateKey) *Log {
	t.Helper()
	l, err := Open(Options{Dir: dir, Key: key, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func newKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// watched is that somebody watches.
func watched(n int) Entry {
	return Entry{
		Time: noon, Who: Who{Kind: User, ID: "u7", Name: "wang", Address: "10.0.0.7"}, Action: rooms.Watch,
		Object: Object{Kind: rooms.SourceObject, ID: fmt.Sprint("court-", n)}, Court: "heihe", Outcome: Began,
	}
}

// caughtUp are the entries that a fresh index would have.
func caughtUp(t testing.TB, l *Log, after uint64) []Numbered {
	t.Helper()
	var all []Numbered
	err := l.CatchUp(after, func(part []Numbered) error {
		all = append(all, part...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What was acknowledged is there after a crash, in order, with its number, and
// verifies.
func TestWhatWasWrittenIsThere(t *testing.T) {
	t.Parallel()
	dir, key := t.TempDir(), newKey(t)
	l := opened(t, dir, key)
	const writers, each = 8, 50
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := l.Write(t.Context(), watched(w), watched(w*each+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	// The folder as a crash leaves it: nothing is closed, nothing signed.
	crashed := t.TempDir()
	if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(crashed, "lock")); err != nil {
		t.Fatal(err)
	}
	again := opened(t, crashed, key)
	all := caughtUp(t, again, 0)
	if len(all) != 2*writers*each || again.Ledger() != l.Ledger() {
		t.Fatalf("%d entries of %s", len(all), again.Ledger())
	}
	for i, e := range all {
		if i > 0 && e.N <= all[i-1].N {
			t.Errorf("entry %d after %d", e.N, all[i-1].N)
		}
		if e.Who.Name != "wang" || e.Action != rooms.Watch || !e.Time.Equal(noon) {
			t.Errorf("%+v", e)
		}
	}
	if rest := caughtUp(t, again, all[100].N); len(rest) != len(all)-101 || rest[0].N != all[101].N {
		t.Errorf("%d after entry %d", len(rest), all[100].N)
	}
	if err := errors.Join(l.Close(), again.Close()); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, crashed} {
		if r, err := ledger.Verify(d, ledger.VerifyOptions{Key: key.Public().(ed25519.PublicKey)}); err != nil || !r.Whole() || r.Signed < 2*writers*each {
			t.Errorf("%v %+v", err, r)
		}
	}
	if err := l.Write(t.Context(), watched(1)); !errors.Is(err, ledger.ErrClosed) || l.Failed() != 1 {
		t.Errorf("after the end: %v, %d failed", err, l.Failed())
	}
	if err := l.Try(t.Context(), watched(1)); err == nil || l.Failed() != 1 {
		t.Errorf("a try: %v, %d failed", err, l.Failed())
	}
}

// What is written waits for the index; what the index could not take comes again
// first; what is too much to wait is read from the files.
func TestTheIndexMissesNothing(t *testing.T) {
	t.Parallel()
	l := opened(t, t.TempDir(), newKey(t))
	defer func() { _ = l.Close() }()
	if !l.Behind() {
		t.Error("an index that was never brought up is not behind")
	}
	caughtUp(t, l, 0)
	if l.Behind() {
		t.Error("behind after it was brought up")
	}
	for i := range 5 {
		if err := l.Write(t.Context(), watched(i)); err != nil {
			t.Fatal(err)
		}
	}
	taken := l.Take(3)
	if len(taken) != 3 {
		t.Fatalf("%d", len(taken))
	}
	l.Return(taken)
	var ids []string
	for _, e := range l.Take(100) {
		ids = append(ids, e.Object.ID)
	}
	if got := strings.Join(ids, " "); got != "court-0 court-1 court-2 court-3 court-4" {
		t.Error(got)
	}
	last := l.Written()
	l.most = 3000
	for n := 0; n <= l.most; n += 1000 {
		part := make([]Entry, 1000)
		for i := range part {
			part[i] = watched(i)
		}
		if err := l.Write(t.Context(), part...); err != nil {
			t.Fatal(err)
		}
	}
	if !l.Behind() || len(l.Take(1)) != 0 {
		t.Error("more waits than may")
	}
	if got := caughtUp(t, l, last); len(got) != l.most+1000 {
		t.Errorf("%d from the files", len(got))
	}
	broken := errors.New("the database is away")
	if err := l.CatchUp(0, func([]Numbered) error { return broken }); !errors.Is(err, broken) || !l.Behind() {
		t.Errorf("%v, behind %v", err, l.Behind())
	}
}

// However many write at once, the index is given entries in the ledger's order
// and without holes: what is after a hole would be taken for all there is.
func TestTheIndexIsGivenEntriesInOrder(t *testing.T) {
	t.Parallel()
	l := opened(t, t.TempDir(), newKey(t))
	defer func() { _ = l.Close() }()
	caughtUp(t, l, 0)
	const writers, each = 16, 30
	written := make(chan struct{})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				if err := l.Write(t.Context(), watched(w)); err != nil {
					t.Error(err)
				}
				written <- struct{}{}
			}
		})
	}
	next, taken := uint64(2), 0 // the header is 1
	for range writers * each {
		<-written
		for part := l.Take(7); len(part) > 0; part = l.Take(7) {
			for _, e := range part {
				if e.N != next {
					t.Fatalf("entry %d comes where %d should", e.N, next)
				}
				next++
				taken++
			}
		}
	}
	wg.Wait()
	if taken != writers*each {
		t.Errorf("%d of %d", taken, writers*each)
	}
}

// An entry is one line of bounded length whatever is in it, and its texts turn
// nobody's screen.
func TestTextsAreCleaned(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"王法官 (presiding)":                   "王法官 (presiding)",
		"two\nlines\r\n":                    "two\ufffdlines\ufffd\ufffd",
		"\x1b[31mred\x1b]0;title\x07":       "\ufffd[31mred\ufffd]0;title\ufffd",
		"nul\x00, del\x7f, c1\u009b":        "nul\ufffd, del\ufffd, c1\ufffd",
		"\u202egnp.exe\u202c":               "\ufffdgnp.exe\ufffd",
		"\u2066isolated\u2069":              "\ufffdisolated\ufffd",
		"line\u2028separator\u2029, \ufeff": "line\ufffdseparator\ufffd, \ufffd",
		"\xff\xfe broken":                   "\ufffd broken",
		"tab\tand 全角　空格":                    "tab\ufffdand 全角　空格",
		"":                                  "",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	for _, long := range []string{strings.Repeat("x", 5000), strings.Repeat("字", 5000), "x" + strings.Repeat("字", 5000), strings.Repeat("\xff", 5000)} {
		got := Clean(long)
		if len(got) > maxText+3 || !utf8.ValidString(got) {
			t.Errorf("%d bytes, valid %v", len(got), utf8.ValidString(got))
		}
	}
}

func TestEveryTextOfAnEntryIsCleaned(t *testing.T) {
	t.Parallel()
	const evil = "a\nb\u202e\x1b[0m"
	dir, key := t.TempDir(), newKey(t)
	l := opened(t, dir, key)
	e := watched(1)
	e.Who = Who{Kind: User, ID: evil, Name: evil, Session: evil, Token: evil, Link: evil, Address: evil}
	e.Object, e.Court, e.Why, e.Detail = Object{Kind: rooms.SourceObject, ID: evil, Name: evil}, evil, evil, map[string]string{evil: evil}
	if err := l.Write(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "000001.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) != 3 { // header, entry, head
		t.Fatalf("%d lines", len(lines))
	}
	var kept struct{ Body Entry }
	if err := json.Unmarshal([]byte(lines[1]), &kept); err != nil {
		t.Fatal(err)
	}
	for _, r := range fmt.Sprint(kept.Body) {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%U is kept", r)
		}
	}
	if r, err := ledger.Verify(dir, ledger.VerifyOptions{}); err != nil || !r.Whole() {
		t.Errorf("%v %+v", err, r)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "王\n", "\x1b[0m", "\u202e", strings.Repeat("字", 400), "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || len(got) > maxText+3 {
			t.Errorf("%q", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%U in %q", r, got)
			}
		}
		if len(s) <= maxText/3 && Clean(got) != got {
			t.Errorf("%q changes when it is cleaned again", got)
		}
	})
}

func ExampleLog_Write() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	_, key, _ := ed25519.GenerateKey(nil)
	l, err := Open(Options{Dir: dir, Key: key})
	if err != nil {
		panic(err)
	}
	entry := Entry{Time: noon, Who: Who{Kind: User, ID: "u7", Name: "wang"}, Action: rooms.Watch, Object: Object{Kind: rooms.SourceObject, ID: "court-1"}, Outcome: Began}
	fmt.Println(l.Write(context.Background(), entry))
	fmt.Println(l.Close())
	report, err := ledger.Verify(dir, ledger.VerifyOptions{})
	fmt.Println(report.Whole(), report.Entries, err)
	// Output:
	// <nil>
	// <nil>
	// true 3 <nil>
}
