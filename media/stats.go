package media

import (
	"time"

	"avhub/media/packet"
)

// TrackStats is what has come in on one track since the stream was made.
type TrackStats struct {
	Track
	Packets, Bytes, Lost uint64 // RTP packets and their payload bytes; lost on the way in
	Malformed            uint64 // packets no unit could be made of
	Units, Keyframes     uint64
	Damaged              uint64        // units with a part missing
	Jitter               time.Duration // of arrival, RFC 3550 section 6.4.1
	BitRate              float64       // bit/s over the last seconds; 0 when nothing comes
	FrameRate            float64       // units/s, likewise
	KeyframeInterval     time.Duration // between the last two keyframes; 0 before
	Corrections          int           // times the hub's clock overruled the sender's
	ClockDeviation       float64       // 0.02: the sender's clock runs 2 % fast
	Video                packet.VideoInfo
	LastUnit             time.Time
}

// meter measures rates over windows of about a second.
type meter struct {
	start        time.Time
	bytes, units int
	bitRate      float64
	frameRate    float64
}

const meterWindow = time.Second

func (m *meter) add(bytes int, now time.Time) {
	if m.start.IsZero() {
		m.start = now
	}
	if d := now.Sub(m.start); d >= meterWindow {
		m.bitRate = smooth(m.bitRate, float64(m.bytes)*8/d.Seconds())
		m.frameRate = smooth(m.frameRate, float64(m.units)/d.Seconds())
		m.start, m.bytes, m.units = now, 0, 0
	}
	m.bytes += bytes
	m.units++
}

func smooth(old, now float64) float64 {
	if old == 0 {
		return now
	}
	return 0.6*old + 0.4*now
}

// jitter is the interarrival jitter of RFC 3550 section 6.4.1, fed once a unit.
type jitter struct {
	last  time.Duration // arrival minus media time
	known bool
	value time.Duration
}

func (j *jitter) add(transit time.Duration) {
	if j.known {
		d := transit - j.last
		j.value += (max(d, -d) - j.value) / 16
	}
	j.last, j.known = transit, true
}
