package media

import (
	"time"

	"avhub/media/packet"
)

// MaxPayload is the largest RTP payload a unit is packed into, in bytes. With
// header, extension and SRTP tag it stays under 1,240 bytes on the wire, which
// passes every path that carries IPv6.
const MaxPayload = 1180

// Unit is one access unit (video) or one frame (audio). It is shared by all
// readers and must not be changed.
type Unit struct {
	Index    uint64 // place in the stream, rising by one
	Track    int    // index into Stream.Tracks
	Ordinal  uint64 // place in its track, rising by one: who finds a number missing has missed a unit
	Data     [][]byte
	Keyframe bool // decodable without what came before; true for audio
	Damaged  bool // a part of it, or of what it refers to, was lost on the way in
	// Disposable says that no other unit of the track needs this one to be decoded.
	Disposable bool

	// Four readings of the time the unit was captured.
	RTP     uint32    // as the sender stamped it
	PTS     int64     // on the hub's timeline, in ticks of the track's clock since the stream was made
	NTP     time.Time // by the sender's clock, from RTCP; zero without
	UTC     time.Time // by the hub's clock, best estimate
	Arrived time.Time // when its last packet arrived; carries Go's monotonic reading

	// The unit as RTP, the same for every reader.
	Packets packet.Payloads
	Seq     uint16 // sequence number of the first packet
	Stamp   uint32 // RTP timestamp of all of them
	// Before is the frame right before this one on its track, of Opus only: what a viewer
	// whose way loses packets is sent once more with this one (RFC 2198).
	Before Before
}

// Before is a frame as it was a unit of its own.
type Before struct {
	Index uint64 // of that unit
	Ticks uint32 // from its timestamp to that of the unit it goes with
	Data  []byte // nil: there is none
}

// Size is the number of payload bytes.
func (u *Unit) Size() int { return len(u.Packets.Buf) }
