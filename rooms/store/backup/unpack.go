package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"avhub/recorder/ledger"
)

// ErrDamaged says that a file is no whole backup.
var ErrDamaged = errors.New("it is no whole backup of avhub")

// Archive is a backup that has been read, with its files in a folder.
type Archive struct {
	Head
	Manifest
	dir string
}

// Unpack reads a backup into an empty folder and holds it against its manifest.
// Whatever is not exactly a backup is refused.
func Unpack(r io.Reader, dir string) (*Archive, error) {
	a := &Archive{dir: dir}
	if err := a.unpack(r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return a, nil
}

func (a *Archive) unpack(r io.Reader) error {
	zip, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return fmt.Errorf("it is not compressed as one: %w", err)
	}
	files, err := a.extract(tar.NewReader(zip))
	if err != nil {
		return err
	}
	// The checksum of the whole stands behind tar's end.
	if n, err := io.Copy(io.Discard, io.LimitReader(zip, 1<<20)); err != nil || n == 1<<20 {
		return errors.Join(errors.New("its end is not right"), err)
	}
	last := len(files) - 1
	if last < 1 || files[0].Name != headName || files[last].Name != manifestName {
		return errors.New("it ends before its list of contents: the file was cut off")
	}
	if err := readJSON(filepath.Join(a.dir, headName), &a.Head); err != nil {
		return err
	}
	if a.Format != Format {
		return fmt.Errorf("its format is %.40q, and this program knows %s: use the avhub that made it, or a newer one", a.Format, Format)
	}
	if err := readJSON(filepath.Join(a.dir, manifestName), &a.Manifest); err != nil {
		return err
	}
	return a.compare(files[:last])
}

// extract writes the files out, each once and of a name that a backup has.
func (a *Archive) extract(t *tar.Reader) ([]File, error) {
	var files []File
	seen := map[string]bool{}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		most := limitOf(h.Name)
		switch {
		case h.Typeflag != tar.TypeReg || most == 0 || len(files) == 0 && h.Name != headName:
			return nil, fmt.Errorf("it holds %.100q, which no backup does", h.Name)
		case seen[h.Name]:
			return nil, fmt.Errorf("it holds %s twice", h.Name)
		case h.Size > most || len(files) >= maxFiles:
			return nil, fmt.Errorf("%s is larger than a backup's is", h.Name)
		}
		seen[h.Name] = true
		f, err := a.write(h.Name, h.Size, t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		files = append(files, f)
	}
}

func (a *Archive) write(name string, size int64, from io.Reader) (File, error) {
	to := filepath.Join(a.dir, filepath.FromSlash(name)) // one of a few names, see limitOf
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return File{}, err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), from)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return File{name, n, hex.EncodeToString(sum.Sum(nil))}, err
}

// compare holds the files against the manifest.
func (a *Archive) compare(files []File) error {
	if len(files) != len(a.Files) {
		return fmt.Errorf("it holds %d files, and its list names %d", len(files), len(a.Files))
	}
	for i, f := range files {
		if want := a.Files[i]; f != want {
			return fmt.Errorf("%s is not as it was backed up (%d bytes, SHA-256 %.16s…; the list says %s, %d, %.16s…)", f.Name, f.Size, f.SHA256, want.Name, want.Size, want.SHA256)
		}
	}
	return nil
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// CheckAudit verifies the ledger in the backup with the key in it. A ledger that
// was not whole when it was backed up is no fault of the backup.
func (a *Archive) CheckAudit() error {
	if !slices.ContainsFunc(a.Files, func(f File) bool { return strings.HasPrefix(f.Name, auditFolder+"/0") }) {
		return nil
	}
	key, err := publicKey(filepath.Join(a.dir, keysFolder, "ledger.pem"))
	if err != nil {
		return err
	}
	report, err := ledger.Verify(filepath.Join(a.dir, auditFolder), ledger.VerifyOptions{Key: key})
	if err != nil {
		return err
	}
	if !report.Whole() && a.Audit.Whole {
		return fmt.Errorf("%w: the audit in it does not verify, and did when it was backed up: %s", ErrDamaged, report.Findings[0].Text)
	}
	return nil
}
