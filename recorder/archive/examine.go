package archive

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/minio/minio-go/v7"
)

// Finding is one thing that was looked at in a store.
type Finding struct {
	Level Level
	Text  string // what was found
	Do    string // the way out
}

// Level is how bad a finding is.
type Level int

// Levels of findings.
const (
	Good Level = iota
	Warning
	Failure
)

// Examine looks whether the store can be reached and written, whether it keeps versions
// and locks them, and tries to get rid of a locked object in every way there is.
func (s *Store) Examine(ctx context.Context) []Finding {
	exists, err := s.core.BucketExists(ctx, s.o.Bucket)
	if err != nil {
		return []Finding{s.explain(err)}
	}
	if !exists {
		return []Finding{{Failure, fmt.Sprintf("%s has no bucket %s", s.core.EndpointURL().Host, s.o.Bucket),
			"make it with object lock, which cannot be turned on later everywhere: mc mb --with-lock STORE/" + s.o.Bucket}}
	}
	all := []Finding{{Good, s.Where() + " answers, the keys are good", ""}}
	if s.o.Lock == LockNone {
		all = append(all, Finding{Warning, "object_lock is none: whoever has the keys can delete the copies", "set archive.object_lock to governance or compliance, with a bucket that has object lock"})
		return append(all, s.tryWriting(ctx)...)
	}
	if f := s.examineBucket(ctx); len(f) > 0 {
		return append(all, f...)
	}
	all = append(all, Finding{Good, "the bucket keeps versions and has object lock", ""})
	return append(all, s.tryLock(ctx)...)
}

// explain says what a first request's failure means.
func (s *Store) explain(err error) Finding {
	host := s.core.EndpointURL().Host
	var network net.Error
	var u *url.Error
	switch r := minio.ToErrorResponse(err); {
	case r.Code == "InvalidAccessKeyId" || r.Code == "SignatureDoesNotMatch":
		return Finding{Failure, host + " refuses the keys (" + r.Code + ")", "check archive.access_key and archive.secret_key"}
	case r.Code == "RequestTimeTooSkewed":
		return Finding{Failure, host + " says that this machine's clock is wrong", "set both clocks by the same time server"}
	case r.Code == minio.AccessDenied:
		return Finding{Failure, fmt.Sprintf("%s does not let these keys use the bucket %s", host, s.o.Bucket), "give them the rights that docs/operations.md lists"}
	case errors.As(err, &network) || errors.As(err, &u):
		return Finding{Failure, fmt.Sprintf("%s does not answer: %v", host, err), "check archive.endpoint (with http:// if the store has no TLS), and that the store runs"}
	}
	return Finding{Failure, fmt.Sprintf("%s answers wrongly: %v", host, err), "check that archive.endpoint is an S3 store"}
}

// examineBucket looks for versions and object lock; none: both are on.
func (s *Store) examineBucket(ctx context.Context) []Finding {
	var all []Finding
	v, err := s.core.GetBucketVersioning(ctx, s.o.Bucket)
	switch {
	case err != nil:
		all = append(all, Finding{Failure, fmt.Sprintf("whether the bucket keeps versions cannot be told: %v", err), "give the keys the right s3:GetBucketVersioning"})
	case !v.Enabled():
		all = append(all, Finding{Failure, "the bucket keeps no versions: what is written over is gone", "mc version enable STORE/" + s.o.Bucket})
	}
	lock, _, _, _, err := s.core.GetObjectLockConfig(ctx, s.o.Bucket)
	switch {
	case minio.ToErrorResponse(err).Code == "ObjectLockConfigurationNotFoundError", err == nil && lock != "Enabled":
		all = append(all, Finding{Failure, "the bucket has no object lock, and archive.object_lock is " + string(s.o.Lock),
			"use a bucket that was made with it: mc mb --with-lock STORE/NAME"})
	case err != nil:
		all = append(all, Finding{Failure, fmt.Sprintf("whether the bucket has object lock cannot be told: %v", err), "give the keys the right s3:GetBucketObjectLockConfiguration"})
	}
	return all
}
