package signaling

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"avhub/rooms"
	"avhub/rooms/chamber"
	"avhub/rooms/login"
	"avhub/signaling/hall"
)

// roomSocket is a person's way into the room of a hearing: docs/room-protocol.md. What
// the policy refuses is answered before the upgrade; what the room's rules refuse is told
// on the connection, for a page cannot read the answer to an upgrade that failed.
func (s *Server) roomSocket(w http.ResponseWriter, r *http.Request) {
	caller, hearing := callerOf(r.Context()), r.PathValue("hearing")
	if s.o.Hall == nil {
		caller.Free()
		problem(http.StatusNotFound, "not_found", "this hub has no rooms").write(w)
		return
	}
	if err := s.may(r.Context(), rooms.EnterHearing, rooms.HearingObject, hearing); err != nil {
		s.refuse(w, r, err)
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		problem(http.StatusUpgradeRequired, "websocket", "this is a WebSocket: see docs/room-protocol.md").write(w)
		return
	}
	var coming atomic.Pointer[hall.Coming]
	done, err := s.o.Office.Attend(r.Context(), caller, rooms.EnterHearing, rooms.HearingObject, hearing, func() {
		if c := coming.Load(); c != nil {
			c.End()
		}
	})
	if err != nil {
		s.refuse(w, r, officeProblem(err))
		return
	}
	defer done()
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(s.ctx, enterLimit)
	c, err := s.o.Hall.Enter(ctx, caller, hearing, r.URL.Query().Get("take") == "over")
	cancel()
	if err != nil {
		sendAway(conn, err)
		return
	}
	coming.Store(c)
	connection := login.NewID()
	// Whoever comes back within the grace has their relay until then.
	defer time.AfterFunc(hall.GraceFor, func() { s.o.ICE.Over(connection) })
	c.Serve(conn, s.o.ICE.For(r, connection))
}

// enterLimit bounds how long the database may take to let somebody in.
const enterLimit = 10 * time.Second

// sendAway says why somebody is not let in.
func sendAway(conn *websocket.Conn, err error) {
	reason, detail := "failed", "try again in a moment"
	var refused *chamber.Refusal
	switch {
	case errors.As(err, &refused):
		reason, detail = string(refused.Code), refused.What
	case errors.Is(err, hall.ErrElsewhere):
		reason, detail = "elsewhere", err.Error()
	}
	_ = conn.SetWriteDeadline(time.Now().Add(eventWrite))
	if conn.WriteJSON(struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
		Detail string `json:"detail"`
	}{"bye", reason, detail}) == nil {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.ClosePolicyViolation, reason), time.Now().Add(time.Second))
	}
}
