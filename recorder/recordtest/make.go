package recordtest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Recording is one that was made.
type Recording struct {
	Dir      string
	Public   ed25519.PublicKey
	Head     ledger.Head // the newest, as somebody elsewhere may have kept it
	Manifest *manifest.Recording
}

// Make makes a recording in a folder, which need not exist.
func Make(dir string, o Options) (*Recording, error) {
	o.setDefaults()
	tracks, err := tracksOf(&o)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(dir, ledger.Options{
		Key: o.Key, Purpose: manifest.Purpose, Name: ledger.Manifest, SM3: o.SM3, SM2: o.SM2, Unlocked: true, NoSync: true, HeadEvery: -1,
		Now: func() time.Time { return o.Zero },
	})
	if err != nil {
		return nil, err
	}
	b := &builder{o: &o, dir: dir, ledger: l, tracks: tracks, counts: map[int]*manifest.TrackSeal{}}
	if err := b.all(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if err := b.close(); err != nil {
		return nil, err
	}
	rec, err := manifest.Read(dir)
	return &Recording{Dir: dir, Public: o.Key.Public().(ed25519.PublicKey), Head: b.head, Manifest: rec}, err
}

// builder makes one recording.
type builder struct {
	o      *Options
	dir    string
	ledger *ledger.Ledger
	head   ledger.Head
	tracks []*track
	counts map[int]*manifest.TrackSeal

	end         manifest.Micros
	media, gaps manifest.Micros
	gapCount    int
	sequence    uint32
	files       []manifest.SealedFile
	bytes       int64
}

func (b *builder) add(kind string, body any) error {
	_, err := b.ledger.Append(context.Background(), kind, b.utc(b.end), body)
	return err
}

func (b *builder) sign() (err error) {
	b.head, err = b.ledger.Sign(context.Background())
	return err
}

func (b *builder) utc(m manifest.Micros) time.Time { return b.o.Zero.Add(m.Duration()).UTC() }

func (b *builder) count(t *track) *manifest.TrackSeal {
	c := b.counts[t.stated.ID]
	if c == nil {
		c = &manifest.TrackSeal{ID: t.stated.ID, Kind: t.stated.Kind}
		b.counts[t.stated.ID] = c
	}
	return c
}

func (b *builder) all() error {
	o := b.o
	if err := b.add(manifest.KindBegin, manifest.Begin{
		Format: manifest.Format, ID: o.ID, Source: o.Source, Name: o.Name, Set: o.Set, Labels: o.Labels,
		Asked: o.Zero, Zero: o.Zero, PartMS: o.Part.Milliseconds(), Sync: "part", Hub: "avhub test",
	}); err != nil {
		return err
	}
	for n := range o.Segments + 1 {
		for _, g := range o.Gaps {
			if g.After == n {
				if err := b.gap(g); err != nil {
					return err
				}
			}
		}
		if n == o.Segments {
			break
		}
		s := &segment{builder: b, number: n + 1}
		if err := s.record(o.Open && n+1 == o.Segments); err != nil {
			return fmt.Errorf("segment %d: %w", n+1, err)
		}
	}
	for _, m := range o.Marks {
		if err := b.add(manifest.KindMark, m); err != nil {
			return err
		}
	}
	if o.Open {
		return nil
	}
	return b.seal()
}

// gap lets the clip go on unrecorded.
func (b *builder) gap(g Gap) error {
	b.gapCount++
	start := b.end
	if err := b.add(manifest.KindGap, manifest.Gap{Gap: b.gapCount, Start: start, UTC: b.utc(start), Cause: g.Cause, Detail: g.Detail, By: g.By}); err != nil {
		return err
	}
	came := g.Cause != manifest.CauseSourceOffline && g.Cause != manifest.CauseHubRestart && g.Cause != manifest.CauseNetwork
	primary, frames := b.tracks[0], map[int]uint64{}
	skip := func(t *track) {
		t.skip()
		if came {
			frames[t.stated.ID]++
			c := b.count(t)
			c.In++
			c.Gapped++
		}
	}
	for until := start.Duration() + g.Length; primary.at() < until || !g.Midst && !primary.keyframe(); {
		skip(primary)
	}
	for _, t := range b.tracks[1:] {
		for t.at() < primary.at() {
			skip(t)
		}
	}
	b.end = primary.micros(primary.ticks(primary.at()))
	b.gaps += b.end - start
	end := manifest.GapEnd{Gap: b.gapCount, End: b.end, UTC: b.utc(b.end)}
	for _, t := range b.tracks {
		if n := frames[t.stated.ID]; n > 0 {
			end.Tracks = append(end.Tracks, manifest.TrackCount{ID: t.stated.ID, Frames: n})
		}
	}
	if err := b.add(manifest.KindGapEnd, end); err != nil || g.Explanation == "" {
		return err
	}
	if err := b.add(manifest.KindExplanation, manifest.Explanation{Gap: b.gapCount, Text: g.Explanation, By: g.Clerk}); err != nil || g.Judge == nil {
		return err
	}
	return b.add(manifest.KindCountersign, manifest.Countersign{Gap: b.gapCount, By: *g.Judge})
}

func (b *builder) seal() error {
	s := manifest.Seal{
		Ended: b.utc(b.end), End: b.end, Segments: len(b.files), Bytes: b.bytes, Media: b.media, Gaps: b.gaps, GapCount: b.gapCount,
		Tracks: []manifest.TrackSeal{}, Files: b.files,
	}
	for _, t := range b.tracks {
		s.Tracks = append(s.Tracks, *b.count(t))
	}
	if err := b.add(manifest.KindSeal, s); err != nil {
		return err
	}
	if err := b.sign(); err != nil {
		return err
	}
	return WriteSeal(b.dir, manifest.SealFile{
		Format: manifest.SealFormat, Recording: b.o.ID, Source: b.o.Source, Set: b.o.Set, Labels: b.o.Labels,
		Value: b.head.Hash, ValueSM3: b.head.HashSM3, Seal: s, Head: b.head,
	})
}

// close closes the ledger. That signs its end, which a recording that is open has
// not done: its manifest stays as it was.
func (b *builder) close() error {
	if !b.o.Open {
		return b.ledger.Close()
	}
	kept := map[string][]byte{}
	for _, name := range []string{"manifest.jsonl", "head.json"} {
		raw, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		kept[name] = raw
	}
	if err := b.ledger.Close(); err != nil {
		return err
	}
	for name, raw := range kept {
		if err := os.WriteFile(filepath.Join(b.dir, name), raw, 0o600); err != nil {
			return err
		}
		if raw == nil {
			if err := os.Remove(filepath.Join(b.dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
