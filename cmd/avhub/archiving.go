package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"avhub/configs"
	"avhub/recorder"
	"avhub/recorder/archive"
	"avhub/recorder/manifest"
	"avhub/recorder/retention"
	"avhub/recorder/stamp"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/record"
)

// storing is what happens to recordings once they are written: a copy goes to the
// archive, a time-stamping authority confirms it, and where the disk gets full what is
// safe in the archive may go.
type storing struct {
	archive   *archive.Archive // nil: none is configured
	store     *archive.Store
	retention *retention.Keeper
	stamper   *stamp.Stamper // nil: no authority is configured
	segments  bool           // are stamped too
}

// startStoring starts all of it beside the recorder.
func startStoring(cfg *configs.Config, films *recorder.Recorder, desk *office.Office, events *signaling.Events, log *slog.Logger, undo *closers) (*storing, error) {
	s := &storing{segments: cfg.Recording.TSA.Segments}
	store, ok, err := archiveStore(cfg)
	if err != nil {
		return nil, err
	}
	roots := []string{cfg.RecordingDir()}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{}, 3)
	running := 0
	end := func() error {
		stop()
		for range running {
			<-done
		}
		if s.archive == nil {
			return nil
		}
		return s.archive.Close()
	}
	if ok {
		s.store = store
		s.archive, err = archive.New(archive.Options{
			Store: store, Dir: archiveDir(cfg), Roots: roots, Annex: films.Annex, Log: log,
			Told: func(e archive.Event) {
				signaling.TellStoring(events, "archive."+string(e.Kind), map[string]string{"recording": e.Recording, "file": e.File, "detail": e.Detail})
			},
		})
		if err != nil {
			stop()
			return nil, err
		}
		running++
		go func() { s.archive.Run(ctx); done <- struct{}{} }()
	}
	s.retention, err = retention.New(s.rules(cfg, roots, films, desk, events, log))
	if err != nil {
		return nil, errors.Join(err, end()) // the archive runs already, and holds its queue
	}
	running++
	go func() { s.retention.Run(ctx); done <- struct{}{} }()
	if s.stamper, err = newStamper(cfg, s.annexer(films), log); err != nil {
		return nil, errors.Join(err, end())
	}
	if s.stamper != nil {
		running++
		go func() { s.stamper.Run(ctx); done <- struct{}{} }()
	}
	undo.add("archive, retention and time stamps", end)
	return s, nil
}

// rules are those by which recordings may leave this machine's disk.
func (s *storing) rules(cfg *configs.Config, roots []string, films *recorder.Recorder, desk *office.Office, events *signaling.Events, log *slog.Logger) retention.Options {
	o := retention.Options{
		Roots: roots, Keep: time.Duration(cfg.Recording.KeepDays) * 24 * time.Hour, LowMark: float64(cfg.Recording.LowMark) / 100,
		Annex: films.Annex, Log: log,
		Audit: func(ctx context.Context, d retention.Deletion) error {
			return desk.HubDid(ctx, rooms.DeleteRecording, rooms.RecordingObject, d.ID, d.Labels[record.LabelCourt], d.Reason, map[string]string{
				"source": d.Source, "files": strings.Join(d.Files, " "), "bytes": strconv.FormatInt(d.Bytes, 10), "rule": d.Rule,
			})
		},
		Held: func(ctx context.Context, labels map[string]string) (bool, error) {
			if labels[record.LabelCase] == "" {
				return false, nil
			}
			return desk.CaseHeld(ctx, labels[record.LabelCase])
		},
		// What is nowhere else does not go.
		Confirm: func(context.Context, manifest.Archived) error { return errNoArchive },
		Told: func(e retention.Event) {
			signaling.TellStoring(events, "storage."+string(e.Kind), map[string]string{"folder": filepath.Base(e.Root), "detail": e.Detail})
		},
	}
	if s.archive != nil {
		o.Confirm, o.Changed = s.store.Confirm, s.archive.Changed
	}
	return o
}

// heard passes on what a recording's manifest has taken.
func (s *storing) heard(t recorder.Told) {
	if s == nil {
		return
	}
	switch body := t.Body.(type) {
	case manifest.SegmentEnd:
		if s.archive != nil {
			s.archive.Segment(t.Dir, body)
		}
		if s.stamper != nil && s.segments {
			s.stamper.Segment(t.Dir)
		}
	case manifest.Seal:
		if s.archive != nil {
			s.archive.Sealed(t.Dir)
		}
		if s.stamper != nil {
			s.stamper.Sealed(t.Dir)
		}
	}
}
