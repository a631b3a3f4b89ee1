package stamp

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// headOf is the head that a job is about.
func headOf(j job) (ledger.Head, error) {
	if !j.sealed {
		return ledger.ReadHead(j.dir)
	}
	seal, err := manifest.ReadSealFile(j.dir)
	if errors.Is(err, fs.ErrNotExist) { // it is written after the seal's entry
		if _, err := ledger.ReadHead(j.dir); err != nil {
			return ledger.Head{}, err // the recording is gone
		}
		return ledger.Head{}, errNotYet
	}
	if err != nil {
		return ledger.Head{}, err
	}
	return seal.Head, nil
}

// following is what stands behind a head.
type following struct {
	stamped bool // a stamp over it
	media   bool // a segment's end
}

func behind(dir string, head ledger.Head) (f following, err error) {
	err = ledger.Entries(dir, head.N+1, func(e ledger.Entry) error {
		switch e.Kind {
		case manifest.KindSegmentEnd:
			f.media = true
		case manifest.KindStamp:
			var b manifest.Stamp
			if err := manifest.Decode(e, &b); err != nil {
				return err
			}
			f.stamped = f.stamped || b.Entry == head.N
		}
		return nil
	})
	return f, err
}

// findLeft finds sealed recordings that have no stamp.
func (s *Stamper) findLeft(ctx context.Context) error {
	oldest := time.Now().AddDate(0, 0, -s.o.Days)
	return manifest.Walk(s.o.Dir, func(dir string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		seal, err := manifest.ReadSealFile(dir)
		if err != nil || seal.Seal.Ended.Before(oldest) {
			return nil //nolint:nilerr // it is not sealed, or not whole: verify says so
		}
		newest, err := ledger.ReadHead(dir)
		if err == nil && newest.N > seal.Head.N { // something was added since
			if later, err := behind(dir, seal.Head); err != nil || later.stamped {
				return nil //nolint:nilerr // verify says what is wrong with it
			}
		}
		s.Sealed(dir)
		return nil
	})
}
