package signaling_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"avhub/rooms"
	"avhub/signaling"
)

// follow opens the event stream after an id, or from now on.
func (h *hub) follow(t *testing.T, after string) *websocket.Conn {
	t.Helper()
	query := ""
	if after != "" {
		query = "?after=" + after
	}
	return h.dial(t, query, http.Header{"Authorization": {"Bearer " + h.boss}})
}

// followAs opens the event stream as somebody who shows this.
func (h *hub) followAs(t *testing.T, header, value string) *websocket.Conn {
	t.Helper()
	return h.dial(t, "", http.Header{header: {value}})
}

func (h *hub) dial(t *testing.T, query string, headers http.Header) *websocket.Conn {
	t.Helper()
	conn, answer, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.url, "http")+"/api/v1/events"+query, headers)
	if err != nil {
		t.Fatal(err, answer)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// next is the next event.
func next(t *testing.T, conn *websocket.Conn) signaling.Event {
	t.Helper()
	var e signaling.Event
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := conn.ReadJSON(&e); err != nil {
		t.Fatal(err)
	}
	return e
}

// of reads until an event of the type about the object comes.
func of(t *testing.T, conn *websocket.Conn, kind, object string) signaling.Event {
	t.Helper()
	for {
		if e := next(t, conn); e.Type == kind && e.Object == object {
			return e
		}
	}
}

func id(e signaling.Event) string { return fmt.Sprint(e.ID) }

func TestEventsTellOfEveryChange(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	conn := h.follow(t, "")
	h.api(t, "POST", "/sources", fields{"id": "hall", "name": "大厅"}, http.StatusCreated, nil)
	added := of(t, conn, signaling.SourceAdded, "hall")
	data, _ := added.Data.(map[string]any)
	if data["name"] != "大厅" || data["kind"] != "push" || time.Since(added.Time).Abs() > time.Minute {
		t.Errorf("added: %+v", added)
	}
	h.publish(t, "hall")
	for live := false; !live; { // it may be told in between as well
		e := of(t, conn, signaling.SourceChanged, "hall")
		data, _ = e.Data.(map[string]any)
		main, _ := data["main"].(map[string]any)
		live = main["state"] == "live"
	}
	h.api(t, "DELETE", "/sources/hall", nil, http.StatusNoContent, nil)
	if e := of(t, conn, signaling.SourceRemoved, "hall"); e.Data != nil || e.ID <= added.ID {
		t.Errorf("removed: %+v", e)
	}
}

func TestEventsResume(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	conn := h.follow(t, "")
	for i := range 5 {
		h.api(t, "POST", "/sources", fields{"id": fmt.Sprint("hall-", i)}, http.StatusCreated, nil)
	}
	var all []signaling.Event
	for len(all) == 0 || all[len(all)-1].Object != "hall-4" {
		all = append(all, next(t, conn))
	}
	again := h.follow(t, id(all[1]))
	for _, want := range all[2:] {
		if got := next(t, again); got.ID != want.ID || got.Type != want.Type || got.Object != want.Object {
			t.Fatalf("after %d came %d %s %s, want %d %s %s", all[1].ID, got.ID, got.Type, got.Object, want.ID, want.Type, want.Object)
		}
	}
	// From the newest on nothing is repeated: the next one is new.
	newest := h.follow(t, id(all[len(all)-1]))
	h.api(t, "PATCH", "/sources/hall-0", fields{"name": "new"}, http.StatusOK, nil)
	if got := next(t, newest); got.ID <= all[len(all)-1].ID || got.Type == signaling.HubResync {
		t.Errorf("after the newest, %d, came %d %s", all[len(all)-1].ID, got.ID, got.Type)
	}
}

func TestEventsThatAreGoneAreReadAnew(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	conn := h.follow(t, "")
	h.api(t, "POST", "/sources", fields{"id": "hall"}, http.StatusCreated, nil)
	first := next(t, conn)
	for name, after := range map[string]string{
		"of a hub before a restart": id(signaling.Event{ID: first.ID - 1_000_000}),
		"of the future":             id(signaling.Event{ID: first.ID + 1_000_000}),
		"the largest number":        "18446744073709551615",
		"0":                         "0",
	} {
		again := h.follow(t, after)
		resync := next(t, again)
		if resync.Type != signaling.HubResync || resync.ID < first.ID {
			t.Errorf("%s: %+v", name, resync)
		}
		// Its id is one to resume from.
		h.api(t, "PATCH", "/sources/hall", fields{"name": name}, http.StatusOK, nil)
		if e := of(t, again, signaling.SourceChanged, "hall"); e.ID <= resync.ID {
			t.Errorf("%s: %d follows %d", name, e.ID, resync.ID)
		}
		if e := next(t, h.follow(t, id(resync))); e.Type == signaling.HubResync || e.ID != resync.ID+1 {
			t.Errorf("%s: resumed from %d with %d %s", name, resync.ID, e.ID, e.Type)
		}
	}
	// Only so many are kept.
	for i := range 1100 {
		h.doors.Events().Publish(signaling.SourceChanged, rooms.SeeHub, rooms.Object{Kind: rooms.HubObject}, i, time.Now())
	}
	if e := next(t, h.follow(t, id(first))); e.Type != signaling.HubResync {
		t.Errorf("1,100 events later: %+v", e)
	}
}

func TestEventsRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, after := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		if a := h.ask(t, "GET", "/api/v1/events?after="+after, ""); a.StatusCode != http.StatusBadRequest || a.problem(t).Code != "bad_after" {
			t.Errorf("after=%s: %d %s", after, a.StatusCode, a.body)
		}
	}
	if a := h.ask(t, "GET", "/api/v1/events", ""); a.StatusCode != http.StatusBadRequest {
		t.Errorf("without an upgrade: %d %s", a.StatusCode, a.body)
	}
}

func TestAnotherSitesPageCannotFollow(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	url := "ws" + strings.TrimPrefix(h.url, "http") + "/api/v1/events"
	for origin, want := range map[string]int{
		"https://elsewhere.example": http.StatusForbidden, "null": http.StatusForbidden,
		h.url: http.StatusSwitchingProtocols,
	} {
		conn, answer, err := websocket.DefaultDialer.DialContext(t.Context(), url, http.Header{"Origin": {origin}, "Authorization": {"Bearer " + h.boss}})
		if answer == nil || answer.StatusCode != want {
			t.Errorf("from %s: %v %v", origin, answer, err)
		}
		if conn != nil {
			_ = conn.Close()
		}
	}
}

func TestFollowersAreToldThatTheHubStops(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	conn := h.follow(t, "")
	if err := h.doors.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, _, err := conn.ReadMessage()
		if err == nil {
			continue
		}
		if !websocket.IsCloseError(err, websocket.CloseServiceRestart) {
			t.Errorf("it ended with %v", err)
		}
		return
	}
}

// A client that sends too much is closed, others go on.
func TestAFollowerThatTalksTooMuchIsClosed(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	loud, other := h.follow(t, ""), h.follow(t, "")
	if err := loud.WriteMessage(websocket.TextMessage, make([]byte, 1<<20)); err == nil {
		_ = loud.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, _, err := loud.ReadMessage(); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Errorf("it is still followed: %v", err)
		}
	}
	h.api(t, "POST", "/sources", fields{"id": "hall"}, http.StatusCreated, nil)
	of(t, other, signaling.SourceAdded, "hall")
}
