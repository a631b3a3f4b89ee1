package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// ErrNotFound says that the archive knows no such recording or case.
var ErrNotFound = errors.New("the archive has nothing under that name")

// findLabels are where names are looked for, in this order.
var findLabels = []string{"recording", LabelCase, LabelNumber, LabelHearing, "set"}

// Find returns the recordings of an id, a case, a case number, a hearing or a set: of
// the first of these that fits one of the names, which are spellings of the same.
func (s *Store) Find(ctx context.Context, names ...string) ([]Ref, error) {
	for _, label := range findLabels {
		for _, name := range names {
			found, err := s.find(ctx, s.key(indexFolder(label, name)))
			if err != nil || len(found) > 0 {
				return found, err
			}
		}
	}
	return nil, fmt.Errorf("%q: %w", strings.Join(names, ", "), ErrNotFound)
}

func (s *Store) find(ctx context.Context, prefix string) ([]Ref, error) {
	list, err := s.list(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var found []Ref
	for _, o := range list {
		r, err := s.readIndex(ctx, o)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b Ref) int { return a.Began.Compare(b.Began) })
	return found, nil
}

const maxIndex = 1 << 20 // of one entry, bytes

func (s *Store) readIndex(ctx context.Context, o stored) (Ref, error) {
	r, _, _, err := s.core.GetObject(ctx, s.o.Bucket, o.key, minio.GetObjectOptions{VersionID: o.versions[0].id})
	if err != nil {
		return Ref{}, fmt.Errorf("archive: %s: %w", o.key, err)
	}
	defer func() { _ = r.Close() }()
	raw, err := io.ReadAll(io.LimitReader(r, maxIndex))
	if err != nil {
		return Ref{}, fmt.Errorf("archive: %s: %w", o.key, err)
	}
	return parseIndex(raw)
}

func parseIndex(raw []byte) (Ref, error) {
	var e indexEntry
	if err := json.Unmarshal(raw, &e); err != nil {
		return Ref{}, fmt.Errorf("archive: index: %w", err)
	}
	if e.Format != indexFormat {
		return Ref{}, fmt.Errorf("archive: index: its format is %q, this program knows %s", e.Format, indexFormat)
	}
	return e.Ref, e.check()
}

// stored is an object with its versions, the newest first. Delete markers are none: a
// version that is locked is still there under one.
type stored struct {
	key      string
	versions []version
	covered  bool // a delete marker lies on it
}

type version struct {
	id     string
	size   int64
	latest bool
	at     time.Time
}

// list returns what is under a prefix, by key.
func (s *Store) list(ctx context.Context, prefix string) ([]stored, error) {
	ctx, cancel := context.WithCancel(ctx) // ends the listing
	defer cancel()
	byKey := map[string]*stored{}
	for o := range s.core.ListObjectsIter(ctx, s.o.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return nil, fmt.Errorf("archive: %s: %w", s.Where(), o.Err)
		}
		have := byKey[o.Key]
		if have == nil {
			have = &stored{key: o.Key}
			byKey[o.Key] = have
		}
		if o.IsDeleteMarker {
			have.covered = have.covered || o.IsLatest
			continue
		}
		have.versions = append(have.versions, version{o.VersionID, o.Size, o.IsLatest, o.LastModified})
	}
	var list []stored
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		o := byKey[key]
		if len(o.versions) == 0 {
			continue
		}
		slices.SortStableFunc(o.versions, func(a, b version) int {
			if a.latest != b.latest {
				if a.latest {
					return -1
				}
				return 1
			}
			return b.at.Compare(a.at)
		})
		list = append(list, *o)
	}
	return list, nil
}
