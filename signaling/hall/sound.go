package hall

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"avhub/media"
	"avhub/media/loudspeaker"
	"avhub/media/mix"
	"avhub/media/party"
	"avhub/media/sources"
	"avhub/rooms"
)

// Sound is what is mixed in rooms.
type Sound struct {
	Voices, Mixes, Listeners int
	Loudspeakers             map[loudspeaker.State]int
}

// sound is a room's mix, and the loudspeakers that it comes out of. The room's goroutine
// changes it.
type sound struct {
	room *Room

	mu       sync.Mutex
	console  *mix.Console // made when it is first needed
	speakers *loudspeaker.Set
	takers   int               // of the mix as a stream
	voices   map[string]func() // lets go of the voice's stream
	live     map[string]bool   // cameras
}

func newSound(r *Room) *sound {
	return &sound{room: r, voices: map[string]func(){}, live: map[string]bool{}}
}

// open makes the mixer. x.mu is held.
func (x *sound) open() {
	if x.console != nil {
		return
	}
	r, o := x.room, x.room.hall.o
	x.console = mix.NewConsole(mix.Options{Name: r.hearing, Transcoder: o.Transcoder, Log: o.Log})
	x.speakers = loudspeaker.NewSet(loudspeaker.Options{
		Console: x.console, Changed: r.stir, Log: o.Log,
		Open: func(ctx context.Context, device string) (loudspeaker.Talk, error) {
			return o.Talk(ctx, device, r.holder())
		},
	})
}

// holder is what a room is called where somebody else asks who holds a loudspeaker.
func (r *Room) holder() string {
	head := r.now.Load().head
	return strings.TrimSpace(head.Number + " " + head.Title)
}

// follow makes the mix and the loudspeakers what the rules say: while the hearing goes on,
// everybody who is heard is in the mix, and each device that is in the room says it,
// without what the microphones beside it hear. When it returns, nobody is heard who is not
// to be, and no device says anything that is not to.
func (x *sound) follow(s *state) {
	x.mu.Lock()
	defer x.mu.Unlock()
	devices := x.devices(s)
	if x.console == nil && len(devices) == 0 {
		return
	}
	x.open()
	x.speakers.Keep(devices)
	wanted := map[string]bool{}
	if x.takers > 0 || slices.ContainsFunc(devices, func(d loudspeaker.Device) bool { st, _ := x.speakers.Status(d.ID); return st.State != loudspeaker.None }) {
		wanted = x.heard(s)
	}
	for id, release := range x.voices {
		if !wanted[id] {
			x.console.Remove(id)
			release()
			delete(x.voices, id)
		}
	}
	for id := range wanted {
		if x.voices[id] == nil {
			x.voices[id] = x.join(id)
		}
	}
	for _, c := range s.cameras {
		live := isLive(c.Status.State)
		if live && !x.live[c.ID] {
			x.speakers.Again(c.ID) // it may have been away
		}
		x.live[c.ID] = live
	}
}

func isLive(s media.State) bool { return s == media.Live || s == media.Degraded }

// devices are those whose loudspeakers are to say what the room says.
func (x *sound) devices(s *state) []loudspeaker.Device {
	if !s.facts.Runs() || x.room.hall.o.Talk == nil {
		return nil
	}
	var beside []string // microphones of one place hear its loudspeakers
	for _, c := range s.cameras {
		if c.Here {
			beside = append(beside, c.ID)
		}
	}
	var all []loudspeaker.Device
	for _, c := range s.cameras {
		if !c.Speaks || !s.deviceHears(c) || x.room.hasBrowser(s, c.ID) {
			continue
		}
		d := loudspeaker.Device{ID: c.ID, Without: []string{c.ID}}
		if c.Here {
			d.Without = beside
		}
		all = append(all, d)
	}
	return all
}

// deviceHears tells whether a device hears the room: one that stands in its place does, a
// terminal when it has been admitted.
func (s *state) deviceHears(c Camera) bool {
	if c.Here {
		return true
	}
	p, ok := s.room.Person(s.devices[c.ID].Person)
	return ok && p.Sees()
}

// heard are the streams that are in the mix.
func (x *sound) heard(s *state) map[string]bool {
	all := map[string]bool{}
	for _, q := range x.room.party.Publications() {
		p, ok := s.room.Person(q.Person)
		all[q.ID] = ok && (p.Heard() || q.Kind == party.Screen && p.Seen())
	}
	for _, c := range s.cameras {
		sends := slices.ContainsFunc(c.Tracks, func(t media.TrackStats) bool { return !t.Kind.Video() })
		all[c.ID] = sends && s.cameraHeard(c)
	}
	maps.DeleteFunc(all, func(_ string, yes bool) bool { return !yes })
	return all
}

// mix is all that the room says, as a stream, without what a person says themselves: the
// public and whoever else says nothing share one.
func (x *sound) mix(person string) (*media.Stream, func(), error) {
	s := x.room.now.Load()
	var own []string
	if p, ok := s.room.Person(person); ok && p.Part.Has(rooms.PowerSpeak) {
		own = []string{person, person + "-screen"}
		for source, d := range s.devices {
			if d.Person == person {
				own = []string{source}
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.open()
	stream, release, err := x.console.Opus(own...)
	if err != nil {
		return nil, nil, err
	}
	x.takers++
	x.room.stir()
	return stream, func() {
		release()
		x.mu.Lock()
		defer x.mu.Unlock()
		x.takers--
		x.room.stir()
	}, nil
}

// join lets a voice in, and returns what lets go of its stream.
func (x *sound) join(id string) func() {
	stream, release := (*media.Stream)(nil), func() {}
	if q := x.room.party.Publication(id); q != nil {
		stream = q.Stream()
	} else if line, err := x.room.hall.o.Line(id, sources.Main); err == nil {
		stream, release = line.Hold()
	} else {
		return release // it was removed just now: the next look is without it
	}
	if err := x.console.Add(id, stream); err != nil {
		x.room.hall.o.Log.Warn("room: a voice is not in the mix", "hearing", x.room.hearing, "voice", id, "err", err)
	}
	return release
}

// loudspeaker is how a device's is doing; nil: it is not to say anything.
func (x *sound) loudspeaker(s *state, id string) *Loudspeaker {
	if x.room.hasBrowser(s, id) {
		return &Loudspeaker{State: "browser", Since: s.devices[id].since}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.speakers == nil {
		return nil
	}
	st, ok := x.speakers.Status(id)
	if !ok {
		return nil
	}
	return &Loudspeaker{State: string(st.State), Since: st.Since.UTC(), Cause: string(st.Cause), Detail: st.Detail, Holder: st.Holder}
}

func (x *sound) add(to *Sound) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.console == nil {
		return
	}
	to.Voices += len(x.voices)
	to.Mixes += x.console.Mixes()
	to.Listeners += x.console.Listeners()
	for _, st := range x.speakers.States() {
		to.Loudspeakers[st]++
	}
}

// close ends it all: devices are free, streams let go of.
func (x *sound) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.console == nil {
		return
	}
	x.speakers.Close()
	x.console.Close()
	for _, release := range x.voices {
		release()
	}
	x.voices = map[string]func(){}
}
