package archive

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// trialLock is how long the object of a trial is locked: longer than the trial takes.
// The next trial clears it away.
const trialLock = 2 * time.Minute

// trial is a small object on which everything is tried that would get rid of it.
type trial struct {
	s       *Store
	key     string
	content content
	object  *object
	all     []Finding
}

// begin writes the trial's object.
func (s *Store) begin(ctx context.Context, until time.Time) (*trial, error) {
	t := &trial{s: s, key: s.key("doctor/", strings.ToLower(rand.Text()))}
	var err error
	if t.content, err = bytesContent([]byte("avhub doctor was here: "+rand.Text()+"\n"), s.o.PartSize); err != nil {
		return nil, err
	}
	p := placement{key: t.key, typ: "text/plain", until: until, first: true}
	if t.object, err = s.put(ctx, p, t.content); err != nil {
		return nil, err
	}
	return t, s.ensureLocked(ctx, t.object, until, false)
}

// tryWriting tries whether objects can be written and read at all.
func (s *Store) tryWriting(ctx context.Context) []Finding {
	t, err := s.begin(ctx, time.Time{})
	if err != nil {
		return []Finding{{Failure, fmt.Sprintf("a trial object cannot be written: %v", err), "give the keys the rights that docs/operations.md lists"}}
	}
	t.survives(ctx, "writing")
	_ = s.core.RemoveObject(ctx, s.o.Bucket, t.key, minio.RemoveObjectOptions{VersionID: t.object.version})
	if len(t.all) == 0 {
		t.good("a trial object was written, with its checksum, and read back")
	}
	return t.all
}

// tryLock tries to delete a locked object, to write over it, to shorten and to weaken
// its lock, and to hide it. It must survive all of that.
func (s *Store) tryLock(ctx context.Context) []Finding {
	s.clearTrials(ctx)
	until := time.Now().Add(trialLock).UTC().Truncate(time.Second)
	t, err := s.begin(ctx, until)
	if err != nil {
		return []Finding{{Failure, fmt.Sprintf("a locked trial object cannot be written: %v", err), "give the keys the rights that docs/operations.md lists"}}
	}
	t.tryDeleting(ctx)
	t.tryShortening(ctx, until)
	t.tryWeakening(ctx, until)
	t.tryOverwriting(ctx)
	t.tryHiding(ctx)
	t.tryHold(ctx)
	if len(t.all) == 0 {
		t.good("a locked trial object (" + string(s.o.Lock) + ") survived deleting, shortening, weakening, overwriting and hiding")
		t.tryBypass(ctx)
	}
	return t.all
}

func (t *trial) good(text string) { t.all = append(t.all, Finding{Good, text, ""}) }

func (t *trial) bad(format string, args ...any) {
	t.all = append(t.all, Finding{Failure, fmt.Sprintf(format, args...), "do not trust this store with evidence: its object lock does not hold"})
}

// refused notes a try that the store should not have allowed.
func (t *trial) refused(ctx context.Context, what string, err error) {
	if err == nil {
		t.bad("the store allowed %s a locked object", what)
	}
	t.survives(ctx, what)
}

// survives looks whether the locked version is still what was written, and locked.
func (t *trial) survives(ctx context.Context, what string) {
	o, err := t.s.stat(ctx, t.key, t.object.version)
	if err != nil || o == nil {
		t.bad("after %s the locked version is gone (%v)", what, err)
		return
	}
	if same, err := t.s.holds(ctx, o, t.content); err != nil || !same {
		t.bad("after %s the locked version is another one (%v)", what, err)
	}
	if sha, err := t.s.readBack(ctx, o); err != nil || sha != t.content.hex() {
		t.bad("after %s the locked version cannot be read (%v)", what, err)
	}
}

func (t *trial) remove(ctx context.Context, o minio.RemoveObjectOptions) error {
	return t.s.core.RemoveObject(ctx, t.s.o.Bucket, t.key, o)
}

func (t *trial) tryDeleting(ctx context.Context) {
	err := t.remove(ctx, minio.RemoveObjectOptions{VersionID: t.object.version})
	t.refused(ctx, "deleting", err)
}

func (t *trial) retain(ctx context.Context, mode minio.RetentionMode, until time.Time) error {
	return t.s.core.PutObjectRetention(ctx, t.s.o.Bucket, t.key, minio.PutObjectRetentionOptions{Mode: &mode, RetainUntilDate: &until, VersionID: t.object.version})
}

func (t *trial) tryShortening(ctx context.Context, until time.Time) {
	t.refused(ctx, "shortening the lock of", t.retain(ctx, t.s.o.Lock.mode(), until.Add(-trialLock/2)))
}

// tryWeakening tries the other lock, which others could take off.
func (t *trial) tryWeakening(ctx context.Context, until time.Time) {
	if t.s.o.Lock == LockCompliance {
		t.refused(ctx, "turning compliance into governance for", t.retain(ctx, minio.Governance, until))
	}
}

// tryOverwriting puts another version over it, which is taken away again.
func (t *trial) tryOverwriting(ctx context.Context) {
	other := placement{key: t.key, typ: "text/plain"}
	c, err := bytesContent([]byte("another one\n"), t.s.o.PartSize)
	if err != nil {
		return // of bytes in memory: does not happen
	}
	over, err := t.s.put(ctx, other, c)
	t.survives(ctx, "overwriting")
	if err == nil && over.version != "" && over.version != t.object.version {
		_ = t.remove(ctx, minio.RemoveObjectOptions{VersionID: over.version})
	}
}

// tryHiding puts a delete marker on it.
func (t *trial) tryHiding(ctx context.Context) {
	_ = t.remove(ctx, minio.RemoveObjectOptions{}) // may be allowed: the version stays
	t.survives(ctx, "putting a delete marker on it")
}

// tryHold puts a legal hold on and takes it off.
func (t *trial) tryHold(ctx context.Context) {
	for _, on := range []bool{true, false} {
		if err := t.s.hold(ctx, t.key, t.object.version, on); err != nil {
			t.all = append(t.all, Finding{Failure, fmt.Sprintf("legal holds cannot be put on and taken off: %v", err), "give the keys the rights s3:PutObjectLegalHold and s3:GetObjectLegalHold"})
			return
		}
	}
}

// tryBypass asks as one who may pass by governance: the hub's keys should not be such.
func (t *trial) tryBypass(ctx context.Context) {
	if t.s.o.Lock != LockGovernance {
		return
	}
	if err := t.remove(ctx, minio.RemoveObjectOptions{VersionID: t.object.version, GovernanceBypass: true}); err == nil {
		t.all = append(t.all, Finding{Warning, "these keys may bypass governance: whoever has them can delete the copies",
			"give the hub keys without s3:BypassGovernanceRetention, or set archive.object_lock to compliance"})
	}
}

// clearTrials takes away what earlier trials left, where the lock has run out.
func (s *Store) clearTrials(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // ends the listing
	defer cancel()
	for o := range s.core.ListObjectsIter(ctx, s.o.Bucket, minio.ListObjectsOptions{Prefix: s.key("doctor/"), Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return
		}
		if o.IsDeleteMarker || time.Since(o.LastModified) > trialLock {
			_ = s.core.RemoveObject(ctx, s.o.Bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID})
		}
	}
}
