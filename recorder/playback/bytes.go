package playback

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sort"

	"avhub/recorder/manifest"
)

// Bytes is a file that is made while it is read, of a length that is known before.
type Bytes struct {
	r    *Recording
	head []byte
	at   []int64 // where each block begins, after the head; at last the length
	// times are where on the recording's timeline each block begins; at last the end.
	times []manifest.Micros
	// load makes a block of a recording's file.
	load func(block int, open func(file string) (*os.File, error)) (block, error)
	tag  string
}

// block is a part of the bytes: some that were made, and then some of a file.
type block struct {
	made    []byte
	file    *os.File
	extents []extent
	damage  error // some of it is missing
}

// extent is bytes of a file.
type extent struct{ offset, size int64 }

// Size is how many bytes there are.
func (b *Bytes) Size() int64 { return b.at[len(b.at)-1] }

// Tag names the bytes: others have another one (RFC 9110 section 8.8.3).
func (b *Bytes) Tag() string { return b.tag }

// Time is the place on the recording's timeline of what stands at a byte.
func (b *Bytes) Time(at int64) manifest.Micros {
	i := sort.Search(len(b.at), func(i int) bool { return b.at[i] > at })
	return b.times[max(0, i-1)]
}

// Reader reads the bytes. One goroutine uses it.
type Reader struct {
	b   *Bytes
	pos int64

	file *os.File
	name string // of the file that is open

	have  int // the block in hand; -1: none
	block block
	told  bool // that something is damaged stands in the log
}

// Open begins to read at the first byte.
func (b *Bytes) Open() *Reader { return &Reader{b: b, have: -1} }

// Seek goes to a place.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.b.Size()
	}
	if offset < 0 {
		return 0, errors.New("there is nothing before the first byte")
	}
	r.pos = offset
	return offset, nil
}

// Pos is where it reads next.
func (r *Reader) Pos() int64 { return r.pos }

// Read reads what comes next. It returns no other error than io.EOF: what cannot
// be read of the recording is left out.
func (r *Reader) Read(p []byte) (int, error) {
	if r.pos >= r.b.Size() {
		return 0, io.EOF
	}
	n := 0
	if r.pos < r.b.at[0] {
		n = copy(p, r.b.head[r.pos:])
	} else if len(p) > 0 {
		n = r.readBlock(p)
	}
	r.pos += int64(n)
	return n, nil
}

// Close lets go of the recording's files.
func (r *Reader) Close() error {
	r.have = -1
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

// readBlock reads from the block that the position is in, at least one byte.
func (r *Reader) readBlock(p []byte) int {
	at := r.b.at
	if r.have < 0 || r.pos < at[r.have] || r.pos >= at[r.have+1] {
		r.take(sort.Search(len(at)-1, func(i int) bool { return at[i+1] > r.pos }))
	}
	from := r.pos - at[r.have]
	if from < int64(len(r.block.made)) {
		return copy(p, r.block.made[from:])
	}
	p = p[:min(int64(len(p)), at[r.have+1]-r.pos)]
	from -= int64(len(r.block.made))
	for _, e := range r.block.extents {
		if from >= e.size {
			from -= e.size
			continue
		}
		p = p[:min(int64(len(p)), e.size-from)]
		n, err := r.block.file.ReadAt(p, e.offset+from)
		if n > 0 {
			return n
		}
		// The frames are gone while they were being sent: nothing shows for them.
		r.tell(err)
		break
	}
	clear(p)
	return len(p)
}

// take takes a block in hand. One that cannot be made is sent as a free box.
func (r *Reader) take(i int) {
	b, err := r.b.load(i, r.open)
	if err != nil {
		r.tell(err)
		b = block{made: free(r.b.at[i+1] - r.b.at[i])}
	}
	if b.damage != nil {
		r.tell(b.damage)
	}
	r.have, r.block = i, b
}

// open opens a file of the recording, one at a time.
func (r *Reader) open(name string) (*os.File, error) {
	if r.file != nil && r.name == name {
		return r.file, nil
	}
	if r.file != nil {
		_ = r.file.Close() // it was only read
	}
	f, err := os.Open(filepath.Join(r.b.r.dir, name))
	if err != nil {
		r.file = nil
		return nil, err
	}
	r.file, r.name = f, name
	return f, nil
}

// tell says once that what is sent is not all that was recorded.
func (r *Reader) tell(err error) {
	if r.told {
		return
	}
	r.told = true
	r.b.r.lib.o.Log.Warn("a recording is damaged, and played without what cannot be read: run avhub verify on it",
		"recording", r.b.r.place.id, "err", err)
}

// free is the beginning of a box of that size, at least 8, which players pass over.
func free(size int64) []byte {
	if size < 1<<32 {
		return append(binary.BigEndian.AppendUint32(nil, uint32(size)), "free"...)
	}
	b := append(binary.BigEndian.AppendUint32(nil, 1), "free"...)
	return binary.BigEndian.AppendUint64(b, uint64(size))
}
