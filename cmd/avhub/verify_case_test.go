package main

import (
	"archive/zip"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avhub/configs"
	"avhub/recorder"
	"avhub/recorder/export"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
	"avhub/recorder/stamp/tsatest"
)

// signedTwice is a hub's configuration with SM3 and SM2.
func signedTwice(t *testing.T) *configs.Config {
	t.Helper()
	cfg := configs.Default()
	cfg.DataDir = t.TempDir()
	cfg.Audit.SM3, cfg.Audit.SM2 = true, true
	cfg.Recording.Segment, cfg.Recording.Sync = 5*time.Second, "never"
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	keys, err := loadKeys(cfg)
	if err == nil {
		_, err = keys.sm2.Sign(rand.Reader, make([]byte, 32), nil) // its package makes a channel once, which no bubble of synctest may own
	}
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// recordedBy has the hub's own recorder record two cameras, the first with a gap that is
// explained and signed for, a mark, a legal hold put on and taken off, and a copy.
func recordedBy(t *testing.T, cfg *configs.Config, told func(recorder.Told)) (dirs []string) {
	t.Helper()
	clerk, judge := manifest.Person{ID: "u2", Name: "李书记员", Role: "clerk"}, manifest.Person{ID: "u1", Name: "王审判长", Role: "judge"}
	synctest.Test(t, func(t *testing.T) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		r, err := openRecorder(cfg, told, slog.New(slog.DiscardHandler))
		must(err)
		var sessions []*recorder.Session
		var sources []*recsource.Source
		for _, room := range []string{"court-1", "court-3"} {
			src, err := recsource.New(room)
			must(err)
			must(src.On())
			s, err := r.Start(recorder.Request{Source: room, Name: "第一法庭", From: src, Set: "h1"})
			must(err)
			sessions, sources, dirs = append(sessions, s), append(sources, src), append(dirs, s.Dir())
		}
		time.Sleep(12 * time.Second)
		sources[0].Off()
		time.Sleep(6 * time.Second)
		must(sources[0].On())
		time.Sleep(4 * time.Second)
		must(r.Annex(t.Context(), dirs[0], manifest.KindMark, manifest.Mark{ID: "m1", At: 3_000_000, Text: "证人入庭", By: &clerk}))
		for _, s := range sessions {
			must(s.Stop(context.Background()))
		}
		rec, err := manifest.Read(dirs[0])
		must(err)
		for _, a := range []struct {
			kind string
			body any
		}{
			{manifest.KindExplanation, manifest.Explanation{Gap: 1, Text: "停电", By: clerk}},
			{manifest.KindCountersign, manifest.Countersign{Gap: 1, By: judge}},
			{manifest.KindMark, manifest.Mark{ID: "m2", At: 4_000_000, Text: "休庭", By: &judge}},
			{manifest.KindHold, manifest.Hold{On: true, Reason: "上诉", By: judge}},
			{manifest.KindHold, manifest.Hold{On: false, Reason: "终审", By: judge}},
			{manifest.KindArchived, manifest.Archived{File: "000001.mp4", SHA256: rec.Segments[0].Ended.SHA256, Where: "court/000001.mp4"}},
		} {
			must(r.Annex(t.Context(), dirs[0], a.kind, a.body))
		}
		for _, src := range sources {
			src.Off()
		}
		must(r.Close())
	})
	return dirs
}

// unpacked is a case file as it lies on the disk of who got it.
func unpacked(t *testing.T, c export.Case) string {
	t.Helper()
	a, err := export.CaseFile(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	z, err := zip.NewReader(a, a.Size())
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o750)
		}
		if err == nil {
			err = os.WriteFile(path, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, export.FolderName(c.Number))
}

// says runs avhub verify and holds what it prints against what it must say.
func says(t *testing.T, want int, args []string, texts ...string) {
	t.Helper()
	code, said := told(t, append([]string{"verify"}, args...)...)
	if code != want {
		t.Errorf("exit code %d, want %d: %s", code, want, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("%q is not said in\n%s", text, said)
		}
	}
}

// TestACaseFileIsVerified: recorded with SM3 and SM2 as configured, stamped, annexed,
// exported, unpacked, and judged by both verifiers; also as an excerpt.
func TestACaseFileIsVerified(t *testing.T) {
	t.Parallel()
	cfg := signedTwice(t)
	tsa, err := tsatest.New(tsatest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(tsa)
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "tsa.pem")
	if err := os.WriteFile(ca, tsa.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Recording.TSA = configs.TSA{URL: configs.URL(server.URL + "/stamp?key=secret"), CA: ca}
	dirs := recordedBy(t, cfg, func(recorder.Told) {})
	stampAll(t, cfg, dirs)

	root := unpacked(t, export.Case{Number: "（2026）黑11民初1号", Title: "买卖合同纠纷", Recordings: dirs})
	keys := []string{"--key", filepath.Join(root, "public-key.pem"), "--sm2-key", filepath.Join(root, "public-key-sm2.pem")}
	says(t, exitGood, append([]string{root, "--thorough", "--tsa-ca", ca}, keys...),
		"good signatures by Ed25519 and SM2", "(SM3): ", "by CN=Test time stamps (trusted)", "source_offline", "explained by 李书记员: 停电; signed by 王审判长", "2 recordings and logs: whole")
	says(t, exitGood, []string{root}, "give --tsa-ca")
	says(t, exitFailed, []string{root, "--key", otherKey(t)}, "NOT WHOLE")
	for _, dir := range dirs {
		in := filepath.Join(root, filepath.Base(filepath.Dir(filepath.Dir(dir))), filepath.Base(dir))
		if out, err := exec.CommandContext(t.Context(), "node", "../../recorder/verify/testdata/verify.mjs", in).CombinedOutput(); err != nil {
			t.Errorf("the other verifier: %s", out)
		}
		raw, err := os.ReadFile(filepath.Join(in, "manifest.jsonl"))
		if err != nil || strings.Contains(string(raw), "secret") {
			t.Errorf("the manifest holds the authority's key: %v", err)
		}
	}
	judgeExcerpt(t, dirs, keys)
	judgeDeleted(t, cfg, dirs[0])
}

// judgeDeleted: a segment that was deleted by rule is named, and the rest is whole: in the
// recording's own folder and in an excerpt. A whole case file asks for it first.
func judgeDeleted(t *testing.T, cfg *configs.Config, dir string) {
	t.Helper()
	films, err := openRecorder(cfg, func(recorder.Told) {}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	stone := manifest.Tombstone{Files: []string{"000001.mp4"}, Rule: "retention", Reason: "保存期限届满"}
	if err := errors.Join(films.Annex(t.Context(), dir, manifest.KindTombstone, stone), films.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "000001.mp4")); err != nil {
		t.Fatal(err)
	}
	named := "1 segments were deleted here by rule, as the manifest says: 000001.mp4"
	says(t, exitGood, []string{dir, "--key", filepath.Join(dir, "ledger.pub")}, named, "whole")
	if out, err := exec.CommandContext(t.Context(), "node", "../../recorder/verify/testdata/verify.mjs", dir).CombinedOutput(); err != nil {
		t.Errorf("the other verifier: %s", out)
	}
	if _, err := export.CaseFile(export.Case{Number: "1", Recordings: []string{dir}}); !errors.Is(err, export.ErrGone) {
		t.Errorf("a case file without the segment: %v", err)
	}
	root := unpacked(t, export.Case{Number: "1", Recordings: []string{dir}, Excerpt: &export.Excerpt{From: 19_000_000, To: 20_000_000}})
	says(t, exitGood, []string{root, "--key", filepath.Join(root, "public-key.pem")}, named, "whole as an excerpt")
}

// stampAll has the configured authority stamp what is sealed.
func stampAll(t *testing.T, cfg *configs.Config, dirs []string) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	films, err := openRecorder(cfg, func(recorder.Told) {}, log)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newStamper(cfg, films.Annex, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	for _, dir := range dirs {
		s.Sealed(dir)
	}
	for s.Status().Waiting > 0 && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
	stop()
	<-done
	if st := s.Status(); st.Stamped != uint64(len(dirs)) || st.Waiting != 0 {
		t.Fatalf("%+v", st)
	}
	if err := films.Close(); err != nil {
		t.Fatal(err)
	}
}

func otherKey(t *testing.T) string {
	t.Helper()
	_, other, _ := caseFile(t)
	return filepath.Join(other.Dir, "ledger.pub")
}

// judgeExcerpt: what was left out is said, what is missing beyond that is found, and so is
// each number of excerpt.json that is not the manifest's.
func judgeExcerpt(t *testing.T, dirs, keys []string) {
	t.Helper()
	c := export.Case{Number: "1", Recordings: dirs, Excerpt: &export.Excerpt{From: 6_200_000, To: 7_900_000}}
	root := unpacked(t, c)
	says(t, exitGood, append([]string{root}, keys[0], filepath.Join(root, "public-key.pem")),
		"whole as an excerpt", "asked for was 0:00:06.200–0:00:07.900; 3 of 4 segments are left out", "2 recordings and logs: whole")
	recordings, err := filepath.Glob(filepath.Join(root, "*", "*", "manifest.jsonl"))
	if err != nil || len(recordings) != len(dirs) {
		t.Fatal(recordings, err)
	}
	other := func(recordings ...string) (whole bool, said string) {
		whole = true
		for _, r := range recordings {
			out, err := exec.CommandContext(t.Context(), "node", "../../recorder/verify/testdata/verify.mjs", filepath.Dir(r)).CombinedOutput()
			whole, said = whole && err == nil, said+string(out)
		}
		return whole, said
	}
	if whole, said := other(recordings...); !whole {
		t.Errorf("the other verifier: %s", said)
	}
	says(t, exitFailed, []string{filepath.Join(root, "court-1")}, "missing_file: 000001.mp4") // it is not asked as a case file
	file := filepath.Join(root, "excerpt.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"left_out": 3`, `"left_out": 2`}, {`"first_part": `, `"first_part": 1`}, {`"value": "`, `"value": "0`}, {`"size": `, `"size": 1`},
		{`"bytes": [` + "\n", `"bytes": [` + "\n1"}, {`"parts_sha256": [`, `"parts_sha256": ["00",`}, {`avhub-excerpt/1`, `avhub-excerpt/2`}, {`{`, `[`},
	} {
		text := strings.Replace(string(raw), change[0], change[1], 1)
		if text == string(raw) {
			t.Fatalf("%s is not in %s", change[0], raw)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		says(t, exitFailed, []string{root}, "excerpt: excerpt.json: ")
		if whole, said := other(recordings[0]); whole {
			t.Errorf("the other verifier, %s: %s", change[1], said)
		}
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	segments, _ := filepath.Glob(filepath.Join(root, "court-1", "*", "*.mp4"))
	if len(segments) != 1 {
		t.Fatal(segments)
	}
	if err := os.Remove(segments[0]); err != nil {
		t.Fatal(err)
	}
	says(t, exitFailed, []string{root}, "NOT WHOLE as an excerpt", "missing_file: "+filepath.Base(segments[0]))
}
