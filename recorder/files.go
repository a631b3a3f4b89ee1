package recorder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/sys/unix"

	"avhub/recorder/fmp4"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Sync says when data is forced onto the disk.
type Sync string

// The ways to sync. A power cut costs at most a part, a segment, or what the kernel
// had not written.
const (
	SyncPart    Sync = "part"
	SyncSegment Sync = "segment"
	SyncNever   Sync = "never"
)

// files is a recording's folder, written by its cutter.
type files struct {
	dir    string
	ledger *ledger.Ledger
	sync   Sync
	sm3    bool
	log    *slog.Logger
	disk   *disk
	create func(path string) (mediaFile, error)
	told   func(kind string, body any) // what is in the manifest now

	waiting []entry // of the manifest, that could not be written yet
	buf     []byte

	f      mediaFile
	stated manifest.Segment // not in the manifest before its first part
	header []byte
	size   int64
	sums   hashes
	sealed []manifest.SealedFile
}

// mediaFile is what a segment is written to.
type mediaFile interface {
	io.Writer
	Datasync() error // waits until what was written is on the disk
	Truncate(size int64) error
	Close() error
}

type entry struct {
	kind string
	body any
}

// hashes of a segment's file as it grows.
type hashes struct {
	sha, sm3 hash.Hash
	crc      hash.Hash32
}

func newHashes(withSM3 bool) hashes {
	h := hashes{sha: sha256.New(), crc: crc32.NewIEEE()}
	if withSM3 {
		h.sm3 = sm3.New()
	}
	return h
}

func (h hashes) write(b []byte) {
	h.sha.Write(b)
	h.crc.Write(b)
	if h.sm3 != nil {
		h.sm3.Write(b)
	}
}

func (h hashes) sums() (sha, other string) {
	if h.sm3 != nil {
		other = hex.EncodeToString(h.sm3.Sum(nil))
	}
	return hex.EncodeToString(h.sha.Sum(nil)), other
}

func (f *files) sum(b []byte) (sha, other string) {
	h := newHashes(f.sm3)
	h.write(b)
	return h.sums()
}

// check is the checksum that a ZIP archive needs.
func (h hashes) check() string { return fmt.Sprintf("%08x", h.crc.Sum32()) }

// ledgerLimit is how long a manifest's entry may take to reach the disk.
const ledgerLimit = 30 * time.Second

func (f *files) begin(s manifest.Segment, header []byte) {
	f.stated, f.header, f.f = s, header, nil
}

// part writes a part, and the file's header before the first one.
func (f *files) part(p manifest.Part, media *fmp4.Part) error {
	if err := f.disk.refuses(); err != nil {
		return err
	}
	if err := f.flushWaiting(); err != nil {
		return err
	}
	first := f.f == nil
	f.buf = f.buf[:0]
	if first {
		if err := f.open(); err != nil {
			return err
		}
		f.buf = append(f.buf, f.header...)
	}
	head := len(f.buf)
	f.buf = media.Append(f.buf)
	if err := f.write(f.buf); err != nil {
		return f.failed(err)
	}
	p.Offset, p.Size = f.size+int64(head), int64(len(f.buf)-head)
	p.SHA256, p.SM3 = f.sum(f.buf[head:])
	if first {
		f.stated.Size = int64(head)
		f.stated.SHA256, f.stated.SM3 = f.sum(f.header)
		if err := f.append(manifest.KindSegment, f.stated); err != nil {
			return f.failed(err)
		}
	}
	if err := f.append(manifest.KindPart, p); err != nil {
		if first { // the manifest names a segment that has no part: it ends empty
			f.size = f.stated.Size
			f.sums.write(f.header)
		}
		return f.failed(err)
	}
	f.sums.write(f.buf)
	f.size += int64(len(f.buf))
	if first {
		f.told(manifest.KindSegment, f.stated)
	}
	f.told(manifest.KindPart, p)
	return nil
}

func (f *files) open() error {
	path := filepath.Join(f.dir, f.stated.File)
	file, err := f.create(path)
	if errors.Is(err, os.ErrExist) { // begun by a try that failed: the manifest knows nothing of it
		_ = os.Remove(path)
		file, err = f.create(path)
	}
	if err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	f.f, f.size, f.sums = file, 0, newHashes(f.sm3)
	if f.sync == SyncNever {
		return nil
	}
	return syncDir(f.dir)
}

// write writes and, where each part is to be safe, waits for the disk.
func (f *files) write(b []byte) error {
	if _, err := f.f.Write(b); err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	if f.sync != SyncPart {
		return nil
	}
	if err := f.f.Datasync(); err != nil {
		return fmt.Errorf("segment: fdatasync: %w", err)
	}
	return nil
}

// failed gives the file up: what the kernel says after a failed sync cannot be
// trusted. What was written behind the last part is taken away if possible.
func (f *files) failed(err error) error {
	f.log.Error("recording: a write failed", "dir", f.dir, "file", f.stated.File, "err", err)
	if f.f != nil {
		_ = f.f.Truncate(f.size)
		_ = f.f.Close()
		f.f = nil
	}
	if f.size == 0 {
		_ = os.Remove(filepath.Join(f.dir, f.stated.File))
	}
	f.disk.failed(err)
	return err
}

// end finishes the segment. One that never had a part leaves nothing, unless the
// manifest knows of it.
func (f *files) end(e manifest.SegmentEnd) bool {
	if f.size == 0 {
		f.stated = manifest.Segment{}
		return false
	}
	if f.f != nil {
		if f.sync == SyncSegment {
			if err := f.f.Datasync(); err != nil {
				f.log.Error("recording: sync", "file", f.stated.File, "err", err)
				f.disk.failed(err)
			}
		}
		if err := f.f.Close(); err != nil {
			f.log.Error("recording: close", "file", f.stated.File, "err", err)
		}
		f.f = nil
	}
	e.Size = f.size
	e.SHA256, e.SM3 = f.sums.sums()
	e.CRC32 = f.sums.check()
	f.sealed = append(f.sealed, manifest.SealedFile{File: f.stated.File, Size: e.Size, SHA256: e.SHA256, SM3: e.SM3})
	f.size = 0
	f.note(manifest.KindSegmentEnd, e)
	f.sign()
	return true
}

// sign signs the manifest's end.
func (f *files) sign() {
	ctx, cancel := context.WithTimeout(context.Background(), ledgerLimit)
	defer cancel()
	if _, err := f.ledger.Sign(ctx); err != nil {
		f.log.Error("recording: head", "dir", f.dir, "err", err)
	}
}

// note writes an entry, now or when the disk takes it again.
func (f *files) note(kind string, body any) {
	f.waiting = append(f.waiting, entry{kind, body})
	_ = f.flushWaiting()
}

func (f *files) flushWaiting() error {
	for len(f.waiting) > 0 {
		e := f.waiting[0]
		if err := f.append(e.kind, e.body); err != nil {
			f.disk.failed(err)
			return err
		}
		f.waiting = f.waiting[1:]
		f.told(e.kind, e.body)
	}
	return nil
}

func (f *files) append(kind string, body any) error {
	ctx, cancel := context.WithTimeout(context.Background(), ledgerLimit)
	defer cancel()
	_, err := f.ledger.Append(ctx, kind, time.Now(), body)
	return err
}

// ready tells whether the disk has room again and takes the manifest's entries.
func (f *files) ready() bool { return f.disk.room() && f.flushWaiting() == nil }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// createFile makes a segment's file.
func createFile(path string) (mediaFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

type diskFile struct{ *os.File }

// Datasync implements mediaFile.
func (f diskFile) Datasync() error { return unix.Fdatasync(int(f.Fd())) }
