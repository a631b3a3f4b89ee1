package main

import (
	"context"
	"time"

	"avhub/configs"
	"avhub/recorder/archive"
)

// archiveLimit bounds the examination of the store.
const archiveLimit = time.Minute

// examineArchive looks at the S3 store, and tries on a locked object all that would get
// rid of it.
func examineArchive(ctx context.Context, cfg *configs.Config) findings {
	const check = "archive"
	store, ok, err := archiveStore(cfg)
	if err != nil {
		return findings{{fails, check, err.Error(), ""}}
	}
	if !ok {
		return findings{{fine, check, "there is none: recordings stay on this machine only, and none is ever deleted to make room", ""}}
	}
	defer store.Close()
	ctx, cancel := context.WithTimeout(ctx, archiveLimit)
	defer cancel()
	levels := map[archive.Level]level{archive.Good: fine, archive.Warning: warns, archive.Failure: fails}
	all := findings{}
	for _, f := range store.Examine(ctx) {
		all = append(all, finding{levels[f.Level], check, f.Text, f.Do})
	}
	return all
}
