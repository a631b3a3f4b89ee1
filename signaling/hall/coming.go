package hall

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"avhub/media/webrtc"
	"avhub/rooms/chamber"
	"avhub/rooms/office"
)

// ErrElsewhere says that the person is in the room already.
var ErrElsewhere = errors.New("the same person is in the room already, in another window or on another device")

// Enter prepares somebody's coming, before the connection is upgraded: it finds out who
// they are, and lets the rules refuse them.
func (h *Hall) Enter(ctx context.Context, c office.Caller, hearing string, takeOver bool) (*Coming, error) {
	who, err := h.o.Office.Attendee(ctx, c, hearing)
	if err != nil {
		return nil, err
	}
	key := who.Person
	if who.Hidden {
		key = "inspector-" + who.Person
	}
	r, err := h.open(ctx, hearing, key)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	old := r.seats[key]
	r.mu.Unlock()
	if old != nil && !takeOver {
		return nil, ErrElsewhere
	}
	if !who.Hidden {
		if _, err := h.o.Office.InChamber(ctx, c, hearing, who, chamber.Command{Kind: chamber.Enter}); err != nil {
			return nil, err
		}
	}
	if old != nil {
		old.bye(byeTaken)
	}
	return &Coming{room: r, who: who, key: key, caller: c}, nil
}

// Coming is somebody who was let in and is not connected yet.
type Coming struct {
	room   *Room
	who    office.Attendee
	key    string
	caller office.Caller
}

// Serve serves the person's connection until it ends, and returns then. ice are the
// servers that their browser may reach the hub by.
func (c *Coming) Serve(conn *websocket.Conn, ice []webrtc.ICEServer) {
	s := &seat{room: c.room, key: c.key, who: c.who, caller: c.caller, conn: conn, out: make(chan []byte, outbox), since: time.Now()}
	s.ctx, s.stop = context.WithCancel(c.room.hall.ctx)
	c.room.sit(s)
	var writer sync.WaitGroup
	writer.Go(s.write)
	s.welcome(ice)
	c.room.reread()
	s.read()
	s.bye("")
	writer.Wait()
	c.room.rise(s)
}

// End ends the connection because the log-in has ended. It does not wait.
func (c *Coming) End() {
	c.room.mu.Lock()
	s := c.room.seats[c.key]
	c.room.mu.Unlock()
	if s != nil {
		s.bye(byeLogged)
	}
}

// expect keeps a place for somebody who is about to come.
func (r *Room) expect(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key != "" && r.seats[key] == nil {
		r.absent[key] = time.Now()
	}
}

func (r *Room) sit(s *seat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seats[s.key] = s
	delete(r.absent, s.key)
}

// rise takes a seat away; its person keeps their place for a moment.
func (r *Room) rise(s *seat) {
	r.mu.Lock()
	if r.seats[s.key] == s {
		delete(r.seats, s.key)
		r.absent[s.key] = time.Now()
		if s.reason == byeLogged || s.reason == byeRemoved || s.who.Hidden {
			r.absent[s.key] = time.Now().Add(-GraceFor) // at once
		}
	}
	r.mu.Unlock()
	r.stir()
}
