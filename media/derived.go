package media

import "time"

// Derived is how the hub writes a track that it makes itself from another.
type Derived struct {
	stream *Stream
	track  int
	gen    int
}

// Track is the derived track's index in the stream.
func (d *Derived) Track() int { return d.track }

// Write publishes one frame. pts is on the hub's timeline in ticks of the
// derived track's clock, utc the capture time of what it was made from. It
// returns ErrClosed once the stream has other tracks or is closed.
func (d *Derived) Write(data [][]byte, keyframe bool, pts int64, utc time.Time) error {
	return d.stream.publish(&Unit{
		Track: d.track, Data: data, Keyframe: keyframe,
		PTS: pts, UTC: utc, Arrived: time.Now(),
	}, d.gen)
}
