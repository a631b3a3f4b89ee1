// Package playback shows what the recorder has written: lists of recordings, one
// MP4 file of any stretch of one, made while it is sent, HLS for phones,
// thumbnails, and the times of frames.
//
//	l := playback.New(playback.Options{Dir: "recordings"})
//	rec, err := l.Open("20260302t010000-abcdefghij")
//	movie, err := rec.Movie(playback.Span{Start: manifest.MicrosOf(90 * time.Minute)})
//	http.ServeContent(w, r, "play.mp4", time.Time{}, movie.Open())
//
// It reads folders, and nothing else of the recorder, which may be writing them: a
// recording plays as far as its manifest says that it is on the disk.
//
// Two timelines. The recording's own (manifest.Micros) goes on through gaps, so
// that cameras recorded together stay together; HLS segments, parts and frames are
// on it. A movie leaves gaps out, since players stop or lose the sound's place where
// nothing comes, unless it is asked to keep them (Span.KeepGaps).
//
// Invariants:
//   - a movie's length in bytes is known before its first byte is sent, and the same
//     request gives the same bytes, whatever is recorded meanwhile;
//   - what is missing or damaged is left out and the rest plays: a part that cannot
//     be read as MP4 is sent as a free box of its size;
//   - nothing is allocated by a number that a file holds, and memory is bounded: see
//     the limits in library.go.
//
// The package knows no courts, no users and no HTTP.
package playback
