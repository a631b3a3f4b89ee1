package hall

import (
	"avhub/media"
	"avhub/media/party"
)

// streams are those that somebody may receive; runs: they run the room.
func (r *Room) streams(member string, runs bool) []Stream {
	s := r.now.Load()
	list := []Stream{}
	for _, c := range s.cameras {
		if !r.allow(member, c.ID, true) {
			continue
		}
		x := Stream{ID: c.ID, Kind: "courtroom", Name: c.Name, Live: isLive(c.Status.State) || c.Status.State == media.Idle}
		if p, ok := s.terminal(c); ok {
			x.Kind, x.Person, x.Name = string(party.Camera), p.ID, p.Name
		}
		if runs {
			x.Loudspeaker = r.sound.loudspeaker(s, c.ID)
		}
		if c.Status.Cause != nil {
			x.Cause = string(c.Status.Cause.Code)
		}
		for _, t := range c.Tracks {
			if t.Kind.Video() {
				x.Picture, x.Width, x.Height = true, t.Video.Width, t.Video.Height
			} else {
				x.Sound = true
			}
		}
		list = append(list, x)
	}
	for _, p := range r.party.Publications() {
		if !r.allow(member, p.ID, true) {
			continue
		}
		who, _ := s.room.Person(p.Person)
		x := Stream{ID: p.ID, Person: p.Person, Kind: string(p.Kind), Name: who.Name}
		x.Picture, x.Sound = p.Sending()
		x.Live = x.Picture || x.Sound
		list = append(list, x)
	}
	return list
}
