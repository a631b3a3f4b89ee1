package signaling

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
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

// Events keeps the last events and hands them to whoever follows. Ids start at
// a number made from the clock, so that a client that resumes after a restart
// of the hub is told to read anew and not given other events under its number.
type Events struct {
	mu    sync.Mutex
	kept  []json.RawMessage
	first uint64 // id of kept[0]
	next  uint64
	wake  chan struct{} // closed and replaced at each event
}

// NewEvents makes an empty bus.
func NewEvents(now time.Time) *Events {
	start := uint64(now.UnixMilli()) * 1000
	return &Events{first: start, next: start, wake: make(chan struct{})}
}

// Publish makes an event known.
func (e *Events) Publish(kind, object string, data any, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	raw, err := json.Marshal(Event{e.next, now.UTC(), kind, object, data})
	if err != nil {
		raw, _ = json.Marshal(Event{e.next, now.UTC(), HubResync, "", nil}) // data that has no JSON: let clients read the list
	}
	e.kept = append(e.kept, raw)
	e.next++
	if len(e.kept) > eventsKept {
		e.kept = append([]json.RawMessage(nil), e.kept[1:]...)
		e.first++
	}
	close(e.wake)
	e.wake = make(chan struct{})
}

// since returns the events from id on. resync says that some before are gone.
func (e *Events) since(id uint64) (events []json.RawMessage, next uint64, resync bool, wake <-chan struct{}) {
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

// serveEvents follows the bus over a WebSocket.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
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
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	var reader sync.WaitGroup
	reader.Go(func() { defer cancel(); drain(conn) })
	defer reader.Wait()
	defer func() { _ = conn.Close() }()
	s.follow(ctx, conn, from)
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

func (s *Server) follow(ctx context.Context, conn *websocket.Conn, from uint64) {
	ping := time.NewTicker(eventPing)
	defer ping.Stop()
	for {
		events, next, resync, wake := s.events.since(from)
		if resync {
			raw, _ := json.Marshal(Event{next - 1, time.Now().UTC(), HubResync, "", nil})
			events = []json.RawMessage{raw}
		}
		for _, raw := range events {
			_ = conn.SetWriteDeadline(time.Now().Add(eventWrite))
			if conn.WriteMessage(websocket.TextMessage, raw) != nil {
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
			_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return
		}
	}
}
