// Package verify tells whether recordings are as they were recorded, with nothing but
// their files and the hub's public key.
//
//	report, err := verify.Recording(ctx, dir, verify.Options{Key: key})
//	for _, f := range report.Findings { fmt.Println(f) }
//
// It follows docs/evidence-format.md: the manifest's chain and signatures, each
// file's bytes against the manifest, the MP4 files' own counts, the account of media,
// gaps and frames, the seal, time stamps, and that nothing else lies in the folder.
// What is wrong is named with file and time in the recording, to the part (half a
// second as a rule).
//
// Invariants:
//   - files are read once, from front to back, in parallel; only one that is not as
//     recorded is read a second time, to find the place;
//   - nothing is allocated by a number that stands in a file;
//   - it writes nothing.
package verify
