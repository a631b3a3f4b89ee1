package archive

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/minio/minio-go/v7"
)

// placement is how an object is to be kept.
type placement struct {
	key   string
	typ   string    // its media type
	until time.Time // locked until then; zero: not
	held  bool
	first bool // nothing is to be there yet: what a request that was given up for lost has put after all stays the only version
}

func (s *Store) putOptions(p placement, c content) minio.PutObjectOptions {
	o := minio.PutObjectOptions{
		ContentType:  p.typ,
		UserMetadata: map[string]string{metaSHA256: c.hex(), metaPartSize: strconv.FormatInt(c.partSize, 10)},
	}
	if !p.until.IsZero() {
		o.Mode, o.RetainUntilDate = s.o.Lock.mode(), p.until
	}
	if p.first && !s.unconditional.Load() {
		o.SetMatchETagExcept("*")
	}
	if p.held && s.o.Lock != LockNone {
		o.LegalHold = minio.LegalHoldEnabled
	}
	return o
}

// put sends the content and returns what the store holds then, compared. What a try
// before had sent in parts is not sent again.
func (s *Store) put(ctx context.Context, p placement, c content) (*object, error) {
	var err error
	if len(c.parts) == 1 {
		err = s.putWhole(ctx, p, c)
	} else {
		err = s.putParts(ctx, p, c)
	}
	switch code := minio.ToErrorResponse(err).StatusCode; {
	case code == http.StatusPreconditionFailed && p.first: // it has come there meanwhile
	case code == http.StatusNotImplemented && p.first:
		s.unconditional.Store(true) // an older store
		return nil, fmt.Errorf("archive: %s: the store knows no If-None-Match: %w", p.key, err)
	case err != nil:
		return nil, fmt.Errorf("archive: %s: %w", p.key, err)
	}
	o, err := s.stat(ctx, p.key, "")
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fmt.Errorf("archive: %s: the store has taken it and does not have it", p.key)
	}
	same, err := s.holds(ctx, o, c)
	if err == nil && !same {
		err = fmt.Errorf("archive: %s: the store holds %d bytes with the checksum %q, not the %d bytes that were sent", p.key, o.size, o.checksum, c.size)
	}
	return o, err
}

func (s *Store) putWhole(ctx context.Context, p placement, c content) error {
	o := s.putOptions(p, c)
	o.UserMetadata["X-Amz-Checksum-Sha256"] = c.checksum()
	_, err := s.core.PutObject(ctx, s.o.Bucket, p.key, io.NewSectionReader(c, 0, c.size), c.size, "", c.hex(), o)
	return err
}

func (s *Store) putParts(ctx context.Context, p placement, c content) error {
	upload, sent, err := s.resumable(ctx, p.key, c)
	if err != nil {
		return err
	}
	o := s.putOptions(p, c)
	if upload == "" {
		begin := o
		begin.UserMetadata["X-Amz-Checksum-Algorithm"] = "SHA256"
		if upload, err = s.core.NewMultipartUpload(ctx, s.o.Bucket, p.key, begin); err != nil {
			return err
		}
	}
	parts := make([]minio.CompletePart, len(c.parts))
	for i, want := range c.parts {
		sum := base64.StdEncoding.EncodeToString(want[:])
		etag := sent[i+1]
		if etag == "" {
			offset, size := c.part(i)
			part, err := s.core.PutObjectPart(ctx, s.o.Bucket, p.key, upload, i+1, io.NewSectionReader(c, offset, size), size,
				minio.PutObjectPartOptions{Sha256Hex: hex.EncodeToString(want[:]), CustomHeader: http.Header{"X-Amz-Checksum-Sha256": {sum}}})
			if err != nil {
				return err
			}
			etag = part.ETag
		}
		parts[i] = minio.CompletePart{PartNumber: i + 1, ETag: etag, ChecksumSHA256: sum}
	}
	end := minio.PutObjectOptions{}
	if p.first && !s.unconditional.Load() {
		end.SetMatchETagExcept("*")
	}
	_, err = s.core.CompleteMultipartUpload(ctx, s.o.Bucket, p.key, upload, parts, end)
	return err
}

// resumable looks for an upload of the same content that was broken off, and which of
// its parts the store has, by number. Others of the key are given up.
func (s *Store) resumable(ctx context.Context, key string, c content) (upload string, sent map[int]string, err error) {
	list, err := s.core.ListMultipartUploads(ctx, s.o.Bucket, key, "", "", "", 100)
	if err != nil {
		return "", nil, err
	}
	uploads := slices.DeleteFunc(list.Uploads, func(u minio.ObjectMultipartInfo) bool { return u.Key != key })
	slices.SortFunc(uploads, func(a, b minio.ObjectMultipartInfo) int { return b.Initiated.Compare(a.Initiated) })
	for _, u := range uploads {
		etags, fits, err := s.sentParts(ctx, key, u.UploadID, c)
		if err != nil {
			return "", nil, err
		}
		// One without parts is worth nothing, and may have been begun with an older lock.
		if upload == "" && fits && len(etags) > 0 && time.Since(u.Initiated) < 24*time.Hour {
			upload, sent = u.UploadID, etags
			continue
		}
		if err := s.core.AbortMultipartUpload(ctx, s.o.Bucket, key, u.UploadID); err != nil && !isMissing(err) {
			return "", nil, err
		}
	}
	return upload, sent, nil
}

// sentParts lists an upload's parts; fits: each is one of the content's.
func (s *Store) sentParts(ctx context.Context, key, upload string, c content) (etags map[int]string, fits bool, err error) {
	etags = map[int]string{}
	for marker := 0; ; {
		list, err := s.core.ListObjectParts(ctx, s.o.Bucket, key, upload, marker, 1000)
		if isMissing(err) { // given up or completed by now
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		for _, p := range list.ObjectParts {
			i := p.PartNumber - 1
			if i < 0 || i >= len(c.parts) || p.ChecksumSHA256 != base64.StdEncoding.EncodeToString(c.parts[i][:]) {
				return nil, false, nil
			}
			if _, size := c.part(i); p.Size != size {
				return nil, false, nil
			}
			etags[p.PartNumber] = p.ETag
		}
		if !list.IsTruncated || list.NextPartNumberMarker <= marker {
			return etags, true, nil
		}
		marker = list.NextPartNumberMarker
	}
}
