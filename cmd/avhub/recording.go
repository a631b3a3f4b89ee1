package main

import (
	"context"
	"log/slog"
	"path/filepath"

	"avhub/configs"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/recorder"
	"avhub/recorder/compose"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/hall"
	"avhub/signaling/record"
)

// openRecorder takes the recordings' folder and repairs what a crash has left in it.
func openRecorder(cfg *configs.Config, told func(recorder.Told), log *slog.Logger) (*recorder.Recorder, error) {
	keys, err := loadKeys(cfg)
	if err != nil {
		return nil, err
	}
	return recorder.New(recorder.Options{
		Dir: cfg.RecordingDir(), Key: keys.ed25519, SM2: keys.sm2, Segment: cfg.Recording.Segment, Part: cfg.Recording.Part,
		Sync: recorder.Sync(cfg.Recording.Sync), SM3: cfg.Audit.SM3, Hub: "avhub " + version, Log: log,
		Told: told,
	})
}

// newLibrary shows what was recorded; without ffmpeg it has no thumbnails.
func newLibrary(cfg *configs.Config, ffmpeg string, log *slog.Logger) *playback.Library {
	o := playback.Options{Dir: cfg.RecordingDir(), Log: log}
	if ffmpeg != "" {
		o.Picture = func(ctx context.Context, mp4 []byte, width int) ([]byte, error) {
			return transcode.SnapshotOf(ctx, ffmpeg, mp4, width)
		}
	}
	return playback.New(o)
}

// newComposer makes one picture of several cameras; without ffmpeg it says so when asked.
func newComposer(cfg *configs.Config, ffmpeg string, log *slog.Logger) (*compose.Composer, error) {
	return compose.New(compose.Options{Dir: filepath.Join(cfg.DataDir, "composed"), FFmpeg: ffmpeg, Log: log})
}

// keepRecording sees to it that what is to be recorded is.
func keepRecording(r *recorder.Recorder, set *sources.Set, catalog *signaling.Catalog, desk *office.Office, court *hall.Hall, log *slog.Logger) *record.Keeper {
	return record.NewKeeper(record.Options{
		Recorder: r, Sources: catalog.Configs, Hearings: desk.UnderWay, Log: log,
		Sent: func(h rooms.Hearing, known []string) ([]record.Sent, error) {
			sent, err := court.Recorded(h, known)
			all := make([]record.Sent, len(sent))
			for i, x := range sent {
				all[i] = record.Sent{ID: x.ID, Name: x.Name, From: x}
			}
			return all, err
		},
		Line: func(id string) (recorder.Source, error) { return set.Line(id, sources.Main) },
	})
}
