package signaling_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"avhub/rooms"
	"avhub/rooms/chamber"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// sitting is a hearing with its room, and people who come to it.
type sitting struct {
	*testing.T
	h       *hub
	b       bench
	hearing rooms.Hearing
}

func newSitting(t *testing.T) *sitting { return newSittingAt(t, newHub(t)) }

func newSittingAt(t *testing.T, h *hub) *sitting {
	b := newBench(t, h)
	return &sitting{t, h, b, b.schedule(t, h)}
}

// order gives the hearing an order, as its judge.
func (s *sitting) order(kinds ...string) {
	s.Helper()
	for _, kind := range kinds {
		if a := s.h.as(s.T, s.b.judge, "POST", "/api/v1/hearings/"+s.hearing.ID+"/commands", `{"kind":"`+kind+`","why":"休息"}`); a.StatusCode != http.StatusOK {
			s.Fatalf("%s: %d %s", kind, a.StatusCode, a.body)
		}
	}
}

// guest enters somebody into the list of participants, with a log-in by a join link.
func (s *sitting) guest(name string, part rooms.Part) (id, cookie string) {
	s.Helper()
	id, cookie = login.NewID(), login.NewSecret()
	link := store.Link{ID: login.NewID(), Hearing: s.hearing.ID, Participant: id, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	s.h.court.change(func(tx *store.Tx) error {
		people, err := tx.Participants(s.hearing.ID)
		if err != nil {
			return err
		}
		if err := tx.PutParticipants(s.hearing.ID, append(people, rooms.Participant{ID: id, Hearing: s.hearing.ID, Name: name, Part: part})); err != nil {
			return err
		}
		if err := tx.PutLink(link); err != nil {
			return err
		}
		return tx.AddSession(store.Session{ID: login.NewID(), Hash: login.Hash(cookie), Link: link.ID, Stage: string(login.Full), Created: time.Now(), Seen: time.Now(), Expires: time.Now().Add(time.Hour)})
	})
	return id, cookie
}

// stream is something that can be received.
type stream struct {
	ID, Person, Kind string
	Live             bool
	Loudspeaker      *struct{ State, Cause, Detail, Holder string }
}

// said is a message of the hub's.
type said struct {
	Type, You, SDP, Code, Detail, Reason, Kind string
	Ref                                        int
	Hearing                                    *struct {
		State     rooms.HearingState
		Recording bool
		Offers    []rooms.Offer
	}
	Room    *chamber.View
	Streams *[]stream
	People  *[]string
	raw     string
}

func (m *said) UnmarshalJSON(data []byte) error {
	type plain said
	var loose struct {
		*plain
		Kind json.RawMessage
	}
	loose.plain = (*plain)(m)
	if err := json.Unmarshal(data, &loose); err != nil {
		return err
	}
	m.Kind, m.raw = strings.Trim(string(loose.Kind), `"`), string(data)
	return nil
}

// visitor is somebody's connection to the room.
type visitor struct {
	*sitting
	conn *websocket.Conn
	msgs chan said
	all  []said
	ref  int
}

// comes connects by a token or a cookie.
func (s *sitting) comes(token, cookie, query string) *visitor {
	s.Helper()
	headers := http.Header{}
	if token != "" {
		headers.Set("Authorization", "Bearer "+token)
	} else {
		headers.Set("Cookie", cookieName+"="+cookie)
	}
	conn, answer, err := websocket.DefaultDialer.DialContext(s.Context(), "ws"+strings.TrimPrefix(s.h.url, "http")+"/api/v1/rooms/"+s.hearing.ID+"/socket"+query, headers)
	if err != nil {
		s.Fatalf("%v %v", err, answer)
	}
	v := &visitor{sitting: s, conn: conn, msgs: make(chan said, 10_000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(v.msgs)
		for {
			var m said
			if err := conn.ReadJSON(&m); err != nil {
				return
			}
			v.msgs <- m
		}
	}()
	s.Cleanup(func() { _ = conn.Close(); <-done })
	return v
}

// until waits for a message.
func (v *visitor) until(what string, is func(said) bool) said {
	v.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case m, ok := <-v.msgs:
			if !ok {
				v.Fatalf("the connection ended before: %s", what)
			}
			v.all = append(v.all, m)
			if is(m) {
				return m
			}
		case <-limit:
			v.Fatalf("waited in vain for: %s", what)
		}
	}
}

// after waits for a message that came after so many others, if it has not come yet: it may
// have been among those that came before an answer.
func (v *visitor) after(n int, what string, is func(said) bool) said {
	v.Helper()
	for _, m := range v.all[n:] {
		if is(m) {
			return m
		}
	}
	return v.until(what, is)
}

func (v *visitor) of(kind string) said {
	v.Helper()
	return v.until(kind, func(m said) bool { return m.Type == kind })
}

// says sends a message and waits for the answer to it.
func (v *visitor) says(message map[string]any) said {
	v.Helper()
	v.ref++
	message["ref"] = v.ref
	if err := v.conn.WriteJSON(message); err != nil {
		v.Fatal(err)
	}
	return v.until("an answer", func(m said) bool { return m.Ref == v.ref })
}

func (v *visitor) command(c chamber.Command) said {
	v.Helper()
	return v.says(map[string]any{"type": "command", "command": c})
}

// placeOf is where somebody else is.
func placeOf(m said, id string) chamber.Place {
	if m.Room != nil {
		for _, p := range m.Room.People {
			if p.ID == id {
				return p.Place
			}
		}
	}
	return ""
}

func place(m said) chamber.Place {
	if m.Room == nil || m.Room.You == nil {
		return ""
	}
	return m.Room.You.Place
}
