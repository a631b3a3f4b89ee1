package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"avhub/media"
	"avhub/recorder/manifest"
)

// Suspended are the recordings that were open when the hub went away, by id.
func (r *Recorder) Suspended() []manifest.Begin {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []manifest.Begin
	for _, s := range r.suspended {
		all = append(all, s.rec.Begin)
	}
	return all
}

// takeSuspended takes one out of the list.
func (r *Recorder) takeSuspended(id string) (*suspended, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.suspended[id]
	switch {
	case r.closed:
		return nil, ErrClosed
	case !ok:
		return nil, fmt.Errorf("recording %q is not suspended: %w", id, ErrUnknown)
	}
	delete(r.suspended, id)
	return s, nil
}

// Continue goes on with a suspended recording, in the same folder, with a gap for the
// time in between.
func (r *Recorder) Continue(id string, from Source) (*Session, error) {
	p, err := r.takeSuspended(id)
	if err != nil {
		return nil, err
	}
	stream, release := from.Hold()
	c := restore(p.rec, cutting{r.o.Part, r.o.Segment})
	c.began = time.Since(stream.Epoch())
	if g := c.gap; g != nil && g.stated.Cause.Lawful() {
		// An order still holds: the timeline goes on by the wall clock.
		c.line.begin(c.began - max(c.clock.since(r.o.wall()), c.end).Duration())
	}
	s, err := r.launch(launch{
		begin: p.rec.Begin, dir: p.dir, from: from, stream: stream, release: release, ledger: p.ledger, cutter: c,
		reader: stream.Subscribe(media.ReaderOptions{Rest: true}), sealed: sealedFiles(p.rec),
	})
	if err != nil {
		release()
		return nil, err
	}
	return s, nil
}

// Finish seals a suspended recording where it ended. The gap after its last frame
// ends at until, if that is later: so far the recording was asked for.
func (r *Recorder) Finish(ctx context.Context, id string, until time.Time) error {
	p, err := r.takeSuspended(id)
	if err != nil {
		return err
	}
	c := restore(p.rec, cutting{r.o.Part, r.o.Segment})
	f := &files{dir: p.dir, ledger: p.ledger, log: r.o.Log, disk: r.disk, sealed: sealedFiles(p.rec), told: func(kind string, body any) {
		r.o.Told(Told{ID: id, Source: p.rec.Source, Dir: p.dir, Labels: p.rec.Labels, Kind: kind, Body: body})
	}}
	c.out = f
	c.closeGap(max(c.end, c.clock.since(until)))
	return errors.Join(r.seal(p.dir, p.ledger, f, c.seal()), p.ledger.Close())
}

func sealedFiles(rec *manifest.Recording) []manifest.SealedFile {
	var sealed []manifest.SealedFile
	for _, s := range rec.Segments {
		sealed = append(sealed, manifest.SealedFile{File: s.File, Size: s.Ended.Size, SHA256: s.Ended.SHA256, SM3: s.Ended.SM3})
	}
	return sealed
}
