package main

import (
	"context"
	"log/slog"
	"strings"

	"avhub/configs"
	"avhub/media"
	"avhub/media/rtsp"
	"avhub/media/sources"
)

// subSuffix names a source's sub stream in an RTSP path; ids have no underscore.
const subSuffix = "_sub"

// rtspOptions join the RTSP door to the sources: rtsp://host/court-1 and
// rtsp://host/court-1_sub.
func rtspOptions(cfg *configs.Config, set *sources.Set, log *slog.Logger) rtsp.ServerOptions {
	return rtsp.ServerOptions{
		Listen: loopback(cfg.RTSP.Listen),
		Log:    log,
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
	id, quality := strings.Trim(path, "/"), sources.Main
	if cut, ok := strings.CutSuffix(id, subSuffix); ok {
		id, quality = cut, sources.Sub
	}
	return set.Line(id, quality)
}
