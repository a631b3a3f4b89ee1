package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sort"
	"time"
)

// Archive is a ZIP archive (PKWARE's APPNOTE 6.3.10, nothing compressed, ZIP64
// throughout) that is never written anywhere: its bytes follow from the entries, so
// that it can be read from any place, again and again, and a download that broke off
// goes on where it was. Close it.
type Archive struct {
	sections []section
	size     int64
	entries  []placed
	open     *os.File // the file read last
	opened   string
	made     io.ReadSeekCloser // the made content read last
	madeOf   int64             // where in the archive it stands
	name     string            // of the folder that all of it is in
	tag      string
	media    time.Duration
	gaps     int
}

// Entry is one file of an archive.
type Entry struct {
	Name string // with slashes
	Time time.Time
	// Either Data, or the first Size bytes of the file at Path or of what Open opens,
	// whose CRC-32 is known.
	Data []byte
	Path string
	Open func() io.ReadSeekCloser
	Size int64
	CRC  uint32
}

// section is a stretch of the archive.
type section struct {
	at, size int64
	data     []byte
	path     string
	open     func() io.ReadSeekCloser
}

type placed struct {
	Entry
	at int64
}

// ErrChanged says that a file has not the size any more that it was sealed with.
var ErrChanged = errors.New("a file is shorter than its manifest says: run avhub verify")

// put adds an entry.
func (a *Archive) put(e Entry) {
	if e.Path == "" && e.Open == nil {
		e.Size, e.CRC = int64(len(e.Data)), crc32.ChecksumIEEE(e.Data)
	}
	a.entries = append(a.entries, placed{e, a.size})
	a.add(section{data: localHeader(e)})
	if e.Size > 0 {
		a.add(section{data: e.Data, path: e.Path, open: e.Open, size: e.Size})
	}
}

// end finishes the archive.
func (a *Archive) end() {
	directory := a.directory()
	sum := sha256.Sum256(directory) // names, sizes, checksums, times and places of all
	a.tag = hex.EncodeToString(sum[:16])
	a.add(section{data: directory})
}

// Contents tell what is in it.
func (a *Archive) Contents() Contents {
	return Contents{Name: a.name, Files: len(a.entries), Size: a.size, Tag: a.tag, Media: a.media, Gaps: a.gaps}
}

// Tag names the bytes: an archive with others has another one.
func (a *Archive) Tag() string { return a.tag }

func (a *Archive) add(s section) {
	if s.size == 0 {
		s.size = int64(len(s.data))
	}
	s.at = a.size
	a.size += s.size
	a.sections = append(a.sections, s)
}

// Size is the archive's length in bytes.
func (a *Archive) Size() int64 { return a.size }

// Close closes what was read last.
func (a *Archive) Close() (err error) {
	if a.made != nil {
		err = a.made.Close()
		a.made = nil
	}
	if a.open == nil {
		return err
	}
	f := a.open
	a.open = nil
	return errors.Join(err, f.Close())
}

// ReadAt implements io.ReaderAt, for one caller at a time.
func (a *Archive) ReadAt(b []byte, at int64) (n int, err error) {
	for len(b) > 0 {
		i := sort.Search(len(a.sections), func(i int) bool { return a.sections[i].at+a.sections[i].size > at })
		if i == len(a.sections) {
			return n, io.EOF
		}
		s := a.sections[i]
		want := b[:min(int64(len(b)), s.at+s.size-at)]
		if s.open != nil {
			if err := a.content(s, want, at-s.at); err != nil {
				return n, err
			}
		} else if s.path == "" {
			copy(want, s.data[at-s.at:])
		} else if err := a.file(s.path, want, at-s.at); err != nil {
			return n, err
		}
		n, at, b = n+len(want), at+int64(len(want)), b[len(want):]
	}
	return n, nil
}

// content reads what is made while it is read.
func (a *Archive) content(s section, b []byte, at int64) error {
	if a.made == nil || a.madeOf != s.at {
		_ = a.Close()
		a.made, a.madeOf = s.open(), s.at
	}
	if _, err := a.made.Seek(at, io.SeekStart); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if _, err := io.ReadFull(a.made, b); err != nil {
		return fmt.Errorf("export: %w", errors.Join(err, ErrChanged))
	}
	return nil
}

func (a *Archive) file(path string, b []byte, at int64) error {
	if a.opened != path || a.open == nil {
		_ = a.Close()
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		a.open, a.opened = f, path
	}
	if _, err := a.open.ReadAt(b, at); err != nil {
		if errors.Is(err, io.EOF) {
			err = ErrChanged
		}
		return fmt.Errorf("export: %s: %w", path, err)
	}
	return nil
}

const (
	zipVersion = 45      // ZIP64
	zipUTF8    = 1 << 11 // names are UTF-8
	zip64Extra = 0x0001
)

// dosTime is a time as ZIP has it: in two seconds, and of no zone; UTC here.
func dosTime(t time.Time) (clock, date uint16) {
	t = t.UTC()
	if t.Year() < 1980 {
		return 0, 1<<5 | 1
	}
	return uint16(t.Second()/2 | t.Minute()<<5 | t.Hour()<<11), uint16(t.Day() | int(t.Month())<<5 | (t.Year()-1980)<<9)
}

func localHeader(e Entry) []byte {
	var b bytes.Buffer
	clock, date := dosTime(e.Time)
	put(&b, uint32(0x04034b50), uint16(zipVersion), uint16(zipUTF8), uint16(0), clock, date, e.CRC, uint32(0xffffffff), uint32(0xffffffff),
		uint16(len(e.Name)), uint16(20))
	b.WriteString(e.Name)
	put(&b, uint16(zip64Extra), uint16(16), uint64(e.Size), uint64(e.Size))
	return b.Bytes()
}

// directory is the central directory with its two ends.
func (a *Archive) directory() []byte {
	var b bytes.Buffer
	start := a.size
	for _, e := range a.entries {
		clock, date := dosTime(e.Time)
		put(&b, uint32(0x02014b50), uint16(3<<8|zipVersion), uint16(zipVersion), uint16(zipUTF8), uint16(0), clock, date, e.CRC,
			uint32(0xffffffff), uint32(0xffffffff), uint16(len(e.Name)), uint16(28), uint16(0), uint16(0), uint16(0), uint32(0o100644<<16), uint32(0xffffffff))
		b.WriteString(e.Name)
		put(&b, uint16(zip64Extra), uint16(24), uint64(e.Size), uint64(e.Size), uint64(e.at))
	}
	size, count := int64(b.Len()), uint64(len(a.entries))
	put(&b, uint32(0x06064b50), uint64(44), uint16(3<<8|zipVersion), uint16(zipVersion), uint32(0), uint32(0), count, count, uint64(size), uint64(start))
	put(&b, uint32(0x07064b50), uint32(0), uint64(start+size), uint32(1))
	put(&b, uint32(0x06054b50), uint16(0xffff), uint16(0xffff), uint16(0xffff), uint16(0xffff), uint32(0xffffffff), uint32(0xffffffff), uint16(0))
	return b.Bytes()
}

// put writes numbers, little end first.
func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		_ = binary.Write(b, binary.LittleEndian, v) // a buffer takes everything
	}
}
