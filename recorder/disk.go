package recorder

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// disk watches the room that recordings have. A reserve is kept, so that a full disk
// still takes the manifests' entries that say so.
type disk struct {
	dir     string
	reserve int64
	need    int64 // bytes that must be free before writing is tried again
	log     *slog.Logger

	mu    sync.Mutex
	err   error // of the last write that failed
	full  bool  // it was for want of room, and there is none yet
	since time.Time
	rate  rateMeter
}

const reserveFile = ".reserve"

// DiskStatus is how the recordings' disk stands.
type DiskStatus struct {
	Free  int64
	Total int64
	// Full is when it will be full at the rate of the last minutes; zero: not within
	// a year.
	Full  time.Time
	Rate  float64 // bytes a second
	Err   error   // of the last write, if it failed and none has succeeded since
	Since time.Time
}

func newDisk(dir string, log *slog.Logger) *disk {
	d := &disk{dir: dir, log: log, reserve: 4 << 20, need: 16 << 20}
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) == nil { // a small disk has small reserves
		total := int64(st.Blocks) * st.Bsize
		d.reserve = min(d.reserve, total/64)
		d.need = min(d.need, total/16)
	}
	d.keepReserve()
	return d
}

// keepReserve sets the reserve aside.
func (d *disk) keepReserve() {
	path := filepath.Join(d.dir, reserveFile)
	if st, err := os.Stat(path); err == nil && st.Size() >= d.reserve {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return
	}
	if err := unix.Fallocate(int(f.Fd()), 0, 0, d.reserve); err != nil {
		_ = f.Truncate(0)
	}
	_ = f.Close()
}

// failed notes that a write failed; on a full disk the reserve is given free.
func (d *disk) failed(err error) {
	full := errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
	if full {
		_ = os.Remove(filepath.Join(d.dir, reserveFile))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.since = time.Now()
	}
	d.err = err
	d.full = d.full || full
}

// refuses is the error of a full disk, until there is room again: what the reserve has
// given free is for manifests, not for the pictures of the other recordings.
func (d *disk) refuses() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.full {
		return nil
	}
	return d.err
}

// room tells whether there is enough to write again.
func (d *disk) room() bool {
	st := d.status(time.Now())
	if st.Free < d.need {
		return false
	}
	d.keepReserve()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = false
	return true
}

// wrote counts bytes that are on the disk.
func (d *disk) wrote(n int64, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.full {
		d.err = nil
	}
	d.rate.add(n, now)
}

func (d *disk) status(now time.Time) DiskStatus {
	var st unix.Statfs_t
	var s DiskStatus
	if err := unix.Statfs(d.dir, &st); err == nil {
		s.Free, s.Total = int64(st.Bavail)*st.Bsize, int64(st.Blocks)*st.Bsize
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Err, s.Since, s.Rate = d.err, d.since, d.rate.value(now)
	if s.Rate > 0 {
		if left := time.Duration(float64(s.Free) / s.Rate * float64(time.Second)); left > 0 && left < 365*24*time.Hour {
			s.Full = now.Add(left)
		}
	}
	return s
}

// rateMeter is bytes a second over the last minute or so.
type rateMeter struct {
	start time.Time
	bytes int64
	rate  float64
}

const rateWindow = 15 * time.Second

func (m *rateMeter) add(n int64, now time.Time) {
	m.roll(now)
	m.bytes += n
}

func (m *rateMeter) roll(now time.Time) {
	if m.start.IsZero() {
		m.start = now
	}
	d := now.Sub(m.start)
	if d < rateWindow {
		return
	}
	measured := float64(m.bytes) / d.Seconds()
	if m.rate == 0 || d > 4*rateWindow {
		m.rate = measured
	} else {
		m.rate = 0.7*m.rate + 0.3*measured
	}
	m.start, m.bytes = now, 0
}

func (m *rateMeter) value(now time.Time) float64 {
	m.roll(now)
	if m.rate == 0 && !m.start.IsZero() && now.Sub(m.start) > time.Second {
		return float64(m.bytes) / now.Sub(m.start).Seconds()
	}
	return m.rate
}
