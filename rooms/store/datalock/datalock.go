// Package datalock keeps two programs from one data folder: a second hub, and a
// restore beside a hub that runs. The lock is the kernel's and ends with the
// process, however that ends.
package datalock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// FileName is the lock's file in the data folder.
const FileName = "hub.lock"

// ErrHeld says that another program has the folder.
var ErrHeld = errors.New("another avhub works on it")

// Take takes a data folder, which is made if missing, and returns how to give it
// back. It does not wait.
func Take(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, FileName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("data_dir %s: lock: %w", dir, err)
		}
		return nil, fmt.Errorf("data_dir %s: %w%s: stop it first", dir, ErrHeld, holder(f))
	}
	// For people only: who it was.
	_ = f.Truncate(0)
	_, _ = f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return f.Close, nil
}

// holder says which process has the lock, if it has said so.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.LimitReader(f, 20))
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}
