package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"avhub/recorder/archive/miniotest"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// versions lists all versions under a prefix, delete markers included.
func versions(t testing.TB, s *miniotest.Server, prefix string) map[string][]minio.ObjectInfo {
	t.Helper()
	found := map[string][]minio.ObjectInfo{}
	for o := range s.Client.ListObjects(t.Context(), s.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		found[o.Key] = append(found[o.Key], o)
	}
	return found
}

// givenOut hashes what the store gives out.
func givenOut(t testing.TB, s *miniotest.Server, key string) string {
	t.Helper()
	o, err := s.Client.GetObject(t.Context(), s.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, o); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// exactlyOnce checks that a recording's segments are in the store, each once, and that
// the manifest says so of each once.
func exactlyOnce(t testing.TB, s *miniotest.Server, dir string, ends []manifest.SegmentEnd) {
	t.Helper()
	prefix := "recordings/court-1/2026-03-02/" + filepath.Base(dir) + "/"
	all := versions(t, s, prefix)
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range ends {
		file := manifest.SegmentFile(e.Segment)
		if n := len(all[prefix+file]); n != 1 {
			t.Errorf("%s has %d versions in the store", file, n)
		}
		if got := givenOut(t, s, prefix+file); got != e.SHA256 {
			t.Errorf("%s: the store gives out %s, recorded was %s", file, got, e.SHA256)
		}
		if got := rec.Segments[i].Archived; got == nil || got.SHA256 != e.SHA256 || got.Where != s.Bucket+"/"+prefix+file || got.Version == "" || got.Retained.Before(time.Now()) {
			t.Errorf("%s: the manifest says %+v", file, got)
		}
	}
	if n := strings.Count(string(raw), `"kind":"archived"`); n != len(ends) {
		t.Errorf("the manifest has %d receipts for %d segments", n, len(ends))
	}
}

func TestWhileRecordingGoesOn(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	dir, ends := f.recording(t, "r1", map[string]string{LabelKind: "security", LabelCase: "（2021）黑11民初23号"}, true, 300_000, 12_000_000, 1)
	a := start(t, o, f, t.TempDir())
	for _, e := range ends {
		a.Segment(dir, e)
	}
	a.Sealed(dir)
	a.drained(t, time.Minute)
	exactlyOnce(t, s, dir, ends)

	prefix := "recordings/court-1/2026-03-02/r1/"
	for _, file := range []string{"manifest.jsonl", "head.json", "ledger.pub", "ledger-sm2.pub", "seal.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(raw)
		if got := givenOut(t, s, prefix+file); got != hex.EncodeToString(sum[:]) {
			t.Errorf("%s in the store is not the one here", file)
		}
	}
	// The store itself refuses to delete, and says until when.
	for _, v := range versions(t, s, prefix)[prefix+"000002.mp4"] {
		err := s.Client.RemoveObject(t.Context(), s.Bucket, v.Key, minio.RemoveObjectOptions{VersionID: v.VersionID})
		if err == nil || !strings.Contains(err.Error(), "WORM") {
			t.Errorf("deleting a locked version: %v", err)
		}
		mode, until, err := s.Client.GetObjectRetention(t.Context(), s.Bucket, v.Key, v.VersionID)
		if err != nil || *mode != minio.Governance || time.Until(*until).Round(24*time.Hour) != 72*time.Hour {
			t.Errorf("locked %v until %v, %v: security keeps 3 days", mode, until, err)
		}
	}
	if got, err := a.queue.recordings(); err != nil || len(got) > 0 {
		t.Errorf("a recording that is archived is still in the queue: %v, %v", got, err)
	}
	st, err := a.Status()
	if err != nil || st.Away || st.Objects < 3 || st.Bytes != 12_300_001 || st.Failures != 0 || st.Refused != 0 {
		t.Errorf("%+v, %v", st, err)
	}

	// A receipt is confirmed as long as it is true.
	rec, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	receipt := *rec.Segments[1].Archived
	if err := a.o.Store.Confirm(t.Context(), receipt); err != nil {
		t.Error(err)
	}
	for what, spoil := range map[string]func(*manifest.Archived){
		"another hash": func(a *manifest.Archived) { a.SHA256 = ends[0].SHA256 },
		"not there":    func(a *manifest.Archived) { a.Where += "x" },
		"no version":   func(a *manifest.Archived) { a.Version = "b3bc5a3c-bd3e-4ea7-9fd6-24ae9bd7e3a4" },
		"bucket":       func(a *manifest.Archived) { a.Where = "other/" + a.Where },
	} {
		bad := receipt
		spoil(&bad)
		if err := a.o.Store.Confirm(t.Context(), bad); err == nil {
			t.Errorf("%s: confirmed", what)
		}
	}

	// What is added later is sent as a new version; the segments are not sent again.
	if err := f.annex(t.Context(), dir, manifest.KindMark, manifest.Mark{ID: "m1", Text: "here"}); err != nil {
		t.Fatal(err)
	}
	if n := len(versions(t, s, prefix)[prefix+"manifest.jsonl"]); n != 1 {
		t.Errorf("the manifest was sent %d times", n)
	}
	a.Changed(dir)
	a.drained(t, time.Minute)
	if n := len(versions(t, s, prefix)[prefix+"manifest.jsonl"]); n != 2 {
		t.Errorf("after a mark the manifest has %d versions", n)
	}
	exactlyOnce(t, s, dir, ends)
}

// TestManifestOfARecordingThatGoesOn: should this machine be lost in mid-hearing, what is
// in the store can be proven; but not every segment brings a copy of the manifest.
func TestManifestOfARecordingThatGoesOn(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	dir, ends := f.recording(t, "r1", nil, false, 1000, 2000, 3000)
	a := start(t, o, f, t.TempDir())
	for _, e := range ends {
		a.Segment(dir, e)
		a.drained(t, time.Minute)
	}
	prefix := "recordings/court-1/2026-03-02/r1/"
	all := versions(t, s, prefix)
	for _, file := range []string{"manifest.jsonl", "head.json", "ledger.pub", "ledger-sm2.pub"} {
		if n := len(all[prefix+file]); n != 1 {
			t.Errorf("%s has %d versions", file, n)
		}
	}
	got, err := a.o.Store.Restore(t.Context(), Ref{ID: "r1", Source: "court-1", Date: "2026-03-02"}, t.TempDir())
	if err != nil || got.Sealed || len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "it is not sealed in the archive") {
		t.Errorf("%+v, %v", got, err)
	}
	report, err := ledger.Verify(got.Dir, ledger.VerifyOptions{})
	if err != nil || !report.Whole() {
		t.Errorf("what is in the store proves nothing: %+v, %v", report, err)
	}
}

func TestLegalHold(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	dir, ends := f.recording(t, "r1", nil, false, 1000, 2000)
	a := start(t, o, f, t.TempDir())
	a.Segment(dir, ends[0])
	a.drained(t, time.Minute)
	held := func(file string) (status string) {
		v, err := s.Client.GetObjectLegalHold(t.Context(), s.Bucket, "recordings/court-1/2026-03-02/r1/"+file, minio.GetObjectLegalHoldOptions{})
		if err != nil || v == nil {
			return "none"
		}
		return string(*v)
	}
	if err := a.Hold(dir, true); err != nil {
		t.Fatal(err)
	}
	a.drained(t, time.Minute)
	a.Segment(dir, ends[1]) // recorded after the hold was put on
	a.drained(t, time.Minute)
	for _, file := range []string{"000001.mp4", "000002.mp4"} {
		if held(file) != "ON" {
			t.Errorf("%s: hold is %s", file, held(file))
		}
	}
	// Even who may bypass a retention cannot delete what is held.
	key := "recordings/court-1/2026-03-02/r1/000001.mp4"
	all := versions(t, s, "recordings/court-1/2026-03-02/r1/")[key]
	if len(all) != 1 {
		t.Errorf("%d versions of %s", len(all), key)
	}
	for _, v := range all {
		err := s.Client.RemoveObject(t.Context(), s.Bucket, key, minio.RemoveObjectOptions{VersionID: v.VersionID, GovernanceBypass: true})
		if err == nil {
			t.Error("the store has deleted what is held")
		}
	}
	if err := a.Hold(dir, false); err != nil {
		t.Fatal(err)
	}
	a.drained(t, time.Minute)
	if held("000001.mp4") != "OFF" || held("000002.mp4") != "OFF" {
		t.Errorf("the hold is still on: %s, %s", held("000001.mp4"), held("000002.mp4"))
	}
}

// TestWhatIsNotAsRecordedIsRefused: a file that was changed here must not get into the
// archive under the name of the evidence, nor keep the others waiting.
func TestWhatIsNotAsRecordedIsRefused(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	dir, ends := f.recording(t, "r1", nil, true, 5000, 5000, 5000)
	if err := os.WriteFile(filepath.Join(dir, "000001.mp4"), noise(99, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "000002.mp4")); err != nil {
		t.Fatal(err)
	}
	a := start(t, o, f, t.TempDir())
	for _, e := range ends {
		a.Segment(dir, e)
	}
	a.Sealed(dir)
	a.drained(t, time.Minute)
	refused := map[string]string{}
	for range 2 {
		e := <-a.events
		refused[e.File] = string(e.Kind) + ": " + e.Detail
	}
	if !strings.Contains(refused["000001.mp4"], "not what its manifest says") || !strings.Contains(refused["000002.mp4"], "is not there") {
		t.Errorf("%v", refused)
	}
	if st, err := a.Status(); err != nil || st.Refused != 2 {
		t.Errorf("%+v, %v", st, err)
	}
	all := versions(t, s, "recordings/court-1/2026-03-02/r1/")
	if len(all["recordings/court-1/2026-03-02/r1/000003.mp4"]) != 1 || len(all["recordings/court-1/2026-03-02/r1/000001.mp4"]) != 0 {
		t.Errorf("%v", all)
	}
}

// TestWhatWasNeverQueuedIsFound: a recording from before the archive was configured.
func TestWhatWasNeverQueuedIsFound(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	dir, ends := f.recording(t, "old", nil, true, 5000, 6000)
	a := start(t, o, f, t.TempDir())
	wait(t, "it is archived", time.Minute, func() (bool, string) {
		return len(versions(t, s, "recordings/")["recordings/court-1/2026-03-02/old/seal.json"]) == 1, "no seal"
	})
	a.drained(t, time.Minute)
	exactlyOnce(t, s, dir, ends)
}
