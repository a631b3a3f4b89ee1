// Package certificate prints the certificate of a hearing's recordings, for parties,
// clerk and judge to sign: whose case it is, what was recorded when and by which
// source, what is missing and why, frames that came in and that were kept, and the
// values by which anybody can tell later that nothing was changed. In Chinese and
// English, A4, as PDF.
//
//	f := certificate.Facts{Court: "…", Number: "（2026）黑11民初1号"}
//	for _, dir := range dirs {
//		r, err := certificate.Of(dir)
//		f.Recordings = append(f.Recordings, r)
//	}
//	err := certificate.Write(w, f)
//
// Invariants:
//   - equal facts make equal bytes: no clock is read, and the only times in a
//     certificate are those of the facts;
//   - nothing that was given vanishes: what is long goes on over lines and pages, and a
//     character that cannot be shown stands as its number, [U+202E];
//   - every page names the certificate by the same sheet code, which follows from the
//     facts: pages of two certificates cannot be mixed unnoticed.
//
// The package knows nothing of cases and people: their names are strings.
package certificate
