// Package archive keeps a second copy of recordings in an S3 store while they are
// being recorded, and brings it back.
//
//	store, err := archive.Open(archive.StoreOptions{Endpoint: "https://s3.court:9000", Bucket: "court", …})
//	a, err := archive.New(archive.Options{Store: store, Dir: "data/archive", Roots: …, Annex: recorder.Annex})
//	go a.Run(ctx)
//	a.Segment(dir, end) // a segment has ended
//	a.Sealed(dir)       // a recording has ended
//
// Invariants:
//   - what is to be sent stands in a queue on disk before Run sends it, and leaves the
//     queue when the manifest says that it is archived: a kill or a store that is away
//     for days loses nothing, and nothing waits for the store;
//   - a file counts as archived when the store has confirmed its SHA-256 and size, and,
//     where object lock is asked for, until when it will refuse to delete it;
//   - a file goes to one key. Before it is sent the store is asked whether it is there
//     already with the same hash; if so it is not sent again;
//   - memory does not grow with the queue.
//
// What a court is, the package does not know: a recording has a site and a case by its
// labels. docs/operations.md describes keys and metadata for strangers.
package archive
