package signaling

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"avhub/recorder/export"
	"avhub/recorder/manifest"
	"avhub/recorder/playback"
)

// movies are copies to watch, for a case file: one MP4 of each camera, its frames as they
// were recorded. Where a camera's coding changed, which one file cannot hold, there are
// several. They prove nothing: the segments do.
func (s *Server) movies(ctx context.Context, l *playback.Library, found []playback.Summary, clip *export.Excerpt) ([]export.Entry, error) {
	var all []export.Entry
	names := map[string]int{}
	for _, f := range found {
		if !f.Sealed {
			return nil, problem(http.StatusConflict, "open", export.ErrOpen.Error())
		}
		r, err := l.Open(f.ID)
		if err != nil {
			return nil, playbackProblem(err)
		}
		span := playback.Span{}
		end := r.End()
		if clip != nil { // by the clock of the first recording
			zero := manifest.MicrosOf(found[0].Begin.Sub(f.Begin))
			span.Start, end = max(0, clip.From+zero), min(end, clip.To+zero)
		}
		name := export.FolderName(cmp.Or(f.Name, f.Source))
		state := stateOfFiles(r)
		for span.Start < end {
			span.Duration = end - span.Start
			m, err := r.Movie(span)
			if errors.Is(err, playback.ErrNothing) {
				break
			}
			if err != nil {
				return nil, playbackProblem(err)
			}
			e := export.Entry{Time: f.Begin.Add(m.Start.Duration()), Size: m.Size(), Open: func() io.ReadSeekCloser { return m.Open() }}
			if names[name]++; names[name] > 1 {
				e.Name = fmt.Sprintf("%s/%s (%d).mp4", export.MoviesFolder, name, names[name])
			} else {
				e.Name = export.MoviesFolder + "/" + name + ".mp4"
			}
			e.CRC, err = s.exports.sums.get(ctx, s.ctx, m.Tag()+" "+state, e.Open)
			if errors.Is(err, errCounting) {
				p := problem(http.StatusServiceUnavailable, "counting", "the MP4 files are being read for their checksums: ask again")
				p.RetryAfter = 2 * time.Second
				return nil, p
			}
			if err != nil {
				return nil, err
			}
			all = append(all, e)
			if m.Next == 0 {
				break
			}
			span.Start = m.Next
		}
	}
	return all, nil
}

// stateOfFiles tells the segments' files as they lie on disk from others: what a movie is
// made of may be damaged, or restored.
func stateOfFiles(r *playback.Recording) string {
	var b strings.Builder
	r.View(func(m *manifest.Recording) {
		for _, s := range m.Segments {
			if st, err := os.Stat(filepath.Join(r.Dir(), s.File)); err == nil {
				fmt.Fprintf(&b, "%d/%d ", st.Size(), st.ModTime().UnixNano())
			} else {
				b.WriteString("- ")
			}
		}
	})
	return b.String()
}
