package playback

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// maxHead is the longest beginning of a file that is read.
const maxHead = 1 << 20

// head is what a segment's file begins with: how its tracks are coded.
type head struct {
	tracks []trackHead
	err    error // it cannot be played by itself
}

// trackHead is a track with its sum over codec and parameter sets.
type trackHead struct {
	id, timescale int
	video         bool
	sum           [sha256.Size]byte
}

// readHead reads the first bytes of a segment's file, as far as the manifest says
// what they are.
func readHead(dir string, s *manifest.SegmentState) ([]byte, error) {
	if s.Size > maxHead {
		return nil, fmt.Errorf("%s: its beginning is %d bytes long: %w", s.File, s.Size, manifest.ErrNotWhole)
	}
	f, err := os.Open(filepath.Join(dir, s.File))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, s.Size))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != s.SHA256 {
		return nil, fmt.Errorf("%s: its beginning was changed: run avhub verify on the recording", s.File)
	}
	return raw, nil
}

// head is that of a segment, by its place in the recording. r.mu must be held.
func (r *Recording) head(i int) *head {
	for len(r.heads) < len(r.rec.Segments) {
		r.heads = append(r.heads, nil)
	}
	if r.heads[i] == nil || r.heads[i].err != nil { // what could not be read may have come back
		r.heads[i] = newHead(readHead(r.dir, r.rec.Segments[i]))
	}
	return r.heads[i]
}

func newHead(raw []byte, err error) *head {
	if err != nil {
		return &head{err: err}
	}
	described, err := fmp4.Describe(raw)
	h := &head{err: err}
	for _, d := range described {
		h.tracks = append(h.tracks, trackHead{d.ID, d.Timescale, d.Video, sha256.Sum256(d.Samples)})
	}
	return h
}

// covers tells whether files that begin so can hold what is in files that begin
// as the other.
func (h *head) covers(other *head) bool {
	for _, t := range other.tracks {
		found := false
		for _, own := range h.tracks {
			found = found || own == t
		}
		if !found {
			return false
		}
	}
	return h.err == nil && other.err == nil
}

// main is the track that the file goes by: the first picture, or the first sound.
func (h *head) main() trackHead {
	for _, t := range h.tracks {
		if t.video {
			return t
		}
	}
	return h.tracks[0]
}
