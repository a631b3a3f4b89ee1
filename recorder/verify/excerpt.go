package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"avhub/recorder/manifest"
)

// Excerpt is an excerpt.json: which files of recordings a clip was made of. It is not
// signed, and need not be: it only says why files are not there.
type Excerpt struct {
	path       string
	recordings map[string]excerpted // by id
	fault      error
}

// excerpted is what it says of one recording.
type excerpted struct {
	Recording string          `json:"recording"`
	Value     string          `json:"value"`
	From      manifest.Micros `json:"from"`
	To        manifest.Micros `json:"to"`
	Segments  []struct {
		File   string   `json:"file"`
		Size   int64    `json:"size"`
		SHA256 string   `json:"sha256"`
		Bytes  [2]int64 `json:"bytes"`
		First  int      `json:"first_part"`
		Last   int      `json:"last_part"`
		Hashes []string `json:"parts_sha256"`
	} `json:"segments"`
	LeftOut int `json:"left_out"`
}

const (
	excerptFile   = "excerpt.json"
	excerptFormat = "avhub-excerpt/1"
	maxExcerpt    = 64 << 20 // bytes
)

// excerptOf is the excerpt.json in a folder; nil: none is there.
func excerptOf(dir string) *Excerpt {
	x := &Excerpt{path: filepath.Join(dir, excerptFile), recordings: map[string]excerpted{}}
	f, err := os.Open(x.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = x.read(f)
		_ = f.Close() // it was only read
	}
	x.fault = err
	return x
}

func (x *Excerpt) read(r io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxExcerpt+1))
	if err != nil {
		return err
	}
	if len(raw) > maxExcerpt {
		return fmt.Errorf("longer than %d bytes", maxExcerpt)
	}
	var stated struct {
		Format     string      `json:"format"`
		Recordings []excerpted `json:"recordings"`
	}
	if err := json.Unmarshal(raw, &stated); err != nil {
		return err
	}
	if stated.Format != excerptFormat {
		return fmt.Errorf("its format is %q, not %s", stated.Format, excerptFormat)
	}
	for _, e := range stated.Recordings {
		x.recordings[e.Recording] = e
	}
	return nil
}

// leavesOut tells whether a segment that is missing is not in the excerpt.
func (c *checker) leavesOut(file string) bool {
	x := c.o.Excerpt
	if x == nil || x.fault != nil || c.broken {
		return false
	}
	for _, s := range x.recordings[c.taken.ID].Segments {
		if s.File == file {
			return false
		}
	}
	return true
}

// checkExcerpt holds what excerpt.json says against the manifest.
func (c *checker) checkExcerpt() {
	x := c.o.Excerpt
	if x == nil || c.broken {
		return
	}
	wrong := func(format string, args ...any) { c.findf(BadExcerpt, excerptFile, format, args...) }
	if x.fault != nil {
		wrong("it cannot be read: %v", x.fault)
		return
	}
	stated := x.recordings[c.taken.ID]
	c.report.Excerpt = &ExcerptReport{From: stated.From, Until: stated.To, LeftOut: c.leftOut}
	if stated.Recording == "" {
		return // nothing of it was asked for: its manifest only is there
	}
	if c.seal == nil || stated.Value != c.seal.Value {
		wrong("the integrity check value of %s is not that of its seal", c.taken.ID)
	}
	if have := len(c.taken.Segments); stated.LeftOut != have-len(stated.Segments) {
		wrong("%d of %d segments are left out, and it says %d", have-len(stated.Segments), have, stated.LeftOut)
	}
	for _, s := range stated.Segments {
		var of *manifest.SegmentState
		for _, t := range c.taken.Segments {
			if t.File == s.File {
				of = t
			}
		}
		if of == nil || of.Ended == nil || s.Size != of.Ended.Size || s.SHA256 != of.Ended.SHA256 {
			wrong("what it says of %s is not what the manifest says", s.File)
			continue
		}
		if n := len(of.Parts); s.First < 1 || s.Last < s.First || s.Last > n || len(s.Hashes) != s.Last-s.First+1 {
			wrong("%s has %d parts, and it speaks of %d to %d", s.File, n, s.First, s.Last)
			continue
		}
		last := of.Parts[s.Last-1]
		if s.Bytes != [2]int64{of.Parts[s.First-1].Offset, last.Offset + last.Size} {
			wrong("parts %d to %d of %s are other bytes than it says", s.First, s.Last, s.File)
		}
		for i, h := range s.Hashes {
			if k := s.First - 1 + i; k >= len(c.partHashes[of.Segment.Segment]) || parseHash(h) != c.partHashes[of.Segment.Segment][k] {
				wrong("part %d of %s has another hash", s.First+i, s.File)
			}
		}
	}
}
