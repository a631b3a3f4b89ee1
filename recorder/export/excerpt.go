package export

import (
	"encoding/json"
	"fmt"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// excerptFormat stands in excerpt.json.
const excerptFormat = "avhub-excerpt/1"

// excerpt is excerpt.json: what was asked for of the recordings, and which bytes of
// which segments that is. The segments are whole, so that their hashes stand in the
// manifest; each part of them has its own hash there too.
type excerpt struct {
	Format     string             `json:"format"`
	From       time.Time          `json:"from"` // UTC, by the hub's clock
	To         time.Time          `json:"to"`
	Recordings []excerptRecording `json:"recordings"`
}

type excerptRecording struct {
	Recording string           `json:"recording"`
	Folder    string           `json:"folder"`
	Value     string           `json:"value"` // integrity check value of the whole recording
	From      manifest.Micros  `json:"from"`  // on the recording's timeline
	To        manifest.Micros  `json:"to"`
	Segments  []excerptSegment `json:"segments"`
	LeftOut   int              `json:"left_out"` // segments of the recording that are not here
}

type excerptSegment struct {
	File   string   `json:"file"`
	Size   int64    `json:"size"`
	SHA256 string   `json:"sha256"`
	Bytes  [2]int64 `json:"bytes"` // of the file, from and up to, that were asked for
	From   int      `json:"first_part"`
	To     int      `json:"last_part"`
	Hashes []string `json:"parts_sha256"` // of these parts, as in the manifest
}

// begin settles the stretch by the clock of the first recording.
func (l *layout) begin(x *Excerpt, rec *manifest.Recording) error {
	if x.From < 0 || x.To <= x.From {
		return fmt.Errorf("an excerpt begins at 0 or later, and has a length: %w", ErrEmpty)
	}
	l.excerpt = &excerpt{Format: excerptFormat, From: rec.Zero.Add(x.From.Duration()).UTC(), To: rec.Zero.Add(x.To.Duration()).UTC(), Recordings: []excerptRecording{}}
	return nil
}

// window is the stretch on a recording's own timeline.
func (l *layout) window(rec *manifest.Recording) (from, to manifest.Micros) {
	if l.excerpt == nil {
		return 0, rec.Seal.End
	}
	return manifest.MicrosOf(l.excerpt.From.Sub(rec.Zero)), manifest.MicrosOf(l.excerpt.To.Sub(rec.Zero))
}

// excerpted notes which segments and bytes of a recording the excerpt touches; nil: all
// of it is exported.
func (l *layout) excerpted(r *recording, from, to manifest.Micros) map[int]bool {
	if l.excerpt == nil {
		return nil
	}
	out := excerptRecording{Recording: r.rec.ID, Folder: r.rec.Source + "/" + r.rec.ID, Value: r.seal.Value, From: max(0, from), To: min(to, r.rec.Seal.End)}
	touched := map[int]bool{}
	hashes := partHashes(r.dir)
	for i, s := range r.rec.Segments {
		x := excerptSegment{File: s.File, Size: s.Ended.Size, SHA256: s.Ended.SHA256}
		// From the keyframe before the first picture that is asked for.
		first, last := -1, -1
		for k, p := range s.Parts {
			if p.Start >= to || p.Start+p.Duration <= from {
				if p.Keyframe && p.Start <= from {
					first = k
				}
				continue
			}
			if first < 0 || p.Keyframe && p.Start <= from {
				first = k
			}
			last = k
		}
		if last < 0 {
			continue
		}
		touched[i] = true
		x.From, x.To = first+1, last+1
		x.Bytes = [2]int64{s.Parts[first].Offset, s.Parts[last].Offset + s.Parts[last].Size}
		for k := first; k <= last; k++ {
			x.Hashes = append(x.Hashes, hashes[partKey{s.Segment.Segment, k + 1}])
		}
		out.Segments = append(out.Segments, x)
	}
	out.LeftOut = len(r.rec.Segments) - len(touched)
	if len(touched) > 0 {
		l.excerpt.Recordings = append(l.excerpt.Recordings, out)
	}
	return touched
}

type partKey struct{ segment, part int }

// partHashes are the parts' hashes as the manifest has them. It was read before, so that
// an error here is a change since, which verification will find.
func partHashes(dir string) map[partKey]string {
	hashes := map[partKey]string{}
	_ = ledger.NewTail(dir).Read(func(e ledger.Entry) error {
		var p manifest.Part
		if e.Kind == manifest.KindPart && json.Unmarshal(e.Body, &p) == nil {
			hashes[partKey{p.Segment, p.Part}] = p.SHA256
		}
		return nil
	})
	return hashes
}
