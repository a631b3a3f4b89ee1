package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	stdhash "hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/emmansun/gmsm/sm3"

	"avhub/recorder/ledger"
)

// chunk is how much is read at once, and the most that a part may have to be parsed
// from memory.
const chunk = 4 << 20

// reader compares files. One goroutine uses it.
type reader struct {
	*checker
	buf  []byte
	said []Finding // of the file in hand
	once bool      // what it reads was counted before
}

// stretch is a piece of a file that has a hash of its own: the header, or a part.
type stretch struct {
	part   int // index; -1: the header
	offset int64
	size   int64
	sha    hash
	sm3    string
}

// stretches cuts a file as the manifest does; false: it does not cover the file
// without a hole.
func (s *segment) stretches() ([]stretch, bool) {
	var all []stretch
	at := int64(0)
	if s.begun {
		all = append(all, stretch{-1, 0, s.stated.Size, parseHash(s.stated.SHA256), s.stated.SM3})
		at = s.stated.Size
	}
	whole := s.begun && s.stated.Size > 0
	for i, p := range s.parts {
		if p.size <= 0 || p.offset < 0 || p.offset+p.size < p.offset {
			whole = false
			continue
		}
		whole = whole && p.offset == at
		all = append(all, stretch{i, p.offset, p.size, p.sha, p.sm3})
		at = p.offset + p.size
	}
	return all, whole && at == s.bytes()
}

// check compares a file with what the manifest says of it.
func (r *reader) check(s *segment) {
	path := filepath.Join(r.dir, s.stated.File)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		r.mu.Lock()
		r.missing = append(r.missing, s)
		r.mu.Unlock()
		return
	}
	if err == nil && !info.Mode().IsRegular() {
		return // found as foreign
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(path)
	}
	if err != nil {
		r.mu.Lock()
		r.unread = errors.Join(r.unread, fmt.Errorf("segment: %w", err))
		r.mu.Unlock()
		return
	}
	defer func() { _ = f.Close() }()
	r.said = r.said[:0]
	same, err := r.compare(f, s, info.Size())
	if same { // else it is looked at once more
		r.tell()
	}
	switch {
	case err != nil:
		r.find(Finding{Problem: ledger.Unreadable, File: s.stated.File, Span: s.span(), Text: err.Error()})
	case !same:
		r.mu.Lock()
		r.strange = append(r.strange, s)
		r.mu.Unlock()
	}
}

// tell notes what was found in the file in hand.
func (r *reader) tell() {
	for _, f := range r.said {
		r.find(f)
	}
	r.said = r.said[:0]
}

// compare reads a file once, and tells whether its bytes are those that were
// recorded.
func (r *reader) compare(f *os.File, s *segment, size int64) (same bool, err error) {
	want := s.bytes()
	if size < want || size > want && s.ended != nil && !s.ended.Abandoned {
		return false, nil
	}
	pieces, covered := s.stretches()
	if s.ended == nil || !covered {
		return r.piecewise(f, s, pieces, covered)
	}
	sums := newSums(s.ended.SM3 != "", r.o.Thorough && s.ended.CRC32 != "")
	for _, piece := range pieces {
		if ok, err := r.piece(f, s, piece, sums, r.o.Thorough); !ok || err != nil {
			return false, err
		}
	}
	return parseHash(s.ended.SHA256) == sums.hash() && sums.fits(s.ended.SM3, s.ended.CRC32), nil
}

// piecewise compares by the hashes of parts: the file has none of its own yet, or the
// manifest lacks some of its parts.
func (r *reader) piecewise(f *os.File, s *segment, pieces []stretch, covered bool) (bool, error) {
	for _, piece := range pieces {
		if ok, err := r.piece(f, s, piece, sums{}, true); !ok || err != nil {
			return false, err
		}
	}
	if covered || s.ended == nil {
		return true, nil
	}
	all := newSums(false, false)
	if err := r.stream(f, 0, s.ended.Size, all); err != nil {
		return false, err
	}
	return all.hash() == parseHash(s.ended.SHA256), nil
}

// piece reads a part, adds it to the file's sums, looks at its frames, and compares
// its own hash if that is asked for.
func (r *reader) piece(f *os.File, s *segment, p stretch, whole sums, own bool) (bool, error) {
	sum := sums{}
	if own {
		sum = newSums(p.sm3 != "", false)
	}
	if p.size <= chunk {
		b, err := r.fill(f, p.offset, int(p.size))
		if err != nil {
			return false, err
		}
		whole.write(b)
		sum.write(b)
		if own && (sum.hash() != p.sha || !sum.fits(p.sm3, "")) {
			return false, nil
		}
		r.frames(s, p, memory(b), int64(len(b)))
		return true, nil
	}
	if err := r.stream(f, p.offset, p.size, whole, sum); err != nil {
		return false, err
	}
	if own && (sum.hash() != p.sha || !sum.fits(p.sm3, "")) {
		return false, nil
	}
	r.frames(s, p, io.NewSectionReader(f, p.offset, p.size), p.size)
	return true, nil
}

// fill reads n bytes, at most a chunk.
func (r *reader) fill(f *os.File, at int64, n int) ([]byte, error) {
	if cap(r.buf) < n {
		r.buf = make([]byte, max(n, 256<<10))
	}
	b := r.buf[:n]
	if _, err := f.ReadAt(b, at); err != nil {
		return nil, err
	}
	r.count(n)
	return b, nil
}

// stream reads bytes into sums, chunk by chunk.
func (r *reader) stream(f *os.File, at, n int64, all ...sums) error {
	for n > 0 {
		b, err := r.fill(f, at, int(min(n, chunk)))
		if err != nil {
			return err
		}
		for _, s := range all {
			s.write(b)
		}
		at, n = at+int64(len(b)), n-int64(len(b))
	}
	return nil
}

func (r *reader) count(n int) {
	if r.once {
		return
	}
	r.mu.Lock()
	r.report.Read += int64(n)
	r.mu.Unlock()
	if r.o.Progress != nil {
		r.o.Progress(int64(n))
	}
}

// memory is bytes to read from at places.
type memory []byte

// ReadAt implements io.ReaderAt.
func (m memory) ReadAt(b []byte, at int64) (int, error) {
	if at < 0 || at > int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(b, m[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// sums are those of a stretch of bytes; the zero value sums nothing.
type sums struct {
	sha, sm3 stdhash.Hash
	crc      stdhash.Hash32
}

func newSums(withSM3, withCRC bool) sums {
	s := sums{sha: sha256.New()}
	if withSM3 {
		s.sm3 = sm3.New()
	}
	if withCRC {
		s.crc = crc32.NewIEEE()
	}
	return s
}

func (s sums) write(b []byte) {
	if s.sha != nil {
		s.sha.Write(b)
	}
	if s.sm3 != nil {
		s.sm3.Write(b)
	}
	if s.crc != nil {
		s.crc.Write(b)
	}
}

func (s sums) hash() (h hash) {
	s.sha.Sum(h[:0])
	return h
}

// fits compares the others, where they are summed.
func (s sums) fits(other, crc string) bool {
	if s.sm3 != nil && hex.EncodeToString(s.sm3.Sum(nil)) != other {
		return false
	}
	return s.crc == nil || fmt.Sprintf("%08x", s.crc.Sum32()) == crc
}
