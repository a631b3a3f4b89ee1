package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// readSeal reads seal.json, if there is one. Its head is expected in the manifest.
func (c *checker) readSeal() {
	raw, err := os.ReadFile(filepath.Join(c.dir, manifest.SealFileName))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var s manifest.SealFile
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		c.findf(ledger.Unreadable, manifest.SealFileName, "%v", err)
		return
	}
	if as, err := s.Marshal(); err != nil || !bytes.Equal(as, raw) {
		c.findf(BadSeal, manifest.SealFileName, "it is not written as the hub writes it")
	}
	c.seal = &s
}

// checkSeal holds seal.json against the manifest.
func (c *checker) checkSeal() {
	t := &c.taken
	switch {
	case c.seal == nil && t.Seal == nil:
		return
	case c.seal == nil:
		if _, err := os.Lstat(filepath.Join(c.dir, manifest.SealFileName)); errors.Is(err, fs.ErrNotExist) {
			c.findf(ledger.Missing, manifest.SealFileName, "the recording is sealed, and the file that says so is gone")
		}
		return
	case c.sealing == nil:
		c.findf(BadSeal, manifest.SealFileName, "the manifest has no seal")
		return
	}
	s := c.seal
	if s.Format != manifest.SealFormat {
		c.findf(BadSeal, manifest.SealFileName, "its format is %q, not %s", s.Format, manifest.SealFormat)
	}
	if body, err := json.Marshal(s.Seal); err != nil || !bytes.Equal(body, c.sealing) {
		c.findf(BadSeal, manifest.SealFileName, "its seal is not the manifest's")
	}
	if c.broken {
		return
	}
	if s.Recording != t.ID || s.Source != t.Source || s.Set != t.Set || !maps.Equal(s.Labels, t.Labels) {
		c.findf(BadSeal, manifest.SealFileName, "it is of another recording, or its labels are others")
	}
	if s.Value != s.Head.Hash || s.ValueSM3 != s.Head.HashSM3 {
		c.findf(BadSeal, manifest.SealFileName, "its value is not its head's hash")
	}
	if s.Head.N <= t.SealEntry {
		c.findf(BadSeal, manifest.SealFileName, "its head is over entry %d, and the seal is entry %d", s.Head.N, t.SealEntry)
	}
}
