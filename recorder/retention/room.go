package retention

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"avhub/recorder/manifest"
)

// tries is on how many days something may refuse to go before room is looked for another
// time: archive or audit are away then.
const tries = 3

// makeRoom deletes what may go, day by day from the oldest, until need bytes are free.
func (k *Keeper) makeRoom(ctx context.Context, r *root, need int64, now time.Time) (made int64, blocked Blocked, err error) {
	blocked = Blocked{}
	var day string
	var pieces []Piece
	var kept []error
	errEnough := errors.New("enough")
	flush := func() error {
		freed, err := k.deleteSome(ctx, r, k.rules.Choose(pieces, need-made, now), now)
		made += freed
		pieces = pieces[:0]
		if err != nil {
			kept = append(kept, err)
		}
		if made >= need || len(kept) >= tries {
			return errEnough
		}
		return ctx.Err()
	}
	err = manifest.Walk(r.dir, func(dir string) error {
		if r.empty[dir] {
			return nil
		}
		if date := filepath.Base(filepath.Dir(dir)); date != day {
			if err := flush(); err != nil {
				return err
			}
			day = date
		}
		found, left, freed := k.survey(ctx, dir)
		made += freed
		for _, p := range found {
			blocked.add(k.rules, p, now)
		}
		pieces = append(pieces, found...)
		if !left {
			r.empty[dir] = true
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return made, blocked, errors.Join(append(kept, err)...)
}

// survey lists a recording's pieces. left: something of it may have to be looked at
// again; freed: a crash had left a file behind its tombstone, which was removed.
func (k *Keeper) survey(ctx context.Context, dir string) (pieces []Piece, left bool, freed int64) {
	rec, err := manifest.Read(dir)
	if err != nil {
		k.o.Log.Warn("retention: a recording that cannot be read is left alone", "dir", dir, "err", err)
		return nil, true, 0
	}
	pieces, err = k.pieces(ctx, dir, rec)
	if err != nil {
		k.o.Log.Warn("retention: whether a recording is under a hold is not known, it is left alone", "dir", dir, "err", err)
		return nil, true, 0
	}
	left = rec.Seal == nil
	for _, p := range pieces {
		if !p.Gone {
			left = true
			continue
		}
		if st, err := os.Stat(filepath.Join(dir, p.File)); err == nil {
			if err := os.Remove(filepath.Join(dir, p.File)); err != nil {
				k.o.Log.Error("retention: removing", "dir", dir, "file", p.File, "err", err)
				left = true
				continue
			}
			freed += st.Size()
		}
	}
	return pieces, left, freed
}

func (k *Keeper) pieces(ctx context.Context, dir string, rec *manifest.Recording) ([]Piece, error) {
	held, err := k.o.Held(ctx, rec.Labels)
	if err != nil {
		return nil, err
	}
	held = held || rec.Held != nil
	pieces := make([]Piece, len(rec.Segments))
	for i, s := range rec.Segments {
		p := Piece{Dir: dir, File: s.File, Bytes: s.Bytes(), Held: held, Gone: s.Gone != nil}
		if s.Ended != nil {
			p.Ended = s.Ended.UTC
			p.Archived = s.Archived != nil && s.Archived.SHA256 == s.Ended.SHA256
		}
		pieces[i] = p
	}
	return pieces, nil
}

// deleteSome deletes chosen pieces, recording by recording.
func (k *Keeper) deleteSome(ctx context.Context, r *root, chosen []Piece, now time.Time) (freed int64, err error) {
	failures := 0
	for len(chosen) > 0 {
		dir := chosen[0].Dir
		var files []string
		chosen = slices.DeleteFunc(chosen, func(p Piece) bool {
			if p.Dir == dir {
				files = append(files, p.File)
			}
			return p.Dir == dir
		})
		n, deleteErr := k.delete(ctx, dir, files, now)
		freed += n
		if deleteErr != nil {
			k.tell(Event{Kind: Kept, Root: r.dir, Detail: deleteErr.Error()})
			err = errors.Join(err, deleteErr)
			if failures++; failures >= tries {
				break
			}
		}
	}
	return freed, err
}

// delete deletes files of one recording: it is judged once more, the archive is asked,
// the audit told, the tombstone set, and only then are they removed.
func (k *Keeper) delete(ctx context.Context, dir string, files []string, now time.Time) (int64, error) {
	rec, err := manifest.Read(dir)
	if err != nil {
		return 0, err
	}
	pieces, err := k.pieces(ctx, dir, rec)
	if err != nil {
		return 0, fmt.Errorf("retention: %s: holds: %w", rec.ID, err)
	}
	d := Deletion{
		Dir: dir, ID: rec.ID, Source: rec.Source, Labels: rec.Labels, Rule: RuleLowMark,
		Reason: fmt.Sprintf("archived, older than %d days, under no hold; less than %.0f %% of the disk was free", int(k.o.Keep.Hours()/24), 100*k.o.LowMark),
	}
	var unsure error
	for i, p := range pieces {
		if !slices.Contains(files, p.File) || k.rules.Judge(p, now) != MayGo {
			continue
		}
		if err := k.o.Confirm(ctx, *rec.Segments[i].Archived); err != nil {
			unsure = errors.Join(unsure, fmt.Errorf("retention: %s of %s stays, the archive does not confirm its copy: %w", p.File, rec.ID, err))
			continue
		}
		d.Files = append(d.Files, p.File)
		d.Bytes += p.Bytes
	}
	if len(d.Files) == 0 {
		return 0, unsure
	}
	if err := k.o.Audit(ctx, d); err != nil {
		return 0, errors.Join(unsure, fmt.Errorf("retention: %s stays, the audit does not take its deletion: %w", rec.ID, err))
	}
	if err := k.o.Annex(ctx, dir, manifest.KindTombstone, manifest.Tombstone{Files: d.Files, Rule: d.Rule, Reason: d.Reason}); err != nil {
		return 0, errors.Join(unsure, fmt.Errorf("retention: %s stays, its tombstone cannot be written: %w", rec.ID, err))
	}
	err = unsure
	for _, file := range d.Files {
		if removeErr := os.Remove(filepath.Join(dir, file)); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("retention: %w", removeErr))
		}
	}
	k.o.Changed(dir)
	k.tell(Event{Kind: Deleted, Root: dir, Detail: fmt.Sprintf("%d segments, %d bytes, of %s (%s)", len(d.Files), d.Bytes, rec.ID, d.Reason)})
	return d.Bytes, err
}
