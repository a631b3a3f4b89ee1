package certs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Files of the folder. A key and its certificate stand in one file, so that a
// power cut cannot part them; "private" is in the name so that nobody takes it
// for the certificate to give away.
const (
	caPrivate     = "ca-private.pem"
	caPublic      = "ca.crt"
	serverPrivate = "server-private.pem"
)

// maxFile bounds what is read of a file, in bytes: a chain of ten certificates
// with long keys takes a twentieth of it.
const maxFile = 1 << 20

// readFile reads a file of bounded size. It opens regular files only: a named
// pipe would hold up the hub.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes: it is no certificate or key", path, maxFile)
	}
	return data, err
}

// exists says whether a path leads anywhere.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// makeFolder makes the folder, for the hub's user alone.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, err := tighten(dir, 0o700)
	return err
}

// tighten takes all rights beyond mode away from a path, and says whether
// there were any.
func tighten(path string, mode fs.FileMode) (changed bool, err error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&^mode == 0 {
		return false, err
	}
	if err := os.Chmod(path, info.Mode().Perm()&mode); err != nil {
		return false, fmt.Errorf("other users may read %s: make it the hub's user's own: %w", path, err)
	}
	return true, nil
}

// replaceFile writes a file so that after a power cut either the old or the new
// one is there, whole: temporary file, fsync, rename, fsync of the folder.
func replaceFile(path string, data []byte) error {
	return place(path, data, os.Rename)
}

// createFile is replaceFile for a file that is not there yet: of several
// processes one succeeds, the others get fs.ErrExist.
func createFile(path string, data []byte) error {
	return place(path, data, os.Link)
}

func place(path string, data []byte, put func(from, to string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already where it was renamed
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := put(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
