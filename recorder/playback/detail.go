package playback

import (
	"time"

	"avhub/recorder/manifest"
)

// SegmentInfo is what can be said of a segment's file.
type SegmentInfo struct {
	// Coding is the number of the first of the segments that one Initialization
	// serves and that follow each other; 0: it cannot be played.
	Coding int
	// Size of the file on the disk; -1: it is not there.
	Size int64
}

// Inspect lets f read the recording, with what stands on the disk for each of its
// segments. f must not keep or change anything of the recording.
func (r *Recording) Inspect(f func(*manifest.Recording, []SegmentInfo)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w, codings := r.walk(), coding{r: r}
	all := make([]SegmentInfo, len(r.rec.Segments))
	for i := range all {
		all[i].Size = w.size(i)
		if all[i].Size >= 0 {
			all[i].Coding = codings.of(i)
		}
	}
	f(r.rec, all)
}

// Time is the place on the timeline of a time by the hub's wall clock.
func (r *Recording) Time(utc time.Time) manifest.Micros {
	r.mu.RLock()
	defer r.mu.RUnlock()
	at := utc.Sub(r.rec.Zero)
	for _, c := range r.rec.Clocks {
		step := time.Duration(c.StepMS) * time.Millisecond
		if at-step < c.At.Duration() {
			break
		}
		at -= step
	}
	return manifest.MicrosOf(at)
}

// Facts finds a recording's source and labels, for asking who may see it.
func (l *Library) Facts(id string) (source string, labels map[string]string, ok bool) {
	s, err := l.Summary(id)
	return s.Source, s.Labels, err == nil
}
