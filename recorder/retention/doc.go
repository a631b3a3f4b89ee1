// Package retention makes room on a recordings' disk, and says in time when none can be
// made.
//
//	k, err := retention.New(retention.Options{Roots: …, Keep: 90 * 24 * time.Hour, LowMark: 0.05, Annex: …, Audit: …, Confirm: …})
//	go k.Run(ctx)
//
// Invariants:
//   - a segment goes only if it is older than Keep, archived, and under no hold; what is
//     not archived or is held is never deleted to make room, whatever the disk says;
//   - it goes only while less than LowMark of the disk is free, the oldest first;
//   - before it goes the archive has confirmed its copy, the audit has taken the deletion
//     and the manifest has a tombstone: if one of these fails it stays. A crash after the
//     tombstone leaves a file that the next look removes;
//   - manifests, seals and keys stay.
//
// [Rules] decides, from nothing but what it is given; [Keeper] walks the folders.
package retention
