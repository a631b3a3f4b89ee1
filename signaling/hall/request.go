package hall

import (
	"errors"

	"avhub/media/party"
	"avhub/media/webrtc"
	"avhub/rooms"
	"avhub/rooms/chamber"
	"avhub/rooms/office"
)

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
	may := !s.who.Hidden && s.who.Part.Has(rooms.PowerSpeak) && !state.isDevice(s.key)
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
