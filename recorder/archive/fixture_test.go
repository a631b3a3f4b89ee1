package archive

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"avhub/recorder/archive/miniotest"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

var (
	testKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	testSM2 = sync.OnceValues(func() (*sm2.PrivateKey, error) { return sm2.NewPrivateKey(bytes.Repeat([]byte{7}, 32)) }) // the same in children
)

// folder is recordings as the recorder leaves them, as far as the archive looks: the
// segments hold noise.
type folder struct {
	root string
	mu   sync.Mutex // of annexes
}

// recording writes one; it is sealed if seal is set.
func (f *folder) recording(t testing.TB, id string, labels map[string]string, seal bool, sizes ...int) (dir string, ends []manifest.SegmentEnd) {
	t.Helper()
	dir = filepath.Join(f.root, "court-1", "2026-03-02", id)
	l := openLedger(t, dir)
	put := func(kind string, body any) {
		t.Helper()
		if _, err := l.Append(t.Context(), kind, time.Now(), body); err != nil {
			t.Fatal(err)
		}
	}
	zero := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	put(manifest.KindBegin, manifest.Begin{Format: manifest.Format, ID: id, Source: "court-1", Labels: labels, Asked: zero, Zero: zero, PartMS: 500, Sync: "part"})
	s := manifest.Seal{Ended: zero, Segments: len(sizes)}
	for i, size := range sizes {
		b := noise(uint64(i)+uint64(len(id))<<32, size)
		sum := sha256.Sum256(b)
		n, at := i+1, manifest.Micros(i*60_000_000)
		if err := os.WriteFile(filepath.Join(dir, manifest.SegmentFile(n)), b, 0o600); err != nil {
			t.Fatal(err)
		}
		put(manifest.KindSegment, manifest.Segment{Segment: n, File: manifest.SegmentFile(n), Start: at, UTC: zero, Size: int64(size)})
		e := manifest.SegmentEnd{Segment: n, Size: int64(size), SHA256: hex.EncodeToString(sum[:]), Start: at, End: at + 60_000_000, UTC: zero}
		put(manifest.KindSegmentEnd, e)
		ends = append(ends, e)
		s.Files = append(s.Files, manifest.SealedFile{File: manifest.SegmentFile(n), Size: e.Size, SHA256: e.SHA256})
	}
	if seal {
		put(manifest.KindSeal, s)
		head, err := l.Sign(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(manifest.SealFile{Format: manifest.SealFormat, Recording: id, Source: "court-1", Labels: labels, Value: head.Hash, Seal: s, Head: head})
		if err := errors.Join(err, os.WriteFile(filepath.Join(dir, manifest.SealFileName), raw, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, ends
}

func ledgerOptions() ledger.Options {
	second, err := testSM2()
	if err != nil {
		panic(err)
	}
	return ledger.Options{Key: testKey, SM3: true, SM2: second, Purpose: manifest.Purpose, Name: ledger.Manifest, HeadEvery: -1, Unlocked: true}
}

func openLedger(t testing.TB, dir string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(dir, ledgerOptions())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// annex is as the recorder's.
func (f *folder) annex(ctx context.Context, dir, kind string, body any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, err := ledger.Open(dir, ledgerOptions())
	if err != nil {
		return err
	}
	_, err = l.Append(ctx, kind, time.Now(), body)
	return errors.Join(err, l.Close())
}

func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 32)})
	b := make([]byte, n)
	_, _ = r.Read(b) // never fails
	return b
}

// lockedStore is a store on a bucket with lock, and folders of recordings.
func lockedStore(t testing.TB) (*miniotest.Server, StoreOptions, *folder) {
	t.Helper()
	s := miniotest.Start(t, miniotest.Bucket{Lock: true})
	return s, storeOptions(s, s.URL), &folder{root: filepath.Join(t.TempDir(), "recordings")}
}

func storeOptions(s *miniotest.Server, endpoint string) StoreOptions {
	return StoreOptions{
		Endpoint: endpoint, Region: "us-east-1", Bucket: s.Bucket, AccessKey: s.User, SecretKey: s.Password,
		Lock: LockGovernance, PartSize: 5 << 20, Days: map[string]int{"courtroom": 30, "security": 3},
	}
}

func openStore(t testing.TB, o StoreOptions) *Store {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// started is an archive that runs until stop, or the test's end.
type started struct {
	*Archive
	stop   func()
	events chan Event
}

func start(t testing.TB, o StoreOptions, f *folder, queueDir string) *started {
	t.Helper()
	events := make(chan Event, 1000)
	a, err := New(Options{
		Store: openStore(t, o), Dir: queueDir, Roots: []string{f.root}, Annex: f.annex, Told: func(e Event) { events <- e },
		BackoffMin: 10 * time.Millisecond, BackoffMax: 200 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); a.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		<-done
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return &started{a, stop, events}
}

// wait waits for a condition.
func wait(t testing.TB, what string, limit time.Duration, ok func() (bool, string)) {
	t.Helper()
	last := ""
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		good, text := ok()
		if good {
			return
		}
		last = text
	}
	t.Fatalf("%s: not within %v: %s", what, limit, last)
}

// drained waits until the queue is empty.
func (a *started) drained(t testing.TB, limit time.Duration) {
	t.Helper()
	wait(t, "the queue is empty", limit, func() (bool, string) {
		s, err := a.Status()
		return err == nil && s.Queue == 0, fmt.Sprintf("%+v %v", s, err)
	})
}
