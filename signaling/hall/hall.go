package hall

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/loudspeaker"
	"avhub/media/party"
	"avhub/media/relay"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
	"avhub/rooms"
	"avhub/rooms/office"
)

// Camera is a source that takes part in a hearing: it stands in its place, or is a terminal
// elsewhere.
type Camera struct {
	ID, Name string
	Status   media.Status
	Tracks   []media.TrackStats
	Here     bool // it stands in the hearing's place
	Speaks   bool // its loudspeaker is to say what the room says
}

// Options of a hall.
type Options struct {
	Office     *office.Office
	WebRTC     *webrtc.Server
	Relay      *relay.Relay
	Transcoder *transcode.Transcoder
	// Line finds what a camera sends.
	Line func(id string, q sources.Quality) (*sources.Line, error)
	// Cameras are the sources of a place, and those of the ids that are also named.
	Cameras func(site string, also []string) []Camera
	// Talk opens the way to a source's loudspeaker for a holder, as rtsp.Desk.Open does; nil:
	// no loudspeaker is reached.
	Talk func(ctx context.Context, source, holder string) (loudspeaker.Talk, error)
	// Stirred is called when something may have to be recorded that was not there before.
	// It must not wait.
	Stirred func()
	Now     func() time.Time
	Log     *slog.Logger
}

// Hall keeps the rooms.
type Hall struct {
	o Options

	mu     sync.Mutex
	rooms  map[string]*Room
	closed bool
	ctx    context.Context
	stop   context.CancelFunc
	wg     sync.WaitGroup
}

// New opens the hall.
func New(o Options) *Hall {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Stirred == nil {
		o.Stirred = func() {}
	}
	h := &Hall{o: o, rooms: map[string]*Room{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// HearingChanged tells the hall that a hearing is another now. It does not wait; there may be none
// yet.
func (h *Hall) HearingChanged(id string) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[id]; r != nil {
		r.reread()
	}
}

// CamerasChanged tells the hall that cameras came or went. It does not wait; there may be
// none yet.
func (h *Hall) CamerasChanged() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		r.reread()
	}
}

// open finds the room of a hearing, or opens it, for somebody who is about to come: it is
// kept for them for a moment. key is empty where nobody comes.
func (h *Hall) open(ctx context.Context, hearing, key string) (*Room, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, party.ErrClosed
	}
	if r := h.rooms[hearing]; r != nil {
		r.expect(key)
		return r, nil
	}
	// Whoever the store says is here was so before the hub began: they come anew.
	if err := h.o.Office.ScatterChamber(ctx, hearing); err != nil {
		return nil, err
	}
	r, err := newRoom(ctx, h, hearing)
	if err != nil {
		return nil, err
	}
	r.expect(key)
	h.rooms[hearing] = r
	h.wg.Go(func() { r.run(h.ctx) })
	return r, nil
}

// leave closes a room that nobody is in and nothing is recorded of.
func (h *Hall) leave(r *Room) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || r.occupied() {
		return false
	}
	delete(h.rooms, r.hearing)
	return true
}

// Recorded are what participants of a hearing send, for the recorder: those who have sent
// something, and those whom it asks for by id, as after a restart. An error says that it
// cannot be told now: the database is away, or the hall is closing.
func (h *Hall) Recorded(hearing rooms.Hearing, known []string) ([]*Sent, error) {
	if hearing.State.Over() || !hearing.State.Begun() {
		return nil, nil
	}
	r, err := h.open(h.ctx, hearing.ID, "")
	if err != nil {
		return nil, fmt.Errorf("the room of hearing %s: %w", hearing.ID, err)
	}
	return r.recorded(known), nil
}

// Rooms counts rooms and the people who are connected to them; there may be no hall.
func (h *Hall) Rooms() (open, people int) {
	if h == nil {
		return 0, 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		people += r.count()
	}
	return len(h.rooms), people
}

// Sound sums up what is mixed in all rooms; there may be no hall.
func (h *Hall) Sound() (all Sound) {
	all.Loudspeakers = map[loudspeaker.State]int{}
	if h == nil {
		return all
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		r.sound.add(&all)
	}
	return all
}

// Close tells everybody that the hub stops, and ends all.
func (h *Hall) Close() error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.stop()
	h.wg.Wait()
	return nil
}
