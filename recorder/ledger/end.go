package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrChanged says that a ledger is not as it was written.
var ErrChanged = errors.New("it was changed by something other than the hub; run avhub verify on it, " +
	"keep it as it is, and move it away so that the hub can begin a new one")

// findEnd reads the last file of a ledger, from its header on, and checks its
// chain.
func findEnd(dir string) (end, error) {
	names, files, err := filesOf(dir)
	if err != nil {
		return end{}, err
	}
	for len(files) > 0 {
		file := files[len(files)-1]
		e, err := endOf(dir, names.file(file), file)
		if err == nil {
			if err := checkHead(dir, e); err != nil {
				return end{}, err
			}
			return e, nil
		}
		if !errors.Is(err, errNoHeader) {
			return end{}, err
		}
		// A file without a whole header was begun and never used.
		if err := os.Remove(filepath.Join(dir, names.file(file))); err != nil {
			return end{}, err
		}
		files = files[:len(files)-1]
	}
	return end{}, nil
}

var errNoHeader = errors.New("the file has no whole header")

func endOf(dir, name string, file int) (end, error) {
	l, err := openLines(dir, name, -1)
	if err != nil {
		return end{}, err
	}
	defer l.close()
	line, err := l.next()
	if errors.Is(err, io.EOF) || errors.Is(err, errTorn) {
		return end{}, errNoHeader
	}
	if err != nil {
		return end{}, err
	}
	first, header, err := parseHeader(line)
	if err != nil {
		return end{}, fmt.Errorf("%s: %w: %w", name, err, ErrChanged)
	}
	withSM3 := header.withSM3()
	at := end{file: file, n: first.N, hash: hashLine(line, withSM3), header: header, size: l.at}
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return at, nil
		}
		if errors.Is(err, errTorn) {
			info, err := l.f.Stat()
			if err != nil {
				return end{}, err
			}
			at.torn = info.Size() - at.size
			return at, nil
		}
		if err != nil {
			return end{}, err
		}
		e, err := ParseLine(line)
		if err != nil || e.N != at.n+1 || e.Prev != at.hash.sha || withSM3 && e.PrevSM3 != at.hash.sm3 {
			return end{}, fmt.Errorf("%s: entry %d: %w", name, at.n+1, ErrChanged)
		}
		at.n, at.hash, at.size, at.signed = e.N, hashLine(line, withSM3), l.at, e.Kind == KindHead
	}
}

// checkHead tells whether the ledger reaches as far as its last signed head.
func checkHead(dir string, e end) error {
	h, err := readHead(filepath.Join(dir, headFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if h.ID == e.header.ID && h.N > e.n {
		return fmt.Errorf("it ends at entry %d, and a head was signed over entry %d: %w", e.n, h.N, ErrChanged)
	}
	return nil
}

// ReadHead reads the newest head that was signed over a ledger.
func ReadHead(dir string) (Head, error) {
	h, err := readHead(filepath.Join(dir, headFile))
	if err != nil {
		return Head{}, fmt.Errorf("ledger: %w", err)
	}
	return h, nil
}

func readHead(path string) (Head, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Head{}, err
	}
	var h Head
	if err := json.Unmarshal(raw, &h); err != nil {
		return Head{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return h, nil
}
