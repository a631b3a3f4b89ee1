package verify

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// places says when in the recording the ledger's findings lie: between what the lines
// around them say, which is read once more for it.
func (c *checker) places(findings []ledger.Finding) []Finding {
	all := make([]Finding, len(findings))
	for i, f := range findings {
		all[i] = Finding{Problem: f.Problem, File: f.File, Line: f.Line, Entry: f.Entry, Text: f.Text}
	}
	if len(findings) == 0 {
		return all
	}
	w := &walker{lines: map[string]map[int][]*Finding{}}
	for i := range all {
		f := &all[i]
		switch {
		case f.Line > 0:
			if w.lines[f.File] == nil {
				w.lines[f.File] = map[int][]*Finding{}
			}
			w.lines[f.File][f.Line] = append(w.lines[f.File][f.Line], f)
		case f.Entry > 0 && f.File == "":
			w.entries = append(w.entries, f)
		}
	}
	slices.SortStableFunc(w.entries, func(a, b *Finding) int { return cmp.Compare(a.Entry, b.Entry) })
	for _, name := range c.manifests() {
		w.file(filepath.Join(c.dir, name), name)
	}
	w.begin(w.entries)
	w.pass(w.at)
	for i := range all {
		c.inUTC(all[i].Span)
	}
	return all
}

// manifests are the files of entries, in order.
func (c *checker) manifests() []string {
	var names []string
	entries, _ := os.ReadDir(c.dir)
	for _, e := range entries { // manifest-000002.jsonl comes before manifest.jsonl
		if name := e.Name(); isManifest(name) {
			if name == "manifest.jsonl" {
				names = append([]string{name}, names...)
			} else {
				names = append(names, name)
			}
		}
	}
	return names
}

// walker goes through lines that may be anything, and knows how far on the timeline
// they have come.
type walker struct {
	lines   map[string]map[int][]*Finding
	entries []*Finding // of missing entries, by number
	at      manifest.Micros
	open    []*Finding // that end with the next time
}

func (w *walker) file(path, name string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	r := bufio.NewReaderSize(f, ledger.MaxLine)
	for number := 1; ; number++ {
		line, err := r.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // not one of ours
			line = nil
			_, err = r.ReadSlice('\n')
		}
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			return
		}
		w.line(line, w.lines[name][number])
		if err != nil {
			return
		}
	}
}

// line takes a line that findings may be about.
func (w *walker) line(line []byte, about []*Finding) {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	e, err := ledger.ParseLine(line)
	known := err == nil
	for known && len(w.entries) > 0 && w.entries[0].Entry <= e.N {
		w.begin(w.entries[:1])
		w.entries = w.entries[1:]
	}
	if len(about) > 0 {
		w.begin(about)
		return // what it says may be what was changed
	}
	if !known {
		return
	}
	if from, until, ok := timeOf(e); ok {
		w.pass(from)
		w.at = max(w.at, until)
	}
}

// begin notes where findings begin.
func (w *walker) begin(findings []*Finding) {
	for _, f := range findings {
		f.Span = &Span{From: w.at, Until: w.at}
		w.open = append(w.open, f)
	}
}

// pass ends what is open.
func (w *walker) pass(at manifest.Micros) {
	for _, f := range w.open {
		f.Span.Until = max(f.Span.From, at)
	}
	w.open = nil
}

// timeOf is the time that an entry is about.
func timeOf(e ledger.Entry) (from, until manifest.Micros, ok bool) {
	switch e.Kind {
	case manifest.KindPart:
		p, err := manifest.ParsePart(e)
		return p.Start, p.Start + p.Duration, err == nil
	case manifest.KindSegment:
		var s manifest.Segment
		err := manifest.Decode(e, &s)
		return s.Start, s.Start, err == nil
	case manifest.KindSegmentEnd:
		var s manifest.SegmentEnd
		err := manifest.Decode(e, &s)
		return s.End, s.End, err == nil
	case manifest.KindGap:
		var g manifest.Gap
		err := manifest.Decode(e, &g)
		return g.Start, g.Start, err == nil
	case manifest.KindGapEnd:
		var g manifest.GapEnd
		err := manifest.Decode(e, &g)
		return g.End, g.End, err == nil
	}
	return 0, 0, false
}
