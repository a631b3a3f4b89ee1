package manifest

import "time"

// Micros is a time on the recording's timeline: microseconds since Begin.Zero by
// the hub's steady clock, which no setting of its wall clock moves.
type Micros int64

// Duration is the time since the recording's beginning.
func (m Micros) Duration() time.Duration { return time.Duration(m) * time.Microsecond }

// MicrosOf converts a duration.
func MicrosOf(d time.Duration) Micros { return Micros(d / time.Microsecond) }

// Begin opens the manifest.
type Begin struct {
	Format string            `json:"format"`
	ID     string            `json:"id"`
	Source string            `json:"source"`
	Name   string            `json:"name,omitempty"`   // of the source, as it was then
	Set    string            `json:"set,omitempty"`    // recordings of one set belong on one timeline
	Labels map[string]string `json:"labels,omitempty"` // whatever the asker needs to find it again: case, hearing
	Asked  time.Time         `json:"asked"`            // when it was asked for
	Zero   time.Time         `json:"zero"`             // hub UTC at the beginning of the timeline
	PartMS int64             `json:"part_ms"`          // longest part
	Sync   string            `json:"sync"`             // part, segment or never
	Hub    string            `json:"hub"`              // program and version
}

// Segment is a file that was begun. Its first bytes describe the tracks.
type Segment struct {
	Segment  int       `json:"segment"` // from 1, without holes
	File     string    `json:"file"`
	Start    Micros    `json:"start"`
	UTC      time.Time `json:"utc"` // of its first frame
	Size     int64     `json:"size"`
	SHA256   string    `json:"sha256"` // of these first bytes
	SM3      string    `json:"sm3,omitempty"`
	Tracks   []Track   `json:"tracks"`
	MidGroup bool      `json:"mid_group,omitempty"` // its picture begins without a keyframe
}

// Track is one track of a segment.
type Track struct {
	ID         int    `json:"id"`   // in the file
	Kind       string `json:"kind"` // video or audio
	Codec      string `json:"codec"`
	Source     string `json:"source,omitempty"` // as it came, where it is kept in another form without loss
	MIME       string `json:"mime"`             // RFC 6381
	Timescale  int    `json:"timescale"`
	Base       int64  `json:"base"` // ticks: the file's decoding times + Base are on the recording's timeline
	Width      int    `json:"width,omitempty"`
	Height     int    `json:"height,omitempty"`
	SampleRate int    `json:"sample_rate,omitempty"`
	Channels   int    `json:"channels,omitempty"`
}

// Part is a stretch of a segment, decodable after the parts before it in its
// group of pictures.
type Part struct {
	Segment   int         `json:"segment"`
	Part      int         `json:"part"` // in the segment, from 1
	Offset    int64       `json:"offset"`
	Size      int64       `json:"size"`
	SHA256    string      `json:"sha256"`
	SM3       string      `json:"sm3,omitempty"`
	Start     Micros      `json:"start"`
	Duration  Micros      `json:"duration"`
	UTC       time.Time   `json:"utc"`                // of its first frame, by the hub's clock
	Keyframe  bool        `json:"keyframe,omitempty"` // a picture can be decoded from its beginning
	Recovered bool        `json:"recovered,omitempty"`
	Tracks    []PartTrack `json:"tracks"`
}

// PartTrack is what a part holds of a track.
type PartTrack struct {
	ID      int       `json:"id"`
	Frames  int       `json:"frames"`
	RTP     uint32    `json:"rtp"`               // of the first frame, as the sender stamped it
	NTP     time.Time `json:"ntp,omitzero"`      // of the first frame, by the sender's clock
	Damaged int       `json:"damaged,omitempty"` // frames of which packets were lost on the way in
}

// SegmentEnd finishes a file.
type SegmentEnd struct {
	Segment int          `json:"segment"`
	Size    int64        `json:"size"`
	SHA256  string       `json:"sha256"` // of the whole file
	SM3     string       `json:"sm3,omitempty"`
	CRC32   string       `json:"crc32,omitempty"` // ISO 3309, eight hexadecimal digits: no proof, but what a ZIP archive needs
	Start   Micros       `json:"start"`
	End     Micros       `json:"end"`
	UTC     time.Time    `json:"utc"` // of the end
	Parts   int          `json:"parts"`
	Tracks  []TrackCount `json:"tracks"`
	// Abandoned: a write failed, and bytes behind Size do not count.
	Abandoned bool `json:"abandoned,omitempty"`
}

// TrackCount counts frames of a track.
type TrackCount struct {
	ID     int    `json:"id"`
	Frames uint64 `json:"frames"`
}

// Gap begins a time that is not recorded.
type Gap struct {
	Gap    int       `json:"gap"` // from 1
	Start  Micros    `json:"start"`
	UTC    time.Time `json:"utc"`
	Cause  Cause     `json:"cause"`
	Detail string    `json:"detail,omitempty"`
	By     *Person   `json:"by,omitempty"`
}

// GapEnd ends it. Frames came in and were not kept.
type GapEnd struct {
	Gap    int          `json:"gap"`
	End    Micros       `json:"end"`
	UTC    time.Time    `json:"utc"`
	Tracks []TrackCount `json:"tracks,omitempty"`
}

// TrackGap is a time in which one track gave nothing while another went on.
type TrackGap struct {
	ID     int    `json:"id"`
	Start  Micros `json:"start"`
	End    Micros `json:"end"`
	Cause  Cause  `json:"cause"`
	Detail string `json:"detail,omitempty"`
	Frames uint64 `json:"frames,omitempty"` // that came in and were not kept
}

// Person is who gave an order or signed.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
}

// Clock notes that the hub's wall clock was set while it recorded: UTC from here on
// is not comparable with UTC before.
type Clock struct {
	At     Micros    `json:"at"`
	UTC    time.Time `json:"utc"`
	StepMS int64     `json:"step_ms"`
}

// Repaired notes what a crash had left in a file.
type Repaired struct {
	Segment int   `json:"segment"`
	Size    int64 `json:"size"`    // of what counts
	Dropped int64 `json:"dropped"` // bytes that made no whole part and were cut off
	Adopted int   `json:"adopted"` // whole parts that were in the file and not yet in the manifest
}

// Mark is a moment with a text.
type Mark struct {
	ID   string  `json:"id"`
	At   Micros  `json:"at"`
	Text string  `json:"text"`
	By   *Person `json:"by,omitempty"`
}

// Explanation is the clerk's, of a gap that nobody ordered.
type Explanation struct {
	Gap  int    `json:"gap"`
	Text string `json:"text"`
	By   Person `json:"by"`
}

// Countersign is the judge's signature under the explanation of a gap.
type Countersign struct {
	Gap int    `json:"gap"`
	By  Person `json:"by"`
}

// Stamp is a time stamp (RFC 3161) over the hash of an entry.
type Stamp struct {
	Entry uint64    `json:"entry"` // whose line's SHA-256 is stamped
	Hash  string    `json:"hash"`
	Time  time.Time `json:"time"`  // as the authority says
	Token string    `json:"token"` // DER, base64
	TSA   string    `json:"tsa"`
}

// Archived says that the archive holds a file, compared by hash.
type Archived struct {
	File     string    `json:"file"`
	SHA256   string    `json:"sha256"`
	Where    string    `json:"where"` // bucket and key
	Version  string    `json:"version,omitempty"`
	Retained time.Time `json:"retained,omitzero"` // nobody can delete it before
}

// Hold puts a legal hold on, or takes it off.
type Hold struct {
	On     bool   `json:"on"`
	Reason string `json:"reason"`
	By     Person `json:"by"`
}

// Tombstone stands in place of segments that were deleted here by rule.
type Tombstone struct {
	Files  []string `json:"files"`
	Rule   string   `json:"rule"`
	Reason string   `json:"reason,omitempty"`
	By     *Person  `json:"by,omitempty"`
}

// Seal states what the recording holds. The head that follows it signs it.
type Seal struct {
	Ended    time.Time    `json:"ended"`
	End      Micros       `json:"end"`
	Segments int          `json:"segments"`
	Bytes    int64        `json:"bytes"`
	Media    Micros       `json:"media"` // Media + Gaps = End
	Gaps     Micros       `json:"gaps"`
	GapCount int          `json:"gap_count"`
	Tracks   []TrackSeal  `json:"tracks"`
	Restarts int          `json:"restarts"` // times the hub came back in between
	Files    []SealedFile `json:"files"`
}

// TrackSeal is the account of a track: In = Kept + Gapped. It counts what reached
// the recorder; what came while the hub was down, nobody counted.
type TrackSeal struct {
	ID     int    `json:"id"`
	Kind   string `json:"kind"`
	In     uint64 `json:"in"`
	Kept   uint64 `json:"kept"`
	Gapped uint64 `json:"gapped"`
}

// SealedFile names a segment's file and hash once more.
type SealedFile struct {
	File   string `json:"file"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	SM3    string `json:"sm3,omitempty"`
}
