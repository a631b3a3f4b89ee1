// Package manifest says what a recording's manifest holds, and reads it.
//
// A recording is one folder: segments 000001.mp4, 000002.mp4 …, a manifest
// (manifest.jsonl, a ledger: see [avhub/recorder/ledger]) and, once it has ended,
// seal.json. Each entry of the manifest has one of the kinds below, and a body of
// the type of that name. docs/evidence-format.md describes them for strangers.
//
//	rec, err := manifest.Read("recordings/court-1/2026-03-02/r-…")
//	for _, s := range rec.Segments { fmt.Println(s.File, s.UTC, s.Duration()) }
//
// Invariants:
//   - times on the recording's timeline are microseconds since [Begin].Zero, and
//     never go back: segments and gaps follow each other and fill the timeline;
//   - a part stands in the manifest only when its bytes are in the file;
//   - nothing of the media is added after the [Seal]; what comes later are annexes:
//     explanations, signatures, time stamps, archive receipts, tombstones.
//
// The package knows neither streams nor MP4.
package manifest
