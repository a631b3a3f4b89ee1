// Package fmp4 writes and reads the MP4 files of recordings: fragmented MP4
// (ISO/IEC 14496-12), a header and then parts of one moof and one mdat each, so
// that whatever ends the writing leaves a file that plays.
//
//	header, err := fmp4.Header(tracks)
//	part := fmp4.Part{Sequence: 1, UTC: utc, Tracks: []fmp4.PartTrack{{ID: 1, Base: t, Samples: samples}}}
//	file = append(header, part.Append(nil)...)
//
// Decoding times (tfdt) begin at zero in each file; the manifest says where that
// lies on the recording's timeline (Track.Base), and Rebase moves a part there.
// Where the first picture is not shown at once (B-frames), an edit list begins
// with it. Each part carries the wall-clock time of its first frame (prft).
//
// Reading takes nothing on trust: no allocation by a number that was read before
// the bytes are known to be there.
package fmp4
