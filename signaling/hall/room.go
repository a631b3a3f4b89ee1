package hall

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"avhub/media"
	"avhub/media/party"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

// GraceFor is how long somebody whose WebSocket has gone keeps their place, and goes on
// being seen and heard: a network that changes takes a moment.
const GraceFor = 5 * time.Second

// lookEvery is how often a room looks whether something has changed that nobody told of.
const lookEvery = time.Second

// state is a room as it was last read.
type state struct {
	room    *chamber.Chamber
	hearing rooms.Hearing
	facts   chamber.Facts
	cameras []Camera
	devices map[string]device // terminals that are sources, by source
	head    Hearing           // without offers
}

// Room is a hearing's room that somebody is in.
type Room struct {
	hall    *Hall
	hearing string
	party   *party.Party
	wake    chan struct{}
	dirty   atomic.Bool // what is kept may have changed
	now     atomic.Pointer[state]
	sound   *sound

	mu     sync.Mutex
	seats  map[string]*seat     // by key
	absent map[string]time.Time // whose WebSocket has gone, since when
}

func newRoom(ctx context.Context, h *Hall, hearing string) (*Room, error) {
	r := &Room{hall: h, hearing: hearing, wake: make(chan struct{}, 1), seats: map[string]*seat{}, absent: map[string]time.Time{}}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	r.sound = newSound(r)
	r.party = party.New(party.Options{
		WebRTC: h.o.WebRTC, Relay: h.o.Relay, Transcoder: h.o.Transcoder, Line: h.o.Line, Log: h.o.Log,
		Allow: r.allow, Changed: r.stir, Speaking: r.speaking, Mix: func(member string) (*media.Stream, func(), error) { return r.sound.mix(member) },
	})
	r.silence()
	return r, nil
}

// reread has the room read what is kept, and do and tell what it says. It does not wait.
func (r *Room) reread() {
	r.dirty.Store(true)
	r.stir()
}

// stir has the room look at what goes on. It does not wait.
func (r *Room) stir() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// read takes in what is kept.
func (r *Room) read(ctx context.Context) error {
	room, h, err := r.hall.o.Office.Chamber(ctx, r.hearing)
	if err != nil {
		return err
	}
	s := &state{room: room, hearing: h, facts: chamber.FactsOf(h)}
	if err := r.terminals(ctx, s); err != nil {
		return err
	}
	s.head = Hearing{ID: h.ID, Kind: h.Kind, State: h.State, Title: h.Title, Public: h.Public, Recording: h.Recording, Version: h.Version}
	s.head.Number, s.head.Court = r.hall.o.Office.NamesOf(ctx, h)
	r.now.Store(s)
	return nil
}

// run is the room's one goroutine.
func (r *Room) run(ctx context.Context) {
	defer r.end()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-tick.C:
			r.dirty.Store(true)
		}
		if r.dirty.Swap(false) && r.read(ctx) != nil {
			continue // the database is away: all goes on as it is, until the next look
		}
		r.expire(ctx)
		if r.attend(ctx) {
			_ = r.read(ctx) // else the next look does
		}
		r.obey()
		r.tell()
		if r.now.Load().facts.State.Over() {
			r.dismiss(byeClosed)
		}
		if r.hall.leave(r) {
			return
		}
	}
}

// end closes everything of the room.
func (r *Room) end() {
	r.dismiss(byeRestart)
	r.sound.close()
	r.party.Close()
}

// dismiss sends everybody away.
func (r *Room) dismiss(reason string) {
	for _, s := range r.all() {
		s.bye(reason)
	}
}

// obey does to the media what the rules say.
func (r *Room) obey() {
	s := r.now.Load()
	r.silence()
	for _, p := range s.room.People {
		if p.Place != chamber.Inside {
			if m := r.member(p.ID); m != nil {
				m.Hang()
			}
		}
	}
	r.party.Recheck()
	r.sound.follow(s)
	r.courtroom(s)
	r.hall.o.Stirred()
}

// silence keeps out the sound of whoever is not to be heard.
func (r *Room) silence() {
	silent := map[string]bool{}
	for _, p := range r.now.Load().room.People {
		silent[p.ID] = !p.Heard()
	}
	r.party.Silence(silent)
}

// member finds somebody's place in the media, if they ever had one.
func (r *Room) member(id string) *party.Member {
	m, err := r.party.Member(id)
	if err != nil {
		return nil
	}
	return m
}

// allow tells whether somebody may receive a stream now.
func (r *Room) allow(member, stream string, picture bool) bool {
	s := r.now.Load()
	if !r.sees(s, member) {
		return false
	}
	if stream == party.MixID {
		return !picture
	}
	if c, ok := s.camera(stream); ok {
		own := s.devices[c.ID].Person == member // a browser beside a device is its loudspeaker
		return !own && s.cameraSeen(c) && (picture || s.cameraHeard(c))
	}
	person := strings.TrimSuffix(stream, "-screen")
	if person == member {
		return false // nobody looks at themselves over the hub
	}
	p, ok := s.room.Person(person)
	return ok && p.Seen()
}

// sees tells whether somebody sees and hears the room.
func (r *Room) sees(s *state, member string) bool {
	if p, ok := s.room.Person(member); ok {
		return p.Sees()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.seats[member]
	return x != nil && x.who.Hidden && s.facts.State.Valid() && !s.facts.State.Over()
}

// expire takes note of those whose connection has been gone for too long.
func (r *Room) expire(ctx context.Context) {
	r.mu.Lock()
	var gone []string
	for id, since := range r.absent {
		if time.Since(since) >= GraceFor {
			gone = append(gone, id)
			delete(r.absent, id)
		}
	}
	r.mu.Unlock()
	for _, id := range gone {
		if m := r.member(id); m != nil {
			m.Hang()
		}
		p, ok := r.now.Load().room.Person(id)
		if !ok || !p.Here {
			continue
		}
		by := chamber.Actor{Person: p.ID, Name: p.Name, Part: p.Part}
		if err := r.hall.o.Office.LeaveChamber(ctx, r.hearing, by); err != nil {
			r.hall.o.Log.Warn("room: somebody who has gone is still listed", "hearing", r.hearing, "err", err)
		}
	}
	if len(gone) > 0 {
		_ = r.read(ctx) // else the next look does
	}
}

// tell tells every seat what is new to it.
func (r *Room) tell() {
	for _, s := range r.all() {
		s.update()
	}
}

func (r *Room) all() []*seat {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Values(r.seats))
}

func (r *Room) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seats)
}

// occupied tells whether the room is needed: somebody is in it, or the hearing is under way.
func (r *Room) occupied() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := r.now.Load().facts.State
	return len(r.seats) > 0 || len(r.absent) > 0 || st.Begun() && !st.Over()
}

// speaking tells who speaks.
func (r *Room) speaking(people []string) {
	state := r.now.Load()
	for _, s := range r.all() {
		if r.sees(state, s.key) {
			heard := slices.DeleteFunc(slices.Clone(people), func(id string) bool { return id != s.key && !r.allow(s.key, id, false) })
			for i, id := range heard {
				if c, ok := state.camera(id); ok && !c.Here {
					heard[i] = state.devices[id].Person
				}
			}
			s.send(news{Type: "speaking", People: &heard})
		}
	}
}

func encoded(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("hall: " + err.Error()) // plain data
	}
	return data
}
