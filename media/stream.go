package media

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"avhub/media/packet"
)

// MaxTracks bounds the tracks of one stream, derived ones included.
const MaxTracks = 16

// Stream is one source's stream. It may be used from any goroutine.
type Stream struct {
	name  string
	epoch time.Time // of the hub's timeline

	mu      sync.Mutex
	tracks  []*trackState // the source's own, then derived ones
	own     int
	gen     int // rises when the tracks change
	ring    ring
	readers []*Reader // replaced, never changed in place
	feed    *Feed
	closed  bool
	changed chan struct{} // closed and replaced when tracks or feed change
}

// trackState is what the stream keeps of a track over reconnects.
type trackState struct {
	Track
	params  packet.ParamSets
	ssrc    uint32
	seq     uint16
	ordinal uint64 // of the next unit
	offset  uint32 // of RTP timestamps
	lastPTS int64
	maxPTS  int64
	before  Before // of the next unit; its ticks are a timestamp here

	stats   TrackStats
	meter   meter
	jitter  jitter
	lastKey time.Time
}

// NewStream makes an empty stream; name is for messages.
func NewStream(name string) *Stream {
	return &Stream{name: name, epoch: time.Now(), changed: make(chan struct{})}
}

// Name is the name it was made with.
func (s *Stream) Name() string { return s.name }

// Epoch is the zero of the hub's timeline for this stream.
func (s *Stream) Epoch() time.Time { return s.epoch }

// Tracks are the tracks that the source sends, then those the hub derives.
// It is empty until the first feed opens.
func (s *Stream) Tracks() []Track {
	s.mu.Lock()
	defer s.mu.Unlock()
	tracks := make([]Track, len(s.tracks))
	for i, t := range s.tracks {
		tracks[i] = t.Track
		tracks[i].Params = t.params
	}
	return tracks
}

// SSRC is the synchronization source of a track, the same for every reader
// and over reconnects.
func (s *Stream) SSRC(track int) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if track >= len(s.tracks) {
		return 0
	}
	return s.tracks[track].ssrc
}

// StampAt is the RTP timestamp that a unit of a track would have that was
// captured at t.
func (s *Stream) StampAt(track int, t time.Time) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if track >= len(s.tracks) {
		return 0
	}
	st := s.tracks[track]
	ticks := t.Sub(s.epoch).Seconds() * float64(st.ClockRate)
	return uint32(int64(ticks)) + st.offset
}

// Changed is closed at the next change of tracks or feed.
func (s *Stream) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Fed tells whether a source is writing into the stream.
func (s *Stream) Fed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.feed != nil
}

// Open lets a source write. Tracks like the last feed's keep readers attached;
// other tracks end them with ErrChanged. Only one feed can be open.
func (s *Stream) Open(tracks []Track) (*Feed, error) {
	if len(tracks) == 0 || len(tracks) > MaxTracks/2 {
		return nil, fmt.Errorf("stream %s: %d tracks: 1 to %d can be carried", s.name, len(tracks), MaxTracks/2)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, ErrClosed
	case s.feed != nil:
		return nil, fmt.Errorf("stream %s: %w", s.name, ErrFed)
	}
	if !s.sameTracks(tracks) {
		s.replaceTracks(tracks)
	}
	for i, t := range tracks {
		s.tracks[i].Track.Params = t.Params
		if t.Params.Complete(t.Kind) {
			s.tracks[i].learn(t.Params)
		}
	}
	s.feed = newFeed(s, tracks)
	s.announce()
	return s.feed, nil
}

func (s *Stream) sameTracks(tracks []Track) bool {
	own := make([]Track, s.own)
	for i := range own {
		own[i] = s.tracks[i].Track
	}
	return allCompatible(own, tracks)
}

func (s *Stream) replaceTracks(tracks []Track) {
	s.gen++
	for _, r := range s.readers {
		r.keepRest()
	}
	s.ring.clear()
	s.tracks = nil
	for _, t := range tracks {
		s.tracks = append(s.tracks, newTrackState(t))
	}
	s.own = len(tracks)
	for _, r := range s.readers {
		r.notify()
	}
	s.readers = nil
}

func newTrackState(t Track) *trackState {
	return &trackState{
		Track: t, params: t.Params,
		ssrc: rand.Uint32() | 1, seq: uint16(rand.Uint32N(1 << 15)), offset: rand.Uint32(),
		maxPTS: -1,
	}
}

// announce wakes those who wait on Changed. s.mu is held.
func (s *Stream) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Derive adds a track that the hub makes itself, or takes up the one of the
// same kind that was made before.
func (s *Stream) Derive(t Track) (*Derived, error) {
	t.Derived = true
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := s.own; i < len(s.tracks); i++ {
		if compatible(s.tracks[i].Track, t) {
			return &Derived{stream: s, track: i, gen: s.gen}, nil
		}
	}
	if s.closed || s.own == 0 || len(s.tracks) >= MaxTracks {
		return nil, fmt.Errorf("stream %s: no room for a derived %s track", s.name, t.Kind)
	}
	s.tracks = append(s.tracks, newTrackState(t))
	s.announce()
	return &Derived{stream: s, track: len(s.tracks) - 1, gen: s.gen}, nil
}

// Subscribe adds a reader.
func (s *Stream) Subscribe(o ReaderOptions) *Reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &Reader{stream: s, gen: s.gen, next: s.ring.head, wake: make(chan struct{}, 1), keeps: o.Rest}
	switch {
	case o.Derived:
		r.mask = 1<<MaxTracks - 1
	case o.Tracks == nil:
		r.mask = 1<<s.own - 1
	}
	for _, t := range o.Tracks {
		r.mask |= 1 << t
	}
	switch {
	case o.Oldest:
		r.next = s.ring.tail
	case o.FromKeyframe && s.ring.hasKey:
		r.next = s.ring.key
	}
	s.readers = append(slices.Clip(s.readers), r)
	return r
}

func (s *Stream) unsubscribe(r *Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.closed = true
	if i := slices.Index(s.readers, r); i >= 0 {
		s.readers = slices.Delete(slices.Clone(s.readers), i, i+1)
	}
	r.notify()
}

// Readers is the number of readers.
func (s *Stream) Readers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.readers)
}

// Find returns the unit of a track that holds the RTP sequence number, if the
// ring still has it: for retransmission.
func (s *Stream) Find(track int, seq uint16) *Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := s.ring.head; i > s.ring.tail; i-- {
		u := s.ring.at(i - 1)
		if u.Track == track && int(seq-u.Seq) < u.Packets.Len() {
			return u
		}
	}
	return nil
}

// LastKeyframe is the newest keyframe kept of any video track, or nil.
func (s *Stream) LastKeyframe() *Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ring.hasKey {
		return nil
	}
	return s.ring.at(s.ring.key)
}

// Close ends all readers. A feed that is open ends at its next packet.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	for _, r := range s.readers {
		r.notify()
	}
	s.readers = nil
	s.ring.clear()
	s.announce()
}

// Stats are the tracks' figures up to now.
func (s *Stream) Stats() []TrackStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]TrackStats, len(s.tracks))
	for i, t := range s.tracks {
		all[i] = t.snapshot(time.Now())
	}
	return all
}

// Sibling is an empty stream on the same timeline, for what the hub makes of
// this one.
func (s *Stream) Sibling(name string) *Stream {
	sibling := NewStream(name)
	sibling.epoch = s.epoch
	return sibling
}
