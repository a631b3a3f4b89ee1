// Package recordtest makes recordings' folders for tests: files, manifest, heads and
// seal as the recorder leaves them, with the demo court's pictures and sound, in
// milliseconds and without a recorder.
//
//	rec, err := recordtest.Make(t.TempDir(), recordtest.Options{Room: "court-4", Segments: 3})
//
// It writes with ledger, manifest and fmp4 alone, so that what is tested with it
// does not rest on the recorder's own understanding of them. [Big] makes manifests
// of any number of lines without media.
//
// Invariants: the same options make the same media; frames of the clip follow each
// other without a hole, over segments, and jump by as much as a gap is long.
package recordtest
