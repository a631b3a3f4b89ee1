package stamp

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
	"avhub/recorder/stamp/tsatest"
)

// annex adds to a recording's manifest as the recorder does.
func annex(ctx context.Context, dir, kind string, body any) error {
	l, err := ledger.Open(dir, ledger.Options{Key: recordtest.TestKey(), Purpose: manifest.Purpose, Name: ledger.Manifest, Unlocked: true, NoSync: true, HeadEvery: -1})
	if err != nil {
		return err
	}
	_, err = l.Append(ctx, kind, time.Now(), body)
	return errors.Join(err, l.Close())
}

// house is a folder of recordings beside an authority.
type house struct {
	t    *testing.T
	root string
	tsa  *tsatest.Authority
	url  string
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, root: t.TempDir(), tsa: authorityOf(t, tsatest.Options{})}
	server := httptest.NewServer(h.tsa)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *house) recording(id string, o recordtest.Options) string {
	h.t.Helper()
	o.ID, o.Small, o.NoSound, o.Length = id, true, true, time.Second
	if o.Zero.IsZero() {
		o.Zero = time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	}
	dir := filepath.Join(h.root, "court-1", o.Zero.Format("2006-01-02"), id)
	if _, err := recordtest.Make(dir, o); err != nil {
		h.t.Fatal(err)
	}
	return dir
}

// run starts a stamper and returns it with what ends it.
func (h *house) run(change func(*Options)) (*Stamper, func()) {
	o := Options{
		URL: h.url, Roots: h.tsa.Roots(), Dir: h.root, Annex: annex, Log: slog.New(slog.NewTextHandler(h.t.Output(), nil)),
		first: 5 * time.Millisecond, most: 50 * time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	s := New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	stop := func() { cancel(); <-done }
	h.t.Cleanup(stop)
	return s, stop
}

// until waits for a condition.
func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-limit.C:
			h.t.Fatalf("not in a minute: %s", what)
		}
	}
}

func (h *house) stamps(dir string) []manifest.Stamp {
	h.t.Helper()
	rec, err := manifest.Read(dir)
	if err != nil {
		h.t.Fatal(err)
	}
	return rec.Stamps
}

// fits checks that a recording has one stamp, over its seal's head.
func (h *house) fits(dir string) {
	h.t.Helper()
	seal, err := manifest.ReadSealFile(dir)
	if err != nil {
		h.t.Fatal(err)
	}
	stamps := h.stamps(dir)
	if len(stamps) != 1 || stamps[0].Entry != seal.Head.N || stamps[0].Hash != seal.Value || stamps[0].TSA != h.url {
		h.t.Fatalf("%+v", stamps)
	}
	token, _ := base64.StdEncoding.DecodeString(stamps[0].Token)
	digest, _ := hex.DecodeString(seal.Value)
	if info, err := Check(token, digest, h.tsa.Roots()); err != nil || !info.Trusted || !info.Time.Equal(stamps[0].Time) {
		h.t.Errorf("%+v %v", info, err)
	}
}

func TestASealedRecordingIsStamped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, _ := h.run(nil)
	dir := h.recording("r-1", recordtest.Options{})
	s.Sealed(dir)
	s.Sealed(dir)
	h.until("stamped", func() bool { return s.Status().Waiting == 0 })
	h.fits(dir)
	if st := s.Status(); st.Stamped != 1 || st.Err != "" || st.Last.IsZero() {
		t.Errorf("%+v", st)
	}
	s.Sealed(dir) // it has one
	h.until("done", func() bool { return s.Status().Waiting == 0 })
	h.fits(dir)
	if h.tsa.Asked() != 1 {
		t.Errorf("asked %d times", h.tsa.Asked())
	}
}

func TestAnAuthorityThatIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tsa.Away(true)
	s, _ := h.run(nil)
	a, b := h.recording("r-1", recordtest.Options{}), h.recording("r-2", recordtest.Options{})
	s.Sealed(a)
	s.Sealed(b)
	h.until("tried thrice", func() bool { return h.tsa.Asked() > 3 })
	if st := s.Status(); st.Waiting != 2 || st.Err == "" || st.Oldest.IsZero() {
		t.Errorf("%+v", st)
	}
	h.tsa.Away(false)
	h.until("stamped", func() bool { return s.Status().Waiting == 0 })
	h.fits(a)
	h.fits(b)
}

// TestWhatAStopHasLeft is stamped at the next start, if it is not too old.
func TestWhatAStopHasLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tsa.Away(true)
	s, stop := h.run(nil)
	dir := h.recording("r-1", recordtest.Options{})
	old := h.recording("r-old", recordtest.Options{Zero: time.Now().AddDate(0, 0, -40).UTC()})
	open := h.recording("r-open", recordtest.Options{Open: true})
	s.Sealed(dir)
	h.until("tried", func() bool { return h.tsa.Asked() > 0 })
	stop()
	h.tsa.Away(false)
	s, stop = h.run(nil)
	h.until("stamped", func() bool { return s.Status().Stamped == 1 })
	h.fits(dir)
	stop()
	asked := h.tsa.Asked()
	s, stop = h.run(nil)
	h.until("done", func() bool { return s.Status().Waiting == 0 })
	stop()
	h.fits(dir)
	if h.tsa.Asked() != asked || len(h.stamps(old)) > 0 || len(h.stamps(open)) > 0 {
		t.Errorf("asked %d times more", h.tsa.Asked()-asked)
	}
}

func TestSegmentsAreStampedWhileRecording(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, _ := h.run(nil)
	dir := h.recording("r-1", recordtest.Options{Open: true, Segments: 3})
	head, err := ledger.ReadHead(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Segment(dir)
	h.until("stamped", func() bool { return s.Status().Waiting == 0 })
	if st := h.stamps(dir); len(st) != 1 || st[0].Entry != head.N || st[0].Hash != head.Hash {
		t.Errorf("%+v", st)
	}
}

// TestASegmentsHeadIsWaitedFor: the segment's end is told before it is signed.
func TestASegmentsHeadIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, _ := h.run(nil)
	dir := h.recording("r-1", recordtest.Options{Open: true, Segments: 2})
	l, err := ledger.Open(dir, ledger.Options{Key: recordtest.TestKey(), Purpose: manifest.Purpose, Name: ledger.Manifest, Unlocked: true, NoSync: true, HeadEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	last := rec.Segments[len(rec.Segments)-1]
	if _, err := l.Append(t.Context(), manifest.KindSegmentEnd, time.Now(), manifest.SegmentEnd{
		Segment: last.Segment.Segment, Size: last.Bytes(), Start: last.Start, End: last.End(), Parts: len(last.Parts), Tracks: []manifest.TrackCount{},
	}); err != nil {
		t.Fatal(err)
	}
	s.Segment(dir)
	h.until("looked at twice", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.waiting) == 1 && s.waiting[0].tries > 1
	})
	if h.tsa.Asked() > 0 {
		t.Error("asked for a head that is older than the segment")
	}
	if err := l.Close(); err != nil { // signs
		t.Fatal(err)
	}
	h.until("stamped", func() bool { return s.Status().Waiting == 0 })
	if n := len(h.stamps(dir)); n != 1 {
		t.Errorf("%d stamps", n)
	}
}

// TestAnswersThatDoNotFit are not kept, and asked for again.
func TestAnswersThatDoNotFit(t *testing.T) {
	t.Parallel()
	stranger := authorityOf(t, tsatest.Options{})
	for name, handler := range map[string]http.HandlerFunc{
		"garbage":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"nothing":  func(http.ResponseWriter, *http.Request) {},
		"too much": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) },
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			_, _ = w.Write([]byte{0x30})
		},
		"a stranger's": stranger.ServeHTTP,
		"refused": func(w http.ResponseWriter, _ *http.Request) {
			answer, _ := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadRequest)
			_, _ = w.Write(answer)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			var bad atomic.Bool
			var asked atomic.Int32
			bad.Store(true)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if bad.Load() {
					handler(w, r)
					return
				}
				h.tsa.ServeHTTP(w, r)
			}))
			defer server.Close()
			h.url = server.URL
			s, stop := h.run(nil)
			defer stop()
			dir := h.recording("r-1", recordtest.Options{Segments: 1})
			s.Sealed(dir)
			h.until("tried twice", func() bool { return asked.Load() > 2 })
			if n := len(h.stamps(dir)); n > 0 || s.Status().Err == "" {
				t.Errorf("%d stamps, %+v", n, s.Status())
			}
			bad.Store(false)
			h.until("stamped", func() bool { return s.Status().Waiting == 0 })
			h.fits(dir)
		})
	}
}

func TestAnAnswerToAnotherQuestion(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*timestamp.Timestamp){
		"another nonce": func(t *timestamp.Timestamp) { t.Nonce = big.NewInt(1) },
		"no nonce":      func(t *timestamp.Timestamp) { t.Nonce = nil },
		"another hash":  func(t *timestamp.Timestamp) { t.HashedMessage = digestOf("another") },
		"another time":  func(t *timestamp.Timestamp) { t.Time = time.Now().AddDate(-1, 0, 0) },
	} {
		h := newHouse(t)
		h.tsa.Spoil = spoil
		a := authority{h.url, h.tsa.Roots(), http.DefaultClient}
		if _, info, err := a.ask(t.Context(), digestOf("a line")); err == nil {
			t.Errorf("%s: %+v", name, info)
		}
	}
}

// TestARecordingThatIsGone is forgotten.
func TestARecordingThatIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, _ := h.run(nil)
	dir := h.recording("r-1", recordtest.Options{})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.Sealed(dir)
	h.until("forgotten", func() bool { return s.Status().Waiting == 0 })
	if h.tsa.Asked() > 0 {
		t.Error("asked for nothing")
	}
}
