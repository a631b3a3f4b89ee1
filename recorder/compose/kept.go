package compose

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// load finds what is there, and removes what a crash has left.
func (c *Composer) load() error {
	entries, err := os.ReadDir(c.o.Dir)
	if err != nil {
		return fmt.Errorf("composed pictures: %w", err)
	}
	for _, e := range entries {
		name := filepath.Join(c.o.Dir, e.Name())
		if e.IsDir() {
			err = errors.Join(err, os.RemoveAll(name))
			continue
		}
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			continue
		}
		var j Job // its picture is put into place before it
		raw, readErr := os.ReadFile(name)
		if readErr == nil && json.Unmarshal(raw, &j) == nil && j.ID == id && j.State == Done {
			if st, statErr := os.Stat(c.File(id)); statErr == nil && st.Size() == j.Size {
				c.jobs[id] = &j
			}
		}
	}
	for _, e := range entries {
		id := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".json"), ".mp4")
		if c.jobs[id] == nil && id != e.Name() && !e.IsDir() {
			err = errors.Join(err, os.Remove(filepath.Join(c.o.Dir, e.Name())))
		}
	}
	return err
}

// File is where a job's picture lies when it is done.
func (c *Composer) File(id string) string { return filepath.Join(c.o.Dir, id+".mp4") }

func sumsOf(file string, j *Job) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	crc, sum := crc32.NewIEEE(), sha256.New()
	if j.Size, err = io.Copy(io.MultiWriter(crc, sum), f); err != nil {
		return err
	}
	j.CRC, j.SHA256 = crc.Sum32(), hex.EncodeToString(sum.Sum(nil))
	return nil
}

// forget removes the oldest of too many.
func (c *Composer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var over []*Job
	for _, j := range c.jobs {
		if j.State == Done || j.State == Failed {
			over = append(over, j)
		}
	}
	slices.SortFunc(over, func(a, b *Job) int { return b.Asked.Compare(a.Asked) })
	for _, j := range over[min(len(over), c.o.Keep):] {
		delete(c.jobs, j.ID)
		for _, name := range []string{c.File(j.ID), filepath.Join(c.o.Dir, j.ID+".json")} {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				c.o.Log.Error("composed picture: removing", "file", name, "err", err)
			}
		}
	}
}
