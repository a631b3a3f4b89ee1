// Package recorder writes what sources send so that it stands up as evidence:
// every frame that came in is in a file, or in a gap that says why it is not.
//
//	r, err := recorder.New(recorder.Options{Dir: "recordings", Key: key})
//	s, err := r.Start(recorder.Request{Source: "court-1", From: line, Labels: map[string]string{"hearing": id}})
//	…
//	err = s.Stop(ctx)
//
// A recording is one folder (see [avhub/recorder/manifest]). Its way:
//
//	stream → intake → queue → cutter → files
//
// The intake reads the stream and never waits for the disk; the queue holds what
// the disk is too slow for, in memory and then in a spill file; the cutter, which
// knows no files and no clock but a given one, cuts frames into parts, segments and
// gaps; files writes them, data first and the manifest's entry after it.
//
// Invariants:
//   - a recording's reader is never dropped: what it could not keep is a gap with
//     its cause, and frames in = frames kept + frames in gaps, for each track;
//   - a file's picture begins with a keyframe, unless it goes on from the file
//     before; pictures that nothing can decode are frames in gaps;
//   - with Sync "part" an entry of the manifest is on disk, and so is its data;
//   - after a write or sync that failed, that file is not written again;
//   - what a crash left is repaired before anything else is recorded, and the
//     recording goes on in the same folder.
//
// The package knows no courts: it takes labels, a clock and options.
package recorder
