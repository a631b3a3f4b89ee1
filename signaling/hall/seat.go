package hall

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

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
	since  time.Time
	once   sync.Once
	reason string // of the goodbye

	mu                        sync.Mutex
	room0, hearing0, streams0 []byte // as they were last told
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
