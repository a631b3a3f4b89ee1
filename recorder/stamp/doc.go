// Package stamp has a time-stamping authority (RFC 3161) confirm when a recording was
// there: over its integrity check value once it is sealed and, if wished, over the
// head of each segment while it is recorded.
//
//	s := stamp.New(stamp.Options{URL: "https://tsa.example/", Dir: recordings, Annex: recorder.Annex})
//	go s.Run(ctx)
//	s.Sealed(dir)
//
// What is stamped is the SHA-256 of a head's line: it fixes all lines before it, and
// so every byte of every file. The token becomes an annex of the manifest, of the
// kind stamp; [Check] tells whether one fits.
//
// Invariants:
//   - a recording that is sealed is stamped once, however often the hub is stopped in
//     between and for however long the authority is away (up to [Options].Days);
//   - nothing waits for it: a recording is sealed and whole without a stamp;
//   - a token that does not fit what was asked for, or is not signed, is not kept.
//
// The authority sees a hash and nothing else. Tokens signed by RSA or ECDSA are
// understood; those by SM2 are not.
package stamp
