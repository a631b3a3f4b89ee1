package archive

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Lock is what protects a copy from being deleted.
type Lock string

// Kinds of lock. Under Compliance nobody can delete a copy before its time, under
// Governance only who has a right of its own for it.
const (
	LockGovernance Lock = "governance"
	LockCompliance Lock = "compliance"
	LockNone       Lock = "none"
)

func (l Lock) mode() minio.RetentionMode {
	switch l {
	case LockGovernance:
		return minio.Governance
	case LockCompliance:
		return minio.Compliance
	}
	return ""
}

// StoreOptions say where the store is and what it is to do.
type StoreOptions struct {
	Endpoint  string // host:port, or with http:// or https:// before
	TLS       bool   // where the endpoint does not say
	CA        string // PEM file; empty: the system's authorities
	Region    string
	Bucket    string
	Prefix    string // before all keys
	AccessKey string
	SecretKey string
	Lock      Lock
	PartSize  int64          // bytes, 5 MiB to 1 GiB
	Days      map[string]int // that a copy is locked, by the label site_kind; the longest holds for others
}

// Store is a bucket of an S3 store.
type Store struct {
	core      *minio.Core
	transport *http.Transport
	o         StoreOptions
	days      int // the longest
	// unconditional: the store does not know If-None-Match.
	unconditional atomic.Bool
}

// Open makes a client; it does not connect yet.
func Open(o StoreOptions) (*Store, error) {
	host, secure, err := endpoint(o.Endpoint, o.TLS)
	if err != nil {
		return nil, err
	}
	if o.Bucket == "" || o.PartSize < 5<<20 {
		return nil, errors.New("archive: a bucket, and parts of 5 MiB at least, are needed")
	}
	if o.Prefix != "" && !strings.HasSuffix(o.Prefix, "/") {
		o.Prefix += "/"
	}
	transport, err := newTransport(secure, o.CA)
	if err != nil {
		return nil, err
	}
	core, err := minio.NewCore(host, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: secure, Transport: transport, Region: o.Region,
		MaxRetries: 1, // the queue tries again
	})
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	core.SetAppInfo("avhub", "1")
	s := &Store{core: core, transport: transport, o: o, days: 1}
	for _, days := range o.Days {
		s.days = max(s.days, days)
	}
	return s, nil
}

// endpoint takes an endpoint apart.
func endpoint(text string, secure bool) (host string, tls bool, err error) {
	if !strings.Contains(text, "://") {
		return text, secure, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", false, errors.New("archive: the endpoint is neither host:port nor http://host:port nor https://host:port")
	}
	return u.Host, u.Scheme == "https", nil
}

// Where names the bucket for people.
func (s *Store) Where() string { return s.core.EndpointURL().Host + "/" + s.o.Bucket }

func (s *Store) key(parts ...string) string { return s.o.Prefix + strings.Join(parts, "") }

// fileKey is where a recording's file goes.
func (s *Store) fileKey(r Ref, file string) string {
	return s.key(recordingsKey, r.folder(), "/", file)
}

// until is how long a copy is to be locked, zero: not at all.
func (s *Store) until(r Ref, now time.Time) time.Time {
	if s.o.Lock == LockNone {
		return time.Time{}
	}
	days, ok := s.o.Days[r.Labels[LabelKind]]
	if !ok {
		days = s.days
	}
	return now.UTC().AddDate(0, 0, days).Truncate(time.Second)
}

// Close drops idle connections.
func (s *Store) Close() { s.transport.CloseIdleConnections() }

// isMissing tells whether an error says that there is no such object.
func isMissing(err error) bool {
	r := minio.ToErrorResponse(err)
	return r.Code == minio.NoSuchKey || r.Code == minio.NoSuchVersion || r.StatusCode == http.StatusNotFound && r.Code != minio.NoSuchBucket
}
