package main

import (
	"log/slog"
	"testing"

	"avhub/configs"
)

// TestWhatStartedInVainIsLetGo: where the disk's rules cannot be kept, the archive that
// runs already is closed again: its queue can be taken a second time.
func TestWhatStartedInVainIsLetGo(t *testing.T) {
	t.Parallel()
	cfg := configs.Default()
	cfg.DataDir = t.TempDir()
	cfg.Archive.Endpoint, cfg.Archive.Bucket = "127.0.0.1:9", "court"
	cfg.Archive.AccessKey, cfg.Archive.SecretKey = "hub", "hub-password"
	lowMark := cfg.Recording.LowMark
	for _, percent := range []int{0, lowMark} {
		cfg.Recording.LowMark = percent
		var undo closers
		s, err := startStoring(cfg, nil, nil, nil, slog.New(slog.DiscardHandler), &undo)
		switch {
		case percent == 0 && err == nil:
			t.Error("a low mark of 0 % was taken")
		case percent > 0 && err != nil:
			t.Errorf("the second start: %v", err)
		case percent > 0 && (s.archive == nil || len(undo) != 1):
			t.Errorf("archive %v, %d to undo", s.archive, len(undo))
		}
		undo.close(slog.New(slog.DiscardHandler))
	}
}
