package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"avhub/configs"
	"avhub/recorder"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
	"avhub/recorder/stamp/tsatest"
)

// authority is a time-stamping authority with its root in a file.
func authority(t *testing.T) (a *tsatest.Authority, url, roots string) {
	t.Helper()
	a, err := tsatest.New(tsatest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	roots = filepath.Join(t.TempDir(), "tsa.pem")
	if err := os.WriteFile(roots, a.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return a, server.URL, roots
}

// recordOnce records for a while as a configuration says, and has what ends stamped.
func recordOnce(t *testing.T, cfg *configs.Config) (dir string) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	var undo closers
	defer undo.close(log)
	var stores atomic.Pointer[storing]
	films, err := openRecorder(cfg, func(told recorder.Told) { stores.Load().heard(told) }, log)
	if err != nil {
		t.Fatal(err)
	}
	undo.add("recorder", films.Close)
	s, err := startStoring(cfg, films, nil, nil, log, &undo)
	if err != nil {
		t.Fatal(err)
	}
	stores.Store(s)
	src, err := recsource.New("court-2")
	if err != nil {
		t.Fatal(err)
	}
	if err := src.On(); err != nil {
		t.Fatal(err)
	}
	defer src.Off()
	session, err := films.Start(recorder.Request{Source: "court-2", Name: "第二法庭", From: src})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "frames are kept", func() bool { return session.Status().Kept > 50 })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := session.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if s.stamper != nil {
		eventually(t, "it is stamped", func() bool { return s.stamper.Status().Waiting == 0 })
	}
	return session.Dir()
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.NewTimer(time.Minute), time.NewTicker(5*time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// configured is what a configuration file says, over a data folder of the test's own.
func configured(t *testing.T, text string) *configs.Config {
	t.Helper()
	cfg, err := configs.Parse([]byte(fmt.Sprintf("data_dir: %q\n%s", t.TempDir(), text)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestChineseHashesAndStampsAllTheWay: what the configuration asks for stands in the
// manifest, the head and the seal, and is verified; without it, it does not.
func TestChineseHashesAndStampsAllTheWay(t *testing.T) {
	t.Parallel()
	_, url, roots := authority(t)
	cfg := configured(t, fmt.Sprintf("audit: {sm3: true, sm2: true}\nrecording: {sync: never, tsa: {url: %q, ca: %q}}\n", url, roots))
	dir := recordOnce(t, cfg)
	rec, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range rec.Segments {
		if len(s.Ended.SM3) != 64 || len(s.Ended.SHA256) != 64 {
			t.Errorf("%s has %q beside %q", s.File, s.Ended.SM3, s.Ended.SHA256)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, manifest.SealFileName))
	if err != nil {
		t.Fatal(err)
	}
	seal, err := manifest.ReadSealFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ledger.LoadOrCreateSM2Key(filepath.Join(cfg.DataDir, "keys", "ledger-sm2.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if len(seal.ValueSM3) != 64 || seal.Head.HashSM3 != seal.ValueSM3 || !seal.Head.ValidSM2(ledger.PublicSM2(second)) {
		t.Errorf("the seal: %s", raw)
	}
	if len(rec.Stamps) != 1 || rec.Stamps[0].Entry != seal.Head.N || rec.Stamps[0].TSA != url {
		t.Errorf("stamps: %+v", rec.Stamps)
	}

	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(keys, os.DirFS(dir)); err != nil { // as if they had been kept elsewhere
		t.Fatal(err)
	}
	code, said := told(t, "verify", dir, "--key", filepath.Join(keys, "ledger.pub"), "--sm2-key", filepath.Join(keys, "ledger-sm2.pub"), "--tsa-ca", roots)
	for _, want := range []string{
		": whole: recording", "good signatures by Ed25519 and SM2", "(SM3): " + seal.ValueSM3, "time stamp over entry " + fmt.Sprint(seal.Head.N), "(trusted)",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if code != exitGood || t.Failed() {
		t.Fatalf("%d %s", code, said)
	}
	_, other, strangers := authority(t)
	if code, said := told(t, "verify", dir, "--tsa-ca", strangers); code != exitFailed || !strings.Contains(said, "certificate") {
		t.Errorf("stamps of %s by another authority: %d %s", other, code, said)
	}

	// The manifest stays whole where later annexes are signed as an older configuration said.
	cfg.Audit.SM2, cfg.Audit.SM3 = false, false
	films, err := openRecorder(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := films.Annex(t.Context(), dir, manifest.KindMark, manifest.Mark{ID: "m1", At: 1, Text: "证据三"}); err != nil {
		t.Fatal(err)
	}
	if err := films.Close(); err != nil {
		t.Fatal(err)
	}
	if code, said := told(t, "verify", dir, "--tsa-ca", roots); code != exitGood || !strings.Contains(said, "(SM3): "+seal.ValueSM3) {
		t.Errorf("with an annex signed by Ed25519 alone: %d %s", code, said)
	}
}

// TestPlainRecordings have neither, unless they are asked for; an annex by SM2 to one
// that began without fits all the same.
func TestPlainRecordings(t *testing.T) {
	t.Parallel()
	cfg := configured(t, "recording: {sync: never}\n")
	dir := recordOnce(t, cfg)
	code, said := told(t, "verify", dir)
	if code != exitGood || strings.Contains(said, "SM") || strings.Contains(said, "time stamp over") {
		t.Fatalf("%d %s", code, said)
	}
	cfg.Audit.SM2, cfg.Audit.SM3 = true, true
	films, err := openRecorder(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := films.Annex(t.Context(), dir, manifest.KindMark, manifest.Mark{ID: "m1", At: 1, Text: "证据三"}); err != nil {
		t.Fatal(err)
	}
	if err := films.Close(); err != nil {
		t.Fatal(err)
	}
	if code, said := told(t, "verify", dir); code != exitGood || !strings.Contains(said, "Ed25519 and SM2") {
		t.Errorf("with an annex signed by SM2 too: %d %s", code, said)
	}
	// Who gives the key expects all to be signed by it.
	if code, said := told(t, "verify", dir, "--sm2-key", filepath.Join(dir, "ledger-sm2.pub")); code != exitFailed || !strings.Contains(said, "is not signed by SM2") {
		t.Errorf("with the SM2 key: %d %s", code, said)
	}
}

// TestTheDoctorAsksForAStamp: it says whether the authority answers, and whether it is
// trusted.
func TestTheDoctorAsksForAStamp(t *testing.T) {
	t.Parallel()
	tsa, url, roots := authority(t)
	_, _, strangers := authority(t)
	look := func(text string) findings { return examineStamps(t.Context(), configured(t, text)) }
	for name, x := range map[string]struct {
		config string
		want   level
		text   string
	}{
		"none":              {"", fine, "there is no authority"},
		"trusted":           {fmt.Sprintf("recording: {tsa: {url: %q, ca: %q}}\n", url, roots), fine, "Test time stamps"},
		"not compared":      {fmt.Sprintf("recording: {tsa: {url: %q}}\n", url), warns, "compared with none"},
		"of another":        {fmt.Sprintf("recording: {tsa: {url: %q, ca: %q}}\n", url, strangers), fails, "certificate"},
		"nobody there":      {"recording: {tsa: {url: 'http://hub:geheim@127.0.0.1:1/tsa?key=geheim&token=geheim'}}\n", fails, "does not answer"},
		"no file":           {fmt.Sprintf("recording: {tsa: {url: %q, ca: /nowhere.pem}}\n", url), fails, "nowhere.pem"},
		"no certificate in": {fmt.Sprintf("recording: {tsa: {url: %q, ca: %q}}\n", url, os.DevNull), fails, "no certificate"},
	} {
		got := look(x.config)
		last := got[len(got)-1]
		if last.Level != x.want || !strings.Contains(last.Text, x.text) || strings.Contains(last.Text, "geheim") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	tsa.Now = func() time.Time { return time.Now().Add(-2 * time.Minute) }
	if got := look(fmt.Sprintf("recording: {tsa: {url: %q, ca: %q}}\n", url, roots)); len(got) != 2 || got[1].Level != warns || !strings.Contains(got[1].Text, "apart") {
		t.Errorf("its clock: %+v", got)
	}
}
