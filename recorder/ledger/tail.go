package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Tail reads a ledger again and again, each time what has come since. It may run
// beside the writer, and does not verify. One goroutine uses it.
type Tail struct {
	dir   string
	file  int   // being read; 0: none yet
	at    int64 // bytes of whole lines that were read in it
	limit int64 // of what counts in it; -1: all
}

// NewTail begins before the first entry.
func NewTail(dir string) *Tail { return &Tail{dir: dir} }

// Read calls f for each entry that is new, in order. If f returns an error, that
// entry is the next one again.
func (t *Tail) Read(f func(Entry) error) error {
	names, files, err := filesOf(t.dir)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if len(files) == 0 {
		return fmt.Errorf("ledger %s: there is none: %w", t.dir, os.ErrNotExist)
	}
	sizes := countingSizes(t.dir, names, files)
	for _, file := range files {
		if file < t.file {
			continue
		}
		if file > t.file {
			t.file, t.at = file, 0
		}
		t.limit = sizes[file]
		if err := t.readFile(names.file(file), f); err != nil {
			return fmt.Errorf("ledger: %s: %w", names.file(file), err)
		}
	}
	return nil
}

func (t *Tail) readFile(name string, f func(Entry) error) error {
	l, err := openLines(t.dir, name, t.limit)
	if err != nil {
		return err
	}
	defer l.close()
	if _, err := l.f.Seek(t.at, io.SeekStart); err != nil {
		return err
	}
	l.at = t.at
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) || errors.Is(err, errTorn) { // torn: being written
			return nil
		}
		if err != nil {
			return err
		}
		e, ok := quickLine(line)
		if !ok {
			if e, err = ParseLine(line); err != nil {
				return err
			}
		}
		if err := f(e); err != nil {
			return err
		}
		t.at = l.at
	}
}

// HeaderOf returns the header of a ledger's first file: whose it is.
func HeaderOf(dir string) (Header, error) {
	names, files, err := filesOf(dir)
	if err != nil {
		return Header{}, fmt.Errorf("ledger: %w", err)
	}
	if len(files) == 0 {
		return Header{}, fmt.Errorf("ledger %s: there is none: %w", dir, os.ErrNotExist)
	}
	_, h, err := headerOf(dir, names.file(files[0]))
	return h, err
}
