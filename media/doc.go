// Package media is a live stream in memory: what a source sends now, kept so
// that many readers can each take it at their own pace.
//
// A source writes RTP packets into a [Feed]; the feed groups them into access
// units, puts them on the hub's own clock and packs them once into RTP payloads
// that every reader shares. A [Stream] keeps the units of the running group of
// pictures, so that whoever joins starts at a keyframe at once.
//
//	stream := media.NewStream("court-1")
//	feed, _ := stream.Open([]media.Track{{Kind: packet.H264, ClockRate: 90000}})
//	feed.Packet(0, media.Packet{Payload: p, RTP: ts, Marker: true, Arrived: time.Now()})
//
//	reader := stream.Subscribe(media.ReaderOptions{FromKeyframe: true})
//	unit, loss, err := reader.Next(ctx)
//
// Invariants:
//   - writing never waits for a reader, and a slow reader never slows another:
//     what it missed comes to it as [Loss] with the next unit;
//   - a unit is never changed once published; its bytes are shared;
//   - a stream outlives its feeds: a camera that reconnects opens a new feed,
//     readers stay and go on; only a change of codecs ends them ([ErrChanged]);
//   - RTP sequence numbers and timestamps of a track are the hub's own and
//     continuous over reconnects.
//
// The package knows no network and no files.
package media
