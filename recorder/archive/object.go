package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"avhub/recorder/manifest"
)

// Metadata of objects, behind x-amz-meta-.
const (
	metaSHA256   = "Sha256"    // of the whole file, hexadecimal
	metaPartSize = "Part-Size" // in which it was sent
)

// object is what the store holds under a key.
type object struct {
	key      string
	version  string
	size     int64
	sha256   string // as its metadata say
	checksum string // as the store has computed it; empty: it does not
	partSize int64
	until    time.Time // locked until then; zero: not
	mode     string
	held     bool
}

// stat asks what is under a key; nil: nothing.
func (s *Store) stat(ctx context.Context, key, version string) (*object, error) {
	info, err := s.core.StatObject(ctx, s.o.Bucket, key, minio.StatObjectOptions{Checksum: true, VersionID: version})
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("archive: %s: %w", key, err)
	}
	o := &object{
		key: key, version: info.VersionID, size: info.Size, checksum: info.ChecksumSHA256,
		sha256: info.UserMetadata[metaSHA256], mode: info.Headers.Get("X-Amz-Object-Lock-Mode"),
		held: info.Headers.Get("X-Amz-Object-Lock-Legal-Hold") == string(minio.LegalHoldEnabled),
	}
	o.partSize, _ = strconv.ParseInt(info.UserMetadata[metaPartSize], 10, 64)
	if text := info.Headers.Get("X-Amz-Object-Lock-Retain-Until-Date"); text != "" {
		if o.until, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, fmt.Errorf("archive: %s: the store says that it is locked until %q", key, text)
		}
	}
	return o, nil
}

// holds tells whether the object is the content: by size, by the hash that was put
// beside it, and by the one that the store has computed. From a store that computes
// none it is read back.
func (s *Store) holds(ctx context.Context, o *object, c content) (bool, error) {
	if o.size != c.size || o.sha256 != c.hex() {
		return false, nil
	}
	if o.checksum == "" {
		sha, err := s.readBack(ctx, o)
		return sha == c.hex(), err
	}
	same := c.sums
	if strings.Contains(o.checksum, "-") && o.partSize != c.partSize { // sent in other parts
		if o.partSize < 1 {
			return false, nil
		}
		var err error
		if same, err = sumOf(io.NewSectionReader(c, 0, c.size), c.size, o.partSize); err != nil {
			return false, err
		}
	}
	if !strings.Contains(o.checksum, "-") {
		same.parts = same.parts[:1] // the store took it as one
	}
	return same.checksum() == o.checksum, nil
}

// readBack hashes what the store gives out.
func (s *Store) readBack(ctx context.Context, o *object) (string, error) {
	r, _, _, err := s.core.GetObject(ctx, s.o.Bucket, o.key, minio.GetObjectOptions{VersionID: o.version})
	if err != nil {
		return "", fmt.Errorf("archive: %s: %w", o.key, err)
	}
	defer func() { _ = r.Close() }()
	h := sha256.New()
	if n, err := io.Copy(h, r); err != nil || n != o.size {
		return "", fmt.Errorf("archive: %s: read back %d of %d bytes: %w", o.key, n, o.size, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Confirm asks the store whether it still has the version that a receipt speaks of, with
// its hash.
func (s *Store) Confirm(ctx context.Context, a manifest.Archived) error {
	bucket, key, _ := strings.Cut(a.Where, "/")
	if bucket != s.o.Bucket {
		return fmt.Errorf("archive: %s is in the bucket %s, the one at hand is %s", a.File, bucket, s.o.Bucket)
	}
	o, err := s.stat(ctx, key, a.Version)
	switch {
	case err != nil:
		return err
	case o == nil:
		return fmt.Errorf("archive: %s is not there any more", a.Where)
	case o.sha256 != a.SHA256:
		return fmt.Errorf("archive: %s holds another file: its SHA-256 is %s, not %s", a.Where, o.sha256, a.SHA256)
	}
	return nil
}
