package packet

import "fmt"

// Unpacker makes frames of the RTP payloads of one track. It is not safe for
// concurrent use.
type Unpacker struct {
	kind  Kind
	aac   AACConfig
	audio aacUnpacker

	unit unit // the access unit being collected
	fu   fragment
	// The marker bit is not to be trusted: it came in the middle of a unit.
	markerLies bool
	lastTS     uint32 // of the unit last emitted
	emitted    bool
	// Parameter sets and the like that wait for their picture.
	prefix  [][]byte
	damaged bool // something was lost that may belong to the next unit
}

// unit is an access unit being collected.
type unit struct {
	ts      uint32
	data    [][]byte
	size    int
	damaged bool
	key     bool // VP8, VP9, AV1
	open    bool
}

// NewUnpacker makes an unpacker; aac is looked at for AAC only.
func NewUnpacker(k Kind, aac AACConfig) *Unpacker {
	u := &Unpacker{kind: k, aac: aac.orDefault()}
	u.audio.config = u.aac
	return u
}

// Push takes the next packet in sequence order; lost is how many packets are
// missing right before it. The payload is not kept. Frames own their bytes.
func (u *Unpacker) Push(ts uint32, marker bool, lost int, payload []byte) ([]Frame, error) {
	switch u.kind {
	case AAC:
		return u.audio.push(ts, marker, lost, payload)
	case Opus, PCMA, PCMU, G722:
		return u.pushAudio(ts, lost, payload)
	}
	var frames []Frame
	if lost > 0 {
		u.fu.drop()
		u.damaged = true
	}
	if u.unit.open && u.unit.ts != ts {
		frames = u.finish(frames)
	}
	if u.emitted && ts == u.lastTS && !u.unit.open && !u.markerLies {
		// A picture goes on after its marker: from now on a unit ends when the
		// timestamp changes. This rest of a picture follows as a unit of its
		// own, which decoders take.
		u.markerLies = true
	}
	u.begin(ts)
	err := u.collect(payload)
	if marker && !u.markerLies {
		frames = u.finish(frames)
	}
	return frames, err
}

// Flush returns what is collected at the end of the stream.
func (u *Unpacker) Flush() []Frame {
	if !u.unit.open {
		return nil
	}
	return u.finish(nil)
}

func (u *Unpacker) begin(ts uint32) {
	if u.unit.open {
		u.unit.damaged = u.unit.damaged || u.damaged
		u.damaged = false
		return
	}
	u.unit = unit{ts: ts, open: true, damaged: u.damaged}
	u.damaged = false
}

// collect adds a payload to the open unit.
func (u *Unpacker) collect(payload []byte) error {
	switch u.kind {
	case H264:
		return u.collectH264(payload)
	case H265:
		return u.collectH265(payload)
	case VP8, VP9, AV1:
		return u.collectOpaque(payload)
	}
	return fmt.Errorf("%w: no unpacker for %s", ErrMalformed, u.kind)
}

// add appends a NAL unit (or payload) to the open unit, within the limits.
func (u *Unpacker) add(data []byte) error {
	if len(u.unit.data) >= MaxNALUs || u.unit.size+len(data) > MaxFrame {
		u.unit.damaged = true
		return fmt.Errorf("%w: access unit over %d bytes or %d NAL units", ErrMalformed, MaxFrame, MaxNALUs)
	}
	u.unit.size += len(data)
	u.unit.data = append(u.unit.data, data)
	return nil
}

// finish closes the open unit and appends it to frames. What holds no picture
// (parameter sets, SEI) waits and goes before the next picture.
func (u *Unpacker) finish(frames []Frame) []Frame {
	if u.fu.open {
		u.fu.drop()
		u.unit.damaged = true
	}
	done := u.unit
	u.unit = unit{}
	data := done.data
	isNAL := u.kind == H264 || u.kind == H265
	if isNAL && !hasPicture(u.kind, data) {
		u.damaged = u.damaged || done.damaged
		u.keepPrefix(data)
		return frames
	}
	if len(data) == 0 {
		u.damaged = u.damaged || done.damaged
		return frames
	}
	key := done.key
	if isNAL {
		if len(u.prefix) > 0 {
			data = append(u.prefix, data...)
			u.prefix = nil
		}
		key = IsRandomAccess(u.kind, data)
	}
	u.emitted, u.lastTS = true, done.ts
	return append(frames, Frame{RTP: done.ts, Data: data, Keyframe: key, Damaged: done.damaged})
}

// keepPrefix holds NAL units for the next picture; a camera that repeats
// parameter sets without pictures cannot make it grow.
func (u *Unpacker) keepPrefix(data [][]byte) {
	const most = 16
	u.prefix = append(u.prefix, data...)
	if n := len(u.prefix); n > most {
		u.prefix = append([][]byte(nil), u.prefix[n-most:]...)
	}
}

func (u *Unpacker) pushAudio(ts uint32, lost int, payload []byte) ([]Frame, error) {
	if len(payload) == 0 {
		return nil, fmt.Errorf("%w: empty %s payload", ErrMalformed, u.kind)
	}
	return []Frame{{RTP: ts, Data: [][]byte{clone(payload)}, Keyframe: true, Damaged: lost > 0}}, nil
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
