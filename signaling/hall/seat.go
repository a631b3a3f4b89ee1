package hall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"avhub/media/party"
	"avhub/media/webrtc"
	"avhub/rooms"
	"avhub/rooms/chamber"
	"avhub/rooms/office"
)

// Limits of one connection.
const (
	perSecond  = 30
	atOnce     = 120
	floodAfter = 300 // messages in one second
	outbox     = 256 // messages that a client has not read
	pingEvery  = 10 * time.Second
	pongWithin = 25 * time.Second
	writeLimit = 5 * time.Second
)

// seat is one person's WebSocket.
type seat struct {
	room   *Room
	key    string // id of the participant, or of a hidden inspector's connection
	who    office.Attendee
	caller office.Caller
	conn   *websocket.Conn
	out    chan []byte
	ctx    context.Context
	stop   context.CancelFunc
	once   sync.Once
	reason string // of the goodbye

	mu                        sync.Mutex
	room0, hearing0, streams0 []byte // as they were last told
}

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
	s := &seat{room: c.room, key: c.key, who: c.who, caller: c.caller, conn: conn, out: make(chan []byte, outbox)}
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

// bye ends the connection with a word.
func (s *seat) bye(reason string) {
	s.once.Do(func() {
		s.reason = reason
		s.stop()
	})
}

// send hands over a message. A client that does not read is closed.
func (s *seat) send(n news) { s.post(encoded(n)) }

func (s *seat) post(data []byte) {
	select {
	case s.out <- data:
	default:
		s.bye("slow")
	}
}

// write is the writer's goroutine.
func (s *seat) write() {
	defer func() { _ = s.conn.Close() }()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	put := func(data []byte) bool {
		_ = s.conn.SetWriteDeadline(time.Now().Add(writeLimit))
		return s.conn.WriteMessage(websocket.TextMessage, data) == nil
	}
	alive := encoded(news{Type: "keepalive"})
	for {
		select {
		case data := <-s.out:
			if !put(data) {
				s.bye("")
				return
			}
		case <-ping.C:
			if s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeLimit)) != nil || !put(alive) {
				s.bye("")
				return
			}
		case <-s.ctx.Done():
			s.bye(byeRestart) // unless it had a reason
			for len(s.out) > 0 {
				if !put(<-s.out) {
					return
				}
			}
			if s.reason != "" {
				put(encoded(news{Type: "bye", Reason: s.reason}))
			}
			_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closeCode(s.reason), s.reason), time.Now().Add(time.Second))
			return
		}
	}
}

func closeCode(reason string) int {
	switch reason {
	case byeRestart:
		return websocket.CloseServiceRestart
	case byeTooFast, "slow", byeLogged:
		return websocket.ClosePolicyViolation
	}
	return websocket.CloseNormalClosure
}

// read takes the client's messages until the connection ends.
func (s *seat) read() {
	s.conn.SetReadLimit(MaxMessage)
	alive := func() { _ = s.conn.SetReadDeadline(time.Now().Add(pongWithin)) }
	alive()
	s.conn.SetPongHandler(func(string) error { alive(); return nil })
	limit := rate.NewLimiter(perSecond, atOnce)
	second, count := time.Time{}, 0
	for {
		kind, data, err := s.conn.ReadMessage()
		if err != nil || s.ctx.Err() != nil {
			return
		}
		now := time.Now()
		alive()
		if now.Sub(second) >= time.Second {
			second, count = now, 0
		}
		if count++; count > floodAfter {
			s.bye(byeTooFast)
			return
		}
		if kind != websocket.TextMessage {
			s.refuse(request{}, "bad_message", "messages are JSON in text frames")
			continue
		}
		if !limit.AllowN(now, 1) {
			var r request
			_ = json.Unmarshal(data, &r) // for its number, if it has one
			s.refuse(request{Ref: r.Ref}, byeTooFast, "too many messages: wait a moment")
			continue
		}
		s.take(data)
	}
}

// take does what a message asks for.
func (s *seat) take(data []byte) {
	r, err := parse(data)
	if err != nil {
		s.refuse(request{Ref: r.Ref}, "bad_message", err.Error())
		return
	}
	switch {
	case r.Type == "here":
	case r.Type == "command" && r.Command != nil:
		s.command(r)
	case r.Type == "order" && r.Order != nil:
		if _, err := s.room.hall.o.Office.Command(s.ctx, s.caller, s.room.hearing, *r.Order); err != nil {
			s.refuseError(r, string(r.Order.Kind), err)
			return
		}
		s.done(r)
	case r.Type == "offer":
		s.offer(r)
	case r.Type == "quality":
		if m, err := s.room.party.Member(s.key); err == nil {
			m.Want(r.wishes())
		}
		s.done(r)
	default:
		s.refuse(r, "bad_message", "there is no such message, or it lacks what it should bring")
	}
}

func (s *seat) done(r request) {
	s.room.reread()
	s.send(news{Type: "done", Ref: r.Ref})
}

func (s *seat) refuse(r request, code, detail string) {
	s.send(news{Type: "refused", Ref: r.Ref, Code: code, Detail: detail})
}

// refuseError says an error of the rules, or of the policy.
func (s *seat) refuseError(r request, kind string, err error) {
	n := news{Type: "refused", Ref: r.Ref, Kind: kind, Code: "failed", Detail: err.Error()}
	var refusal *chamber.Refusal
	var denied *office.Denied
	var state rooms.StateError
	var authority rooms.AuthorityError
	var stale rooms.StaleError
	switch {
	case errors.As(err, &refusal):
		n.Code, n.Detail = string(refusal.Code), refusal.What
	case errors.As(err, &denied), errors.As(err, &authority):
		n.Code = string(chamber.CodePower)
	case errors.As(err, &state):
		n.Code = string(chamber.CodeState)
	case errors.As(err, &stale):
		n.Code = "stale"
	case len(rooms.FieldErrors(err)) > 0:
		n.Code = string(chamber.CodeField)
	}
	s.send(n)
}

func (s *seat) command(r request) {
	if r.Command.Kind == chamber.Enter || r.Command.Kind == chamber.Leave {
		s.refuse(r, string(chamber.CodeUnknown), "coming and going is by the connection itself")
		return
	}
	if _, err := s.room.hall.o.Office.InChamber(s.ctx, s.caller, s.room.hearing, s.who, *r.Command); err != nil {
		s.refuseError(r, string(r.Command.Kind), err)
		return
	}
	s.done(r)
}

// offer negotiates sound and pictures.
func (s *seat) offer(r request) {
	state := s.room.now.Load()
	if !s.room.sees(state, s.key) {
		s.refuse(r, string(chamber.CodeState), "come into the room first")
		return
	}
	m, err := s.room.party.Member(s.key)
	if err != nil {
		s.refuse(r, "closed", "the room is closed")
		return
	}
	may := !s.who.Hidden && s.who.Part.Has(rooms.PowerSpeak)
	if !may {
		r.Sends = nil
	}
	sends := r.sends()
	if !s.who.Part.Has(rooms.PowerShare) {
		for mid, role := range sends {
			if role == party.RoleScreen || role == party.RoleScreenSound {
				delete(sends, mid)
			}
		}
	}
	answer, err := m.Offer(r.SDP, sends, r.wishes(), may)
	switch {
	case errors.Is(err, webrtc.ErrBusy):
		s.refuse(r, "busy", err.Error())
	case errors.Is(err, webrtc.ErrNoCodec):
		s.refuse(r, "no_codec", "offer H.264 or VP8, and Opus")
	case err != nil:
		s.refuse(r, "bad_sdp", err.Error())
	default:
		s.send(news{Type: "answer", Ref: r.Ref, SDP: answer})
		s.room.stir()
	}
}

// welcome is the first message.
func (s *seat) welcome(ice []webrtc.ICEServer) {
	state := s.room.now.Load()
	if err := s.room.read(s.ctx); err == nil {
		state = s.room.now.Load()
	}
	n := news{Type: "welcome", You: s.who.Person, Hidden: s.who.Hidden, Kind: chamber.RulesOf(state.facts.Kind)}
	n.ICEServers = ice
	view, head, streams := s.view(state)
	n.Room, n.Hearing, n.Streams = &view, &head, &streams
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remember(view, head, streams)
	s.send(n)
}

// view is all that the person may know.
func (s *seat) view(state *state) (chamber.View, Hearing, []Stream) {
	head := state.head
	head.Offers = []rooms.Offer{}
	if !s.who.Hidden && s.caller.Principal.Guest == nil {
		head.Offers = slices.DeleteFunc(state.hearing.Offers(s.caller.Principal.User), func(o rooms.Offer) bool { return !s.who.Part.Has(rooms.PowerAdmit) })
	}
	return state.room.For(state.facts, s.who.Person, s.who.Part, s.room.hall.o.Now()), head, s.room.streams(s.key)
}

// remember notes what was told, and says what of it is new. s.mu is held.
func (s *seat) remember(view chamber.View, head Hearing, streams []Stream) (room, hearing, list bool) {
	view.Now = time.Time{}
	a, b, c := encoded(view), encoded(head), encoded(streams)
	room, hearing, list = !bytes.Equal(a, s.room0), !bytes.Equal(b, s.hearing0), !bytes.Equal(c, s.streams0)
	s.room0, s.hearing0, s.streams0 = a, b, c
	return room, hearing, list
}

// update tells what is new. The room's goroutine calls it.
func (s *seat) update() {
	state := s.room.now.Load()
	view, head, streams := s.view(state)
	s.mu.Lock()
	if s.room0 == nil {
		s.mu.Unlock()
		return // not welcomed yet
	}
	room, hearing, list := s.remember(view, head, streams)
	s.mu.Unlock()
	if hearing {
		s.send(news{Type: "hearing", Hearing: &head})
	}
	if room {
		s.send(news{Type: "room", Room: &view})
	}
	if list {
		s.send(news{Type: "streams", Streams: &streams})
	}
	if m, err := s.room.party.Member(s.key); err == nil {
		if layers, changed := m.Layers(); changed {
			s.send(news{Type: "layers", Layers: layers})
		}
	}
	if p, ok := state.room.Person(s.key); ok && p.Place == chamber.Removed {
		s.bye(byeRemoved)
	}
}
