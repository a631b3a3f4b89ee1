// Package ledger is a log that can be added to and not changed unseen: each
// entry holds the hash of the one before, and signed heads hold the end. It
// carries the audit, and the manifests of recordings. docs/evidence-format.md
// describes the files exactly; [Verify] needs nothing but them and the public
// key.
//
//	l, err := ledger.Open("data/audit", ledger.Options{Key: key, Purpose: "audit"})
//	n, err := l.Append(ctx, "audit", time.Now(), entry) // nil: it is on disk
//
// Invariants: entries are numbered from 1 without holes; an entry that was
// acknowledged is on disk and stays as it is; files are only added to. A write
// or sync that fails is never tried again on the same file (what the kernel
// says after a failed fsync cannot be trusted): the ledger goes on in a new
// one, whose header says how much of the old one counts.
package ledger
