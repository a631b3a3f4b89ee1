// Package egress is how units leave a stream for many viewers.
//
// A [Fanout] stands behind each stream that somebody watches. It serves its
// viewers in a few shards, one goroutine each: a shard takes a unit from the
// stream once and writes its packets to viewer after viewer. A viewer costs no
// goroutine while it is live, and no copy of the packets.
//
// A viewer that joins gets the pictures kept since the last keyframe at once
// (see [catchUp]), then the live ones. Sequence numbers are the stream's own,
// the same for every viewer, so a retransmission is answered from the stream.
//
// How bytes reach the network is behind [Port]: sealing and sending are the
// transport's.
package egress
