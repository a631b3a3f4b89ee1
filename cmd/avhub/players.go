package main

import (
	"context"
	"log/slog"

	"avhub/configs"
	"avhub/media"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/certs"
)

// rtspOptions join the RTSP door to the sources: rtsp://host/court-1 and
// rtsp://host/court-1_sub.
func rtspOptions(cfg *configs.Config, keeper *certs.Keeper, set *sources.Set, desk *office.Office, log *slog.Logger) rtsp.ServerOptions {
	return rtsp.ServerOptions{
		Listen:  cfg.Bind().RTSP,
		TLS:     plainTLS(keeper),
		TLSOnly: cfg.RTSP.TLSOnly,
		Log:     log,
		Admit:   signaling.AdmitPlayers(desk, log),
		Play: func(ctx context.Context, path string) (*media.Stream, func(), error) {
			line, err := lineOf(set, path)
			if err != nil {
				return nil, nil, err
			}
			return line.Acquire(ctx)
		},
		Publish: func(path string, tracks []media.Track) (*media.Feed, error) {
			line, err := lineOf(set, path)
			if err != nil {
				return nil, err
			}
			return line.Publish(tracks)
		},
	}
}

func lineOf(set *sources.Set, path string) (*sources.Line, error) {
	id, sub := signaling.SourceOf(path)
	if sub {
		return set.Line(id, sources.Sub)
	}
	return set.Line(id, sources.Main)
}
