package recorder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"avhub/media"
)

// spill is a file that holds what does not fit in memory, first in, first out. It
// has no name: a crash leaves nothing behind. What is no unit stays in memory at its
// place.
type spill struct {
	f       *os.File
	most    int64
	read    int64
	written int64
	count   uint64
	taken   uint64
	others  map[uint64]item // by place
	buf     []byte
}

var errSpillFull = errors.New("the spill file is full")

func openSpill(dir string, most int64) (*spill, error) {
	f, err := os.CreateTemp(dir, "spill-*")
	if err != nil {
		return nil, fmt.Errorf("spill: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("spill: %w", err), f.Close())
	}
	return &spill{f: f, most: most, others: map[uint64]item{}}, nil
}

func (s *spill) size() int64  { return s.written - s.read }
func (s *spill) left() uint64 { return s.count - s.taken }
func (s *spill) close()       { _ = s.f.Close() }

func (s *spill) put(it item) error {
	if it.unit == nil {
		s.others[s.count] = it
		s.count++
		return nil
	}
	s.buf = appendUnit(s.buf[:0], it)
	if s.written+int64(len(s.buf)) > s.most {
		return errSpillFull
	}
	if _, err := s.f.WriteAt(s.buf, s.written); err != nil {
		return err
	}
	s.written += int64(len(s.buf))
	s.count++
	return nil
}

func (s *spill) take() (item, bool, error) {
	if s.taken == s.count {
		return item{}, false, nil
	}
	if it, ok := s.others[s.taken]; ok {
		delete(s.others, s.taken)
		s.taken++
		return it, true, nil
	}
	var head [4]byte
	if _, err := s.f.ReadAt(head[:], s.read); err != nil {
		return item{}, false, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	if _, err := s.f.ReadAt(body, s.read+4); err != nil && !errors.Is(err, io.EOF) {
		return item{}, false, err
	}
	s.read += 4 + int64(len(body))
	s.taken++
	return parseUnit(body), true, nil
}

// appendUnit writes what the cutter needs of a unit, behind its length.
func appendUnit(b []byte, it item) []byte {
	u := it.unit
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, u.Index)
	b = binary.BigEndian.AppendUint64(b, u.Ordinal)
	b = binary.BigEndian.AppendUint32(b, uint32(u.Track))
	var flags uint32
	if u.Keyframe {
		flags |= 1
	}
	if u.Damaged {
		flags |= 2
	}
	b = binary.BigEndian.AppendUint32(b, flags)
	b = binary.BigEndian.AppendUint32(b, u.RTP)
	b = binary.BigEndian.AppendUint64(b, uint64(u.PTS))
	for _, t := range []time.Time{u.NTP, u.UTC} {
		var ns int64
		if !t.IsZero() {
			ns = t.UnixNano()
		}
		b = binary.BigEndian.AppendUint64(b, uint64(ns))
	}
	b = binary.BigEndian.AppendUint64(b, uint64(it.at))
	b = binary.BigEndian.AppendUint32(b, uint32(len(u.Data)))
	for _, d := range u.Data {
		b = binary.BigEndian.AppendUint32(b, uint32(len(d)))
		b = append(b, d...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// parseUnit reads what appendUnit wrote, this process and nobody else.
func parseUnit(b []byte) item {
	next64 := func() (v uint64) { v, b = binary.BigEndian.Uint64(b), b[8:]; return }
	next32 := func() (v uint32) { v, b = binary.BigEndian.Uint32(b), b[4:]; return }
	u := &media.Unit{Index: next64(), Ordinal: next64(), Track: int(next32())}
	flags := next32()
	u.Keyframe, u.Damaged = flags&1 != 0, flags&2 != 0
	u.RTP, u.PTS = next32(), int64(next64())
	utc := func() time.Time {
		if ns := int64(next64()); ns != 0 {
			return time.Unix(0, ns)
		}
		return time.Time{}
	}
	u.NTP, u.UTC = utc(), utc()
	it := item{unit: u, at: time.Duration(next64())}
	for range next32() {
		n := next32()
		u.Data = append(u.Data, b[:n:n])
		b = b[n:]
	}
	return it
}
