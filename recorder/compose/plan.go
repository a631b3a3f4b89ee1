package compose

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"avhub/recorder/manifest"
)

// Limits of a composed picture.
const (
	maxCameras = 16
	maxRuns    = 64  // inputs of the ffmpeg
	maxCovers  = 300 // gaps that are covered
)

// Errors of orders.
var (
	ErrNothing = errors.New("there is nothing to compose: no pictures were recorded, or they are not here any more")
	ErrTooMany = errors.New("there is too much to compose in one picture")
	ErrOpen    = errors.New("the recording has not ended")
)

// plan is what is shown when.
type plan struct {
	zero    time.Time // UTC
	length  float64   // seconds
	cameras []camera
}

// camera is one of the pictures.
type camera struct {
	source, name string
	runs         []run
	covers       []cover
	main         bool
}

// run is files that follow each other and are coded alike.
type run struct {
	start float64 // on the plan's timeline, seconds
	end   float64
	codec string
	sound bool
	files []file
}

type file struct {
	path   string
	length float64 // until the next one begins, gaps included
}

// cover is a time in which a camera has nothing, with words why.
type cover struct {
	from, to float64
	why      string
}

// planOf reads the recordings.
func planOf(dirs []string, main string) (*plan, error) {
	var all []*manifest.Recording
	for _, dir := range dirs {
		rec, err := manifest.Read(dir)
		if err != nil {
			return nil, err
		}
		if rec.Seal == nil {
			return nil, fmt.Errorf("recording %s: %w", rec.ID, ErrOpen)
		}
		all = append(all, rec)
	}
	if len(all) == 0 {
		return nil, ErrNothing
	}
	p := &plan{zero: all[0].Zero}
	for _, rec := range all {
		if rec.Zero.Before(p.zero) {
			p.zero = rec.Zero
		}
	}
	runs, covers := 0, 0
	for i, rec := range all {
		offset := rec.Zero.Sub(p.zero).Seconds()
		c := cameraOf(rec, dirs[i], offset)
		p.length = max(p.length, offset+rec.Seal.End.Duration().Seconds())
		if len(c.runs) == 0 {
			continue
		}
		p.join(c)
		runs, covers = runs+len(c.runs), covers+len(c.covers)
	}
	if len(p.cameras) == 0 {
		return nil, ErrNothing
	}
	if len(p.cameras) > maxCameras || runs > maxRuns || covers > maxCovers {
		return nil, fmt.Errorf("%d cameras (at most %d), %d changes of their coding (%d), %d gaps (%d): %w", len(p.cameras), maxCameras, runs, maxRuns, covers, maxCovers, ErrTooMany)
	}
	slices.SortStableFunc(p.cameras, func(a, b camera) int { return strings.Compare(a.source, b.source) })
	p.choose(main)
	return p, nil
}

// join adds a camera; one that was recorded several times is one picture.
func (p *plan) join(c camera) {
	for i := range p.cameras {
		if p.cameras[i].source == c.source {
			p.cameras[i].runs = append(p.cameras[i].runs, c.runs...)
			p.cameras[i].covers = append(p.cameras[i].covers, c.covers...)
			return
		}
	}
	p.cameras = append(p.cameras, c)
}

// choose makes one camera the large one: the one that is named, or the first.
func (p *plan) choose(main string) {
	i := max(0, slices.IndexFunc(p.cameras, func(c camera) bool { return c.source == main }))
	p.cameras[i].main = true
}

func cameraOf(rec *manifest.Recording, dir string, offset float64) camera {
	c := camera{source: rec.Source, name: rec.Name}
	if c.name == "" {
		c.name = rec.Source
	}
	at := func(m manifest.Micros) float64 { return offset + m.Duration().Seconds() }
	for _, g := range rec.Gaps {
		if g.End() > g.Start {
			c.covers = append(c.covers, cover{at(g.Start), at(g.End()), words(g.Cause)})
		}
	}
	for _, s := range rec.Segments {
		codec, sound := codingOf(s.Tracks)
		name := filepath.Join(dir, s.File)
		st, err := os.Stat(name)
		if s.Gone != nil || err != nil || st.Size() < s.Ended.Size || codec == "" {
			c.covers = append(c.covers, cover{at(s.Start), at(s.Ended.End), "无录像 no picture"})
			continue
		}
		start, end := at(s.Start), at(s.Ended.End)
		if n := len(c.runs); n > 0 && c.runs[n-1].codec == codec && c.runs[n-1].sound == sound {
			last := &c.runs[n-1]
			last.files[len(last.files)-1].length = start - (last.start + last.lengthBefore())
			last.files, last.end = append(last.files, file{name, end - start}), end
			continue
		}
		c.runs = append(c.runs, run{start: start, end: end, codec: codec, sound: sound, files: []file{{name, end - start}}})
	}
	return c
}

// lengthBefore is where the run's last file begins, after the run's start.
func (r *run) lengthBefore() float64 {
	sum := 0.0
	for _, f := range r.files[:len(r.files)-1] {
		sum += f.length
	}
	return sum
}

func codingOf(tracks []manifest.Track) (codec string, sound bool) {
	for _, t := range tracks {
		switch t.Kind {
		case "video":
			codec = t.Codec
		case "audio":
			sound = true
		}
	}
	return codec, sound
}

// words are why a camera has nothing.
func words(c manifest.Cause) string {
	switch c {
	case manifest.CauseAdjournment:
		return "休庭 adjourned"
	case manifest.CauseClosedSession:
		return "不公开举证质证 closed session"
	case manifest.CauseMediation:
		return "调解，不录制 off the record"
	case manifest.CauseOperator:
		return "人工停止 stopped"
	}
	return "缺口 gap"
}
