package media

import (
	"time"

	"avhub/media/packet"
)

// publish numbers a unit and puts it into the ring. It never blocks on a reader.
func (s *Stream) publish(u *Unit, gen int) error {
	s.mu.Lock()
	if s.closed || gen != s.gen {
		s.mu.Unlock()
		return ErrClosed
	}
	t := s.tracks[u.Track]
	if err := t.prepare(u); err != nil {
		s.mu.Unlock()
		return err
	}
	s.ring.push(u, u.Keyframe && t.Kind.Video())
	t.repeat(u)
	readers := s.readers
	s.mu.Unlock()
	for _, r := range readers {
		r.notify()
	}
	return nil
}

// prepare packs the unit and gives it its numbers on the track.
func (t *trackState) prepare(u *Unit) error {
	if t.Kind == packet.H264 || t.Kind == packet.H265 {
		t.completeParams(u)
	}
	var err error
	u.Packets, err = packet.Pack(t.Kind, u.Data, MaxPayload)
	if err != nil {
		t.stats.Malformed++
		return err
	}
	u.Ordinal = t.ordinal
	t.ordinal++
	u.Disposable = packet.IsDisposable(t.Kind, u.Data)
	u.Seq = t.seq
	t.seq += uint16(u.Packets.Len())
	u.Stamp = uint32(u.PTS) + t.offset
	t.count(u)
	return nil
}

// repeat gives a unit the one before it, and keeps it for the next.
func (t *trackState) repeat(u *Unit) {
	if t.Kind != packet.Opus {
		return
	}
	if t.before.Data != nil {
		u.Before = Before{t.before.Index, u.Stamp - t.before.Ticks, t.before.Data}
	}
	t.before = Before{u.Index, u.Stamp, u.Packets.At(0)}
}

// completeParams learns parameter sets that travel in band and puts them
// before a keyframe that comes without: a decoder that starts there needs them.
func (t *trackState) completeParams(u *Unit) {
	found := packet.FindParamSets(t.Kind, u.Data)
	if found.SPS != nil || found.PPS != nil || found.VPS != nil {
		t.learn(found)
	}
	if !u.Keyframe || found.Complete(t.Kind) || !t.params.Complete(t.Kind) {
		return
	}
	data := make([][]byte, 0, len(u.Data)+3)
	if t.Kind == packet.H265 {
		data = append(data, t.params.VPS)
	}
	data = append(data, t.params.SPS, t.params.PPS)
	for _, nalu := range u.Data {
		if !packet.IsParamSet(t.Kind, nalu) {
			data = append(data, nalu)
		}
	}
	u.Data = data
}

// learn keeps the newest parameter set of each kind, and reads the picture's
// size from a new SPS.
func (t *trackState) learn(p packet.ParamSets) {
	if p.VPS != nil {
		t.params.VPS = p.VPS
	}
	if p.PPS != nil {
		t.params.PPS = p.PPS
	}
	if p.SPS == nil || (string(p.SPS) == string(t.params.SPS) && t.stats.Video.Width != 0) {
		return
	}
	t.params.SPS = p.SPS
	if info, err := packet.ParseSPS(t.Kind, p.SPS); err == nil {
		t.stats.Video = info
	}
}

func (t *trackState) count(u *Unit) {
	t.stats.Units++
	t.stats.LastUnit = u.Arrived
	if u.Damaged {
		t.stats.Damaged++
	}
	t.meter.add(u.Size(), u.Arrived)
	if !t.Kind.Video() {
		return
	}
	if u.PTS < t.maxPTS && !u.Keyframe {
		t.stats.Video.Reorder = true
	}
	t.maxPTS = max(t.maxPTS, u.PTS)
	if u.Keyframe {
		t.stats.Keyframes++
		if !t.lastKey.IsZero() {
			t.stats.KeyframeInterval = u.Arrived.Sub(t.lastKey)
		}
		t.lastKey = u.Arrived
	}
}

func (t *trackState) snapshot(now time.Time) TrackStats {
	st := t.stats
	st.Track = t.Track
	st.Track.Params = t.params
	st.Jitter = t.jitter.value
	if now.Sub(st.LastUnit) < 3*time.Second {
		st.BitRate, st.FrameRate = t.meter.bitRate, t.meter.frameRate
	}
	return st
}
