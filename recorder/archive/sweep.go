package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/manifest"
)

// recent is how old a recording may be that is looked at on every start: what ended
// just before a crash may not have reached the queue.
const recent = 72 * time.Hour

// sweep queues recordings for a look at what of them is missing: all of them when the
// store is a new one, else those of the last days.
func (a *Archive) sweep(ctx context.Context) error {
	name := sha256.Sum256([]byte(a.o.Store.Where() + "/" + a.o.Store.o.Prefix))
	mark := filepath.Join(a.o.Dir, ".swept-"+hex.EncodeToString(name[:8]))
	_, err := os.Stat(mark)
	all := errors.Is(err, fs.ErrNotExist)
	since := time.Now().Add(-recent).Format(time.DateOnly)
	for _, root := range a.o.Roots {
		err := manifest.Walk(root, func(dir string) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			open := filepath.Join(root, ".open", filepath.Base(dir))
			if _, err := os.Stat(open); !all && err != nil && filepath.Base(filepath.Dir(dir)) < since {
				return nil
			}
			if err := a.queue.add(dir, taskFinish, segmentTask{}); err != nil {
				return err
			}
			a.rouse()
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !all {
		return nil
	}
	return saveSynced(mark, []byte(a.o.Store.Where()+"\n"))
}
