package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Part is a file of a snapshot.
type Part struct {
	Name string
	Size int64  // how many of its bytes belong to the snapshot
	Data []byte // of a file that the writer replaces; nil: it only grows, read it
}

// smallFiles are those that the writer replaces, and that a ledger has beside
// its files of entries.
var smallFiles = []string{headFile, publicFile, publicSM2File}

// Snapshot lists the files of a ledger with as much of each as makes a whole
// ledger together, while its writer goes on: what is listed only grows, and can
// be copied afterwards. A ledger that nothing was written to yet has no parts.
func Snapshot(dir string) ([]Part, error) {
	// The signed head first: entries that come meanwhile are more than it needs,
	// and never less. It may be one head behind them, as after a crash, but no more:
	// where another was signed meanwhile, all is listed again.
	for range snapshotTries {
		parts, err := list(dir)
		if err != nil || parts == nil {
			return nil, err
		}
		if now, err := os.ReadFile(filepath.Join(dir, headFile)); err == nil && bytes.Equal(now, parts[0].Data) || errors.Is(err, fs.ErrNotExist) {
			return parts, nil
		}
	}
	return nil, fmt.Errorf("ledger %s: it is signed too often to be copied: try again", dir)
}

// snapshotTries are many: heads are signed a minute apart, and a list takes less than a
// millisecond.
const snapshotTries = 1000

// list lists the files as they are now, head.json first where there is one.
func list(dir string) ([]Part, error) {
	var parts []Part
	for _, name := range smallFiles {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		parts = append(parts, Part{name, int64(len(data)), data})
	}
	names, files, err := filesOf(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	for i, file := range files {
		p := Part{Name: names.file(file)}
		if p.Size, err = sizeOf(filepath.Join(dir, p.Name), i == len(files)-1); err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		if p.Size > 0 { // else it has just been begun
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// sizeOf is a file's size now; of one that is being written, without a line that
// is not finished.
func sizeOf(path string, growing bool) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if growing {
		return WholeLines(f)
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// WholeLines is how many bytes of a file, which may be written to, are whole lines.
func WholeLines(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 4096)
	for end := info.Size(); end > 0; {
		n := min(end, int64(len(buf)))
		if _, err := f.ReadAt(buf[:n], end-n); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return end - n + int64(i) + 1, nil
		}
		end -= n
	}
	return 0, nil
}

// IDOf is the id of the ledger in a folder; fs.ErrNotExist: there is none.
func IDOf(dir string) (string, error) {
	names, files, err := filesOf(dir)
	if err != nil {
		return "", err
	}
	for _, file := range files {
		if _, h, err := headerOf(dir, names.file(file)); err == nil {
			return h.ID, nil
		}
	}
	return "", fs.ErrNotExist
}

// IsPart tells whether a name can be that of a file in a ledger's folder: what
// a copy of a ledger may hold, and nothing else.
func IsPart(name string) bool {
	return slices.Contains(smallFiles, name) || numberedFile.MatchString(name) || manifestFile.MatchString(name)
}
