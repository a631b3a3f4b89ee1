package recorder

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// seal ends a manifest with its account, signs it, and writes seal.json. Entries that
// a full disk had kept back go first: nothing is sealed before they are in.
func (r *Recorder) seal(dir string, l *ledger.Ledger, f *files, s manifest.Seal) error {
	for limit := time.Now().Add(ledgerLimit); f.flushWaiting() != nil; {
		if time.Now().After(limit) {
			return fmt.Errorf("recording %s: its manifest cannot be written: %w", dir, r.disk.status(time.Now()).Err)
		}
		time.Sleep(retryAfter)
	}
	s.Files = append(s.Files, f.sealed...)
	for _, file := range s.Files {
		s.Bytes += file.Size
	}
	s.Segments = len(s.Files)
	rec, err := manifest.Read(dir)
	if err != nil {
		return err
	}
	s.Restarts = rec.Restarts
	ctx, cancel := context.WithTimeout(context.Background(), ledgerLimit)
	defer cancel()
	if _, err := l.Append(ctx, manifest.KindSeal, time.Now(), s); err != nil {
		return err
	}
	head, err := l.Sign(ctx)
	if err != nil {
		return err
	}
	f.told(manifest.KindSeal, s)
	return r.finishSeal(dir, rec.Begin, s, head)
}

// finishSeal writes seal.json and takes the mark of an open recording away.
func (r *Recorder) finishSeal(dir string, b manifest.Begin, s manifest.Seal, head ledger.Head) error {
	raw, err := (&manifest.SealFile{
		Format: manifest.SealFormat, Recording: b.ID, Source: b.Source, Set: b.Set, Labels: b.Labels,
		Value: head.Hash, ValueSM3: head.HashSM3, Seal: s, Head: head,
	}).Marshal()
	if err != nil {
		return err
	}
	if err := saveSynced(filepath.Join(dir, manifest.SealFileName), raw); err != nil {
		return fmt.Errorf("recording %s: seal: %w", b.ID, err)
	}
	return r.unmark(b.ID)
}
