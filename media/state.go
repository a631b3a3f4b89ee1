package media

import "time"

// State is what a source is doing.
type State string

// The states of a source.
const (
	Idle       State = "idle"       // nobody watches; it is opened on demand
	Connecting State = "connecting" // first attempt under way
	Live       State = "live"
	Degraded   State = "degraded" // live, but something of it is missing or wrong: Cause says what
	Offline    State = "offline"  // Cause says why, and it is tried again
)

// Cause says in a word and in a sentence why a source is degraded or offline.
type Cause struct {
	Code   CauseCode
	Detail string // English, names the thing and the way out
}

// CauseCode is stable: pages and scripts choose their words by it.
type CauseCode string

// Why a source is offline or degraded.
const (
	CauseUnreachable  CauseCode = "unreachable"  // no route or name
	CauseRefused      CauseCode = "refused"      // nothing listens there
	CauseTimeout      CauseCode = "timeout"      // no answer in time
	CauseUnauthorized CauseCode = "unauthorized" // user name or password
	CauseNotFound     CauseCode = "not_found"    // the camera does not know the path
	CauseNoMedia      CauseCode = "no_media"     // nothing in it that the hub can carry
	CauseUnsupported  CauseCode = "unsupported"  // transport or feature
	CauseTLS          CauseCode = "tls"
	CauseProtocol     CauseCode = "protocol" // an answer that makes no sense
	CauseClosed       CauseCode = "closed"   // the camera hung up
	CausePacketLoss   CauseCode = "packet_loss"
	CauseClock        CauseCode = "clock"
	CauseVideoStalled CauseCode = "video_stalled"
	CauseAudioStalled CauseCode = "audio_stalled"
	CauseNoPublisher  CauseCode = "no_publisher" // a push source that nobody feeds
	CauseInternal     CauseCode = "internal"     // a fault of the hub, contained
)

// Status is a source's state with its reason and since when it holds.
type Status struct {
	State State
	Cause *Cause // nil unless degraded or offline
	Since time.Time
}
