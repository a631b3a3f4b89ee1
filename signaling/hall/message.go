package hall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"avhub/media/party"
	"avhub/media/webrtc"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

// MaxMessage bounds what a client sends in one message; an offer is the largest.
const MaxMessage = 256 << 10

// request is what a client sends.
type request struct {
	Type     string           `json:"type"`
	Ref      int64            `json:"ref,omitempty"`
	Command  *chamber.Command `json:"command,omitempty"`
	Order    *rooms.Command   `json:"order,omitempty"`
	SDP      string           `json:"sdp,omitempty"`
	Sends    []sending        `json:"sends,omitempty"`
	Receives []receiving      `json:"receives,omitempty"`
}

type sending struct {
	Mid  string     `json:"mid"`
	Kind party.Role `json:"kind"`
}

type receiving struct {
	Mid     string        `json:"mid"`
	Stream  string        `json:"stream,omitempty"`
	Quality party.Quality `json:"quality,omitempty"`
}

// maxLines bounds the m-lines that a message names.
const maxLines = 96

// parse reads a client's message.
func parse(data []byte) (request, error) {
	var r request
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, fmt.Errorf("the message cannot be read: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("the message goes on behind its end")
	}
	if len(r.Sends) > maxLines || len(r.Receives) > maxLines {
		return r, fmt.Errorf("more than %d m-lines are named", maxLines)
	}
	for _, s := range r.Sends {
		if !s.Kind.Valid() || len(s.Mid) > 16 {
			return r, fmt.Errorf("sends: %.20q is no kind of m-line", string(s.Kind))
		}
	}
	for _, x := range r.Receives {
		if len(x.Mid) > 16 || len(x.Stream) > 100 || x.Quality != "" && !x.Quality.Valid() {
			return r, errors.New("receives: the quality is high, low or none")
		}
	}
	return r, nil
}

// sends by mid.
func (r request) sends() map[string]party.Role {
	by := map[string]party.Role{}
	for _, s := range r.Sends {
		by[s.Mid] = s.Kind
	}
	return by
}

// wishes by mid.
func (r request) wishes() map[string]party.Wish {
	by := map[string]party.Wish{}
	for _, x := range r.Receives {
		q := x.Quality
		if q == "" {
			q = party.High
		}
		by[x.Mid] = party.Wish{Stream: x.Stream, Quality: q}
	}
	return by
}

// news is what the hub sends; empty fields are left out.
type news struct {
	Type       string              `json:"type"`
	Ref        int64               `json:"ref,omitempty"`
	You        string              `json:"you,omitempty"`
	Hidden     bool                `json:"hidden,omitempty"`
	Hearing    *Hearing            `json:"hearing,omitempty"`
	Kind       any                 `json:"kind,omitempty"` // rules in welcome, the command's kind in refused
	Room       *chamber.View       `json:"room,omitempty"`
	Streams    *[]Stream           `json:"streams,omitempty"`
	ICEServers []webrtc.ICEServer  `json:"ice_servers,omitempty"`
	SDP        string              `json:"sdp,omitempty"`
	Layers     map[string][]string `json:"layers,omitempty"`
	People     *[]string           `json:"people,omitempty"`
	Code       string              `json:"code,omitempty"`
	Detail     string              `json:"detail,omitempty"`
	Reason     string              `json:"reason,omitempty"`
}

// Hearing is what a room tells of its hearing.
type Hearing struct {
	ID        string             `json:"id"`
	Kind      rooms.RoomKind     `json:"kind"`
	State     rooms.HearingState `json:"state"`
	Title     string             `json:"title"`
	Number    string             `json:"number"`
	Court     string             `json:"court"` // its name
	Public    bool               `json:"public"`
	Recording bool               `json:"recording"`
	Version   int                `json:"version"`
	Offers    []rooms.Offer      `json:"offers"` // orders that one can give it now
}

// Stream is something that can be received.
type Stream struct {
	ID      string `json:"id"`
	Person  string `json:"person,omitempty"`
	Kind    string `json:"kind"` // camera, screen, courtroom
	Name    string `json:"name"`
	Sound   bool   `json:"sound"`
	Picture bool   `json:"picture"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Live    bool   `json:"live"`
	Cause   string `json:"cause,omitempty"`
	// Loudspeaker is told to those who run the room, of what has one.
	Loudspeaker *Loudspeaker `json:"loudspeaker,omitempty"`
}

// Loudspeaker is how the loudspeaker of a device is doing.
type Loudspeaker struct {
	State  string    `json:"state"` // opening, reached, held, away, none, browser
	Since  time.Time `json:"since"`
	Cause  string    `json:"cause,omitempty"`
	Detail string    `json:"detail,omitempty"`
	Holder string    `json:"holder,omitempty"`
}

// Goodbyes.
const (
	byeClosed  = "closed"
	byeRemoved = "removed"
	byeTaken   = "taken_over"
	byeLogged  = "logged_out"
	byeRestart = "restart"
	byeTooFast = "too_fast"
)
