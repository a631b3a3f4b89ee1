package signaling

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"avhub/rooms"
	"avhub/rooms/office"
)

// Event is one change, as it goes out on GET /api/v1/events.
type Event struct {
	ID     uint64    `json:"id"`
	Time   time.Time `json:"time"`
	Type   string    `json:"type"`
	Object string    `json:"object"`
	Data   any       `json:"data"`
}

// Types of events.
const (
	SourceAdded   = "source.added"
	SourceChanged = "source.changed"
	SourceRemoved = "source.removed"
	// HubResync says that events between are gone: read the lists again.
	HubResync = "hub.resync"
)

// eventsKept is how far back a client can resume.
const eventsKept = 1024

// about is what an event tells of, for the policy: an event goes to those who
// may know of its object.
type about struct {
	action rooms.Action
	object rooms.Object
	// facts of a source, which the policy's object is made of at the moment of
	// asking; nil: object is it.
	facts *office.Facts
}

// kept is an event on its way.
type keptEvent struct {
	Event
	about about
}

// Events keeps the last events and hands them to whoever follows. Ids start at
// a number made from the clock, so that a client that resumes after a restart
// of the hub is told to read anew and not given other events under its number.
type Events struct {
	mu    sync.Mutex
	kept  []keptEvent
	first uint64 // id of kept[0]
	next  uint64
	wake  chan struct{} // closed and replaced at each event
}

// NewEvents makes an empty bus.
func NewEvents(now time.Time) *Events {
	start := uint64(now.UnixMilli()) * 1000
	return &Events{first: start, next: start, wake: make(chan struct{})}
}

// Publish makes an event known to those who may do the action to the object.
func (e *Events) Publish(kind string, action rooms.Action, object rooms.Object, data any, now time.Time) {
	e.publish(kind, about{action: action, object: object}, data, now)
}

// HearingChanged makes known that a hearing has changed: it is the office's Changed
// option.
func (e *Events) HearingChanged(kind string, hearing rooms.Object, data any) {
	e.Publish(kind, rooms.SeeHearing, hearing, data, time.Now())
}

// publishSource makes an event of a source known.
func (e *Events) publishSource(kind, id string, facts *office.Facts, data any, now time.Time) {
	e.publish(kind, about{action: rooms.SeeStatus, object: rooms.Object{Kind: rooms.SourceObject, ID: id}, facts: facts}, data, now)
}

func (e *Events) publish(kind string, about about, data any, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = append(e.kept, keptEvent{Event{e.next, now.UTC(), kind, about.object.ID, data}, about})
	e.next++
	if len(e.kept) > eventsKept {
		e.kept = append([]keptEvent(nil), e.kept[1:]...)
		e.first++
	}
	close(e.wake)
	e.wake = make(chan struct{})
}

// since returns the events from id on. resync says that some before are gone.
func (e *Events) since(id uint64) (events []keptEvent, next uint64, resync bool, wake <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id < e.first || id > e.next {
		return nil, e.next, true, e.wake
	}
	return e.kept[id-e.first:], e.next, false, e.wake
}

// head is the id of the next event.
func (e *Events) head() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.next
}

// Times of the event stream.
const (
	eventWrite = 10 * time.Second
	eventPing  = 20 * time.Second
	eventPong  = 50 * time.Second
)

var upgrader = websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 4096}

// serveEvents follows the bus over a WebSocket. Only a page of the hub itself
// may open it: the upgrader compares Origin and Host.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	caller := callerOf(r.Context())
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	stream := streamOf(caller)
	done, err := s.o.Office.Attend(r.Context(), caller, stream.action, stream.object.Kind, stream.object.ID, cancel)
	if err != nil {
		s.refuse(w, r, officeProblem(err))
		return
	}
	defer done()
	from := s.events.head()
	if after := r.URL.Query().Get("after"); after != "" {
		id, err := strconv.ParseUint(after, 10, 64)
		if err != nil {
			problem(http.StatusBadRequest, "bad_after", "after is the id of the last event seen").write(w)
			return
		}
		from = id + 1
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer func() { _ = conn.Close() }()
	var reader sync.WaitGroup
	reader.Go(func() { defer cancel(); drain(conn) })
	defer reader.Wait()
	defer func() { _ = conn.Close() }()
	s.follow(ctx, conn, caller, stream, from)
}

// streamOf is what following events is about: the hub, or for who came by a join
// link their hearing, of which alone they are told.
func streamOf(caller office.Caller) about {
	if g := caller.Principal.Guest; g != nil {
		return about{action: rooms.SeeHearing, object: rooms.Object{Kind: rooms.HearingObject, ID: g.Hearing}}
	}
	return about{action: rooms.SeeHub, object: rooms.Object{Kind: rooms.HubObject}}
}

// drain reads what the client sends (nothing is expected) to see pongs and the close.
func drain(conn *websocket.Conn) {
	conn.SetReadLimit(4096)
	_ = conn.SetReadDeadline(time.Now().Add(eventPong))
	conn.SetPongHandler(func(string) error { return conn.SetReadDeadline(time.Now().Add(eventPong)) })
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
	}
}

func (s *Server) follow(ctx context.Context, conn *websocket.Conn, caller office.Caller, stream about, from uint64) {
	ping := time.NewTicker(eventPing)
	defer ping.Stop()
	for {
		events, next, resync, wake := s.events.since(from)
		if resync {
			events = []keptEvent{{Event{next - 1, time.Now().UTC(), HubResync, "", nil}, stream}}
		}
		for _, e := range events {
			if !s.o.Office.Sees(ctx, caller, e.about.action, e.about.object, e.about.facts) {
				continue
			}
			if src, ok := e.Data.(Source); ok {
				e.Data = s.shown(ctx, caller, src)
			}
			_ = conn.SetWriteDeadline(time.Now().Add(eventWrite))
			if conn.WriteJSON(e.Event) != nil {
				return
			}
		}
		from = next
		select {
		case <-wake:
		case <-ping.C:
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(eventWrite)) != nil {
				return
			}
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseServiceRestart, "the hub is stopping: connect again")
			if s.ctx.Err() == nil {
				bye = websocket.FormatCloseMessage(websocket.ClosePolicyViolation, "the log-in has ended")
			}
			_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return
		}
	}
}
