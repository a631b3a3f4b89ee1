package export

import (
	"bytes"
	"path"
	"path/filepath"
	"time"

	"avhub/recorder/manifest"
)

// layout is what a case file is made of.
type layout struct {
	entries    []Entry
	recordings []listing
	keys       [][]byte // public keys, each once
	sm2Keys    [][]byte // the same of SM2
	excerpt    *excerpt
}

// listing is what the page knows of a recording.
type listing struct {
	Folder   string            `json:"folder"`
	Source   string            `json:"source"`
	Name     string            `json:"name"`
	Labels   map[string]string `json:"labels"`
	Zero     time.Time         `json:"zero"`
	End      float64           `json:"end"` // seconds
	Value    string            `json:"value"`
	Segments []segment         `json:"segments"`
	Gaps     []gap             `json:"gaps"`
	Tracks   []gap             `json:"track_gaps"`
	ended    time.Time
	begins   time.Time
	media    time.Duration // that was asked for
	gapCount int           // in what was asked for
}

type segment struct {
	File   string  `json:"file"`
	SHA256 string  `json:"sha256"`
	Size   int64   `json:"size"`
	Start  float64 `json:"start"`
	End    float64 `json:"end"`
	Out    bool    `json:"out,omitempty"` // it is not in the excerpt
}

type gap struct {
	Number int     `json:"number"`
	Start  float64 `json:"start"`
	End    float64 `json:"end"`
	UTC    string  `json:"utc"`
	Until  string  `json:"until"`
	Cause  string  `json:"cause"`
	Lawful bool    `json:"lawful"`
	Detail string  `json:"detail"`
	By     string  `json:"by"`
	Text   string  `json:"text"` // the clerk's explanation
	Author string  `json:"author"`
	Signed string  `json:"signed"`
	from   time.Time
	to     time.Time
}

// take adds a recording.
func (l *layout) take(r *recording) error {
	rec := r.rec
	folder := path.Join(rec.Source, rec.ID)
	list := listing{
		Folder: folder, Source: rec.Source, Name: rec.Name, Labels: rec.Labels, Zero: rec.Zero, End: seconds(rec.Seal.End),
		Value: r.seal.Value, Gaps: []gap{}, Tracks: []gap{}, Segments: []segment{},
		ended: rec.Seal.Ended, begins: rec.Zero, media: rec.Seal.Media.Duration(),
	}
	from, to := l.window(rec)
	touched := l.excerpted(r, from, to)
	if touched != nil {
		list.media = 0
	}
	for i, s := range rec.Segments {
		out := touched != nil && !touched[i]
		list.Segments = append(list.Segments, segment{s.File, s.Ended.SHA256, s.Ended.Size, seconds(s.Start), seconds(s.Ended.End), out})
		if out {
			continue
		}
		if touched != nil {
			list.media += max(0, min(to, s.Ended.End)-max(from, s.Start)).Duration()
		}
		if s.Gone != nil {
			return ErrGone
		}
		e, ok, err := segmentEntry(filepath.Join(r.dir, s.File), s.Ended)
		if err != nil {
			return err
		}
		if ok {
			e.Name, e.Time = path.Join(folder, s.File), s.UTC
			l.entries = append(l.entries, e)
		}
	}
	for i, g := range rec.Gaps {
		list.Gaps = append(list.Gaps, stated(rec, i+1, g))
		if touched == nil || g.Start < to && g.End() > from {
			list.gapCount++
		}
	}
	for _, g := range rec.TrackGaps {
		list.Tracks = append(list.Tracks, gap{
			Number: g.ID, Start: seconds(g.Start), End: seconds(g.End), UTC: stamp(rec.At(g.Start)), Until: stamp(rec.At(g.End)),
			Cause: string(g.Cause), Lawful: g.Cause.Lawful(), Detail: g.Detail, from: rec.At(g.Start), to: rec.At(g.End),
		})
	}
	l.recordings = append(l.recordings, list)
	small, err := smallEntries(r, folder)
	if err != nil {
		return err
	}
	for _, e := range small {
		switch path.Base(e.Name) {
		case keyFile:
			l.keys = once(l.keys, e.Data)
		case sm2File:
			l.sm2Keys = once(l.sm2Keys, e.Data)
		}
	}
	l.entries = append(append(l.entries, small...), playlist(folder, list))
	return nil
}

// once adds a key to those that are not it.
func once(keys [][]byte, pem []byte) [][]byte {
	for _, k := range keys {
		if bytes.Equal(k, pem) {
			return keys
		}
	}
	return append(keys, pem)
}

func (l *layout) newest() time.Time {
	var t time.Time
	for _, r := range l.recordings {
		if r.ended.After(t) {
			t = r.ended
		}
	}
	return t
}

func (l *layout) totals() (media time.Duration, gaps int) {
	for _, r := range l.recordings {
		media += r.media
		gaps += r.gapCount
	}
	return media, gaps
}

func stated(rec *manifest.Recording, number int, g *manifest.GapState) gap {
	out := gap{
		Number: number, Start: seconds(g.Start), End: seconds(g.End()), UTC: stamp(g.UTC), Until: stamp(rec.At(g.End())),
		Cause: string(g.Cause), Lawful: g.Cause.Lawful(), Detail: g.Detail, from: g.UTC, to: rec.At(g.End()),
	}
	if g.By != nil {
		out.By = g.By.Name
	}
	if e, ok := rec.Explanations[number]; ok {
		out.Text, out.Author = e.Text, e.By.Name
	}
	if s, ok := rec.Countersigns[number]; ok {
		out.Signed = s.By.Name
	}
	return out
}

func seconds(m manifest.Micros) float64 { return m.Duration().Seconds() }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
