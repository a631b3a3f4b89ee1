package seal

// Rollover extends the sequence numbers of one SSRC to 48 bits (RFC 3711
// section 3.3.1). Its zero value is before the first packet. The first number
// must lie under 2¹⁵, or the other side cannot know the counter if that packet
// is lost.
type Rollover struct {
	highest uint64 // 1 + the highest index so far
}

// Counter is the roll-over counter that belongs to a sequence number, which may
// be new or one of the last 2¹⁵.
func (r *Rollover) Counter(seq uint16) uint32 {
	if r.highest == 0 {
		r.highest = uint64(seq) + 1
		return 0
	}
	last := r.highest - 1
	index := last&^0xffff | uint64(seq)
	switch d := int64(index) - int64(last); {
	case d > 1<<15 && index >= 1<<16:
		index -= 1 << 16
	case d <= -1<<15:
		index += 1 << 16
	}
	r.highest = max(r.highest, index+1)
	return uint32(index >> 16)
}
