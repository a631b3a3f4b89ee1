package ledger

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Names in a ledger's folder, beside its files of entries.
const (
	headFile      = "head.json"
	publicFile    = "ledger.pub"
	publicSM2File = "ledger-sm2.pub" // if there is such a key
	lockFile      = "lock"
)

// lines reads a file's lines.
type lines struct {
	f    *os.File
	r    *bufio.Reader
	size int64 // of what counts; -1: all
	at   int64 // bytes of whole lines that were read
}

func openLines(dir string, name string, size int64) (*lines, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return &lines{f: f, r: bufio.NewReaderSize(f, 64<<10), size: size}, nil
}

func (l *lines) close() { _ = l.f.Close() }

// errTorn says that the last line has no end.
var errTorn = errors.New("the last line is not finished")

// next returns a line without its newline. io.EOF: there is none any more;
// errTorn: what follows is not a whole line; it is returned as it is.
func (l *lines) next() ([]byte, error) {
	if l.size >= 0 && l.at >= l.size {
		return nil, io.EOF
	}
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			l.at += int64(len(line))
			return line[:len(line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
			if len(line) > MaxLine { // not one of ours: the rest does not matter
				return line, errTorn
			}
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return line, errTorn
		default:
			return nil, err
		}
	}
}

// headerOf reads a file's header.
func headerOf(dir, name string) (Entry, Header, error) {
	l, err := openLines(dir, name, -1)
	if err != nil {
		return Entry{}, Header{}, err
	}
	defer l.close()
	line, err := l.next()
	if err != nil {
		return Entry{}, Header{}, err
	}
	return parseHeader(line)
}

func parseHeader(line []byte) (Entry, Header, error) {
	e, err := strictLine(line)
	if err != nil {
		return e, Header{}, err
	}
	var h Header
	if e.Kind != KindHeader {
		return e, h, errors.New("the file does not begin with a header")
	}
	d := json.NewDecoder(bytes.NewReader(e.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil {
		return e, h, fmt.Errorf("header: %w", err)
	}
	if h.Format != Format {
		return e, h, fmt.Errorf("its format is %q, this program knows %s", h.Format, Format)
	}
	return e, h, nil
}

// countingSizes are how much of each file counts: all, unless the next file's
// header says less.
func countingSizes(dir string, names Naming, files []int) map[int]int64 {
	sizes := map[int]int64{}
	for _, file := range files {
		sizes[file] = -1
	}
	for _, file := range files {
		if _, h, err := headerOf(dir, names.file(file)); err == nil && h.Before != nil && h.Before.File < file {
			sizes[h.Before.File] = h.Before.Size
		}
	}
	return sizes
}

// Entries calls f for each entry from a number on, in order, up to the last
// whole one; it may run beside the writer. It does not verify.
func Entries(dir string, from uint64, f func(Entry) error) error {
	names, files, err := filesOf(dir)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	sizes := countingSizes(dir, names, files)
	first := 0
	for i, file := range files {
		if e, _, err := headerOf(dir, names.file(file)); err == nil && e.N <= from {
			first = i
		}
	}
	for _, file := range files[min(first, len(files)):] {
		if err := entriesOf(dir, names.file(file), sizes[file], from, f); err != nil {
			return fmt.Errorf("ledger: %s: %w", names.file(file), err)
		}
	}
	return nil
}

func entriesOf(dir, name string, size int64, from uint64, f func(Entry) error) error {
	l, err := openLines(dir, name, size)
	if err != nil {
		return err
	}
	defer l.close()
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) || errors.Is(err, errTorn) { // torn: being written
			return nil
		}
		if err != nil {
			return err
		}
		e, err := strictLine(line)
		if err != nil {
			return err
		}
		if e.N < from {
			continue
		}
		if err := f(e); err != nil {
			return err
		}
	}
}
