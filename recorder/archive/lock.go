package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/minio/minio-go/v7"
)

// ensureLocked makes sure that the store will refuse to delete the object until then,
// and that a hold is on it where there is to be one.
func (s *Store) ensureLocked(ctx context.Context, o *object, until time.Time, held bool) error {
	if s.o.Lock == LockNone {
		return nil
	}
	if o.until.IsZero() {
		mode := s.o.Lock.mode()
		err := s.core.PutObjectRetention(ctx, s.o.Bucket, o.key, minio.PutObjectRetentionOptions{Mode: &mode, RetainUntilDate: &until, VersionID: o.version})
		if err != nil {
			return fmt.Errorf("archive: %s: the store does not lock it: %w", o.key, err)
		}
		got, at, err := s.core.GetObjectRetention(ctx, s.o.Bucket, o.key, o.version)
		if err != nil || got == nil || at == nil || at.Before(until.Add(-time.Minute)) {
			return fmt.Errorf("archive: %s: the store has not locked it as asked: is object lock on in the bucket? run avhub doctor (%v)", o.key, err)
		}
		o.until = *at
	}
	if held && !o.held {
		return s.hold(ctx, o.key, o.version, true)
	}
	return nil
}

func (s *Store) hold(ctx context.Context, key, version string, on bool) error {
	status := minio.LegalHoldDisabled
	if on {
		status = minio.LegalHoldEnabled
	}
	err := s.core.PutObjectLegalHold(ctx, s.o.Bucket, key, minio.PutObjectLegalHoldOptions{Status: &status, VersionID: version})
	if err != nil {
		return fmt.Errorf("archive: %s: legal hold: %w", key, err)
	}
	return nil
}

// holdAll puts a legal hold on every version of a recording's files, or takes it off.
func (s *Store) holdAll(ctx context.Context, r Ref, on bool) error {
	if s.o.Lock == LockNone {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx) // ends the listing
	defer cancel()
	for info := range s.core.ListObjectsIter(ctx, s.o.Bucket, minio.ListObjectsOptions{Prefix: s.fileKey(r, ""), Recursive: true, WithVersions: true}) {
		if info.Err != nil {
			return fmt.Errorf("archive: %s: %w", r.folder(), info.Err)
		}
		if info.IsDeleteMarker {
			continue
		}
		if err := s.hold(ctx, info.Key, info.VersionID, on); err != nil {
			return err
		}
	}
	return nil
}
