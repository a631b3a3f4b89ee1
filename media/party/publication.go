package party

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"avhub/media"
)

// Kind is what somebody sends.
type Kind string

// Kinds of publications.
const (
	Camera Kind = "camera" // with the microphone's sound
	Screen Kind = "screen" // with its sound
)

// Publication is what one person sends of one kind, for as long as the room lasts.
type Publication struct {
	ID     string // stable: the person's id, or that with "-screen"
	Person string
	Kind   Kind

	main, sub *media.Stream
	silent    atomic.Bool  // the person is not to be heard
	holds     atomic.Int32 // recordings
	expected  atomic.Bool  // something was sent before the hub's restart

	pictures standIn

	mu      sync.Mutex
	feeds   map[string]*media.Feed // by layer: "" and "h"
	tracks  map[string][]media.Track
	since   time.Time
	sending bool
	changed func()
}

// Layers.
const (
	whole = ""  // or rid f
	small = "h" // half the width or less
)

func newPublication(id, person string, kind Kind, changed func()) *Publication {
	main := media.NewStream(id)
	return &Publication{
		ID: id, Person: person, Kind: kind, main: main, sub: main.Sibling(id + "/sub"),
		feeds: map[string]*media.Feed{}, tracks: map[string][]media.Track{}, since: time.Now(), changed: changed,
	}
}

// Stream is what is sent, whole; it is there before anything is.
func (p *Publication) Stream() *media.Stream { return p.main }

// stream of a layer.
func (p *Publication) stream(layer string) *media.Stream {
	if layer == small {
		return p.sub
	}
	return p.main
}

// open makes a layer ready for packets of these tracks: as it is, if they are the same.
func (p *Publication) open(layer string, tracks []media.Track) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feeds[layer] != nil && sameKinds(p.tracks[layer], tracks) {
		return nil
	}
	if f := p.feeds[layer]; f != nil {
		f.Close()
	}
	f, err := p.stream(layer).Open(tracks)
	if err != nil {
		return err
	}
	p.feeds[layer], p.tracks[layer] = f, tracks
	if layer == whole {
		p.pictures.open(f, slices.IndexFunc(tracks, func(t media.Track) bool { return t.Kind.Video() }))
	}
	if !p.sending {
		p.sending, p.since = true, time.Now()
	}
	return nil
}

func sameKinds(a, b []media.Track) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Kind != b[i].Kind {
			return false
		}
	}
	return true
}

// packet takes one of a layer's track of a kind.
func (p *Publication) packet(layer string, video bool, q media.Packet) error {
	if !video && p.silent.Load() {
		return nil
	}
	p.mu.Lock()
	f, track := p.feeds[layer], -1
	for i, t := range p.tracks[layer] {
		if t.Kind.Video() == video {
			track = i
		}
	}
	p.mu.Unlock()
	if f == nil || track < 0 {
		return nil // it was not agreed on
	}
	var err error
	if video && layer == whole {
		err = p.pictures.takeWhole(q)
	} else {
		err = f.Packet(track, q)
	}
	if video && layer == small && !errors.Is(err, media.ErrClosed) {
		err = p.pictures.takeSmall(q)
	}
	if errors.Is(err, media.ErrClosed) {
		return err
	}
	return nil // what is malformed is counted by the stream
}

// rest ends the feeds: the person does not send any more. The streams stay.
func (p *Publication) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for layer, f := range p.feeds {
		f.Close()
		delete(p.feeds, layer)
	}
	if p.sending {
		p.sending, p.since = false, time.Now()
	}
}

func (p *Publication) close() {
	p.rest()
	p.main.Close()
	p.sub.Close()
}

// Hold keeps the whole picture coming, for a recorder (recorder.Source).
func (p *Publication) Hold() (*media.Stream, func()) {
	p.holds.Add(1)
	p.changed()
	return p.main, sync.OnceFunc(func() {
		p.holds.Add(-1)
		p.changed()
	})
}

// Status tells whether it is being sent (recorder.Source).
func (p *Publication) Status() media.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sending {
		return media.Status{State: media.Live, Since: p.since}
	}
	return media.Status{State: media.Offline, Since: p.since, Cause: &media.Cause{Code: media.CauseNoPublisher, Detail: "the participant sends nothing now"}}
}

// Begun tells whether something was ever sent, by this hub or before its restart.
func (p *Publication) Begun() bool { return p.expected.Load() || len(p.main.Tracks()) > 0 }

// Sending tells which tracks are being sent.
func (p *Publication) Sending() (picture, sound bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.sending {
		return false, false
	}
	for _, t := range p.tracks[whole] {
		if t.Kind.Video() {
			picture = true
		} else {
			sound = true
		}
	}
	return picture, sound
}
