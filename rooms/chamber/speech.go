package chamber

import (
	"time"

	"avhub/rooms"
)

// speech is who may be heard, and whose turn it is.
func (c *Chamber) speech(e *Event, p *Person, no refuse) *Refusal {
	own := p != nil && p.ID == e.By.Person
	switch e.Kind {
	case Mute:
		switch {
		case p.Place != Inside || !p.Part.Has(rooms.PowerSpeak):
			return no(CodePerson, "%s has no voice in the room", p.Name)
		case own && p.Muted != NotMuted:
			return no(CodeNeedless, "your microphone is off")
		case own:
			p.Muted = MutedBySelf
		case p.Part.Has(rooms.PowerRun):
			return no(CodeProtected, "%s runs the hearing: nobody mutes them", p.Name)
		case p.Muted == MutedByCourt:
			return no(CodeNeedless, "%s has been muted", p.Name)
		default:
			p.Muted = MutedByCourt
		}
	case MuteAll:
		for i := range c.People {
			if q := &c.People[i]; q.Place == Inside && q.Part.Has(rooms.PowerSpeak) && !q.Part.Facts().Panel && q.Muted != MutedByCourt {
				q.Muted = MutedByCourt
				e.People = append(e.People, q.ID)
			}
		}
		if len(e.People) == 0 {
			return no(CodeNeedless, "all are muted")
		}
	case AskToUnmute:
		switch {
		case p.Place != Inside || !p.Part.Has(rooms.PowerSpeak):
			return no(CodePerson, "%s has no voice in the room", p.Name)
		case p.Muted == NotMuted:
			return no(CodeNeedless, "%s is not muted", p.Name)
		case p.Muted == MayUnmute:
			return no(CodeNeedless, "%s has been asked", p.Name)
		}
		p.Muted = MayUnmute
	case Unmute:
		switch p.Muted {
		case MutedByCourt:
			return no(CodeMuted, "the court has muted you: raise your hand, and wait to be asked")
		case NotMuted:
			return no(CodeNeedless, "your microphone is on")
		}
		p.Muted = NotMuted
	case RaiseHand:
		if !p.Hand.IsZero() {
			return no(CodeNeedless, "your hand is up")
		}
		p.Hand = e.At
	case LowerHand:
		if p.Hand.IsZero() {
			return no(CodeNeedless, "no hand is up")
		}
		p.Hand = time.Time{}
	case GiveFloor:
		switch {
		case e.Seconds < 0 || e.Seconds > maxTurn:
			return no(CodeField, "a turn lasts up to %d s", maxTurn)
		case !p.Here || p.Place != Inside || !p.Part.Has(rooms.PowerSpeak):
			return no(CodePerson, "%s is not there, or has no voice in the room", p.Name)
		}
		c.Floor = &Floor{p.ID, e.At, e.Seconds}
		p.Hand = time.Time{}
		if p.Muted == MutedByCourt || p.Muted == MutedBySelf {
			p.Muted = MayUnmute
		}
	case EndTurn:
		if c.Floor == nil {
			return no(CodeNeedless, "nobody has the floor")
		}
		e.Person = c.Floor.Person
		if q := c.person(e.Person); q != nil {
			e.Name = q.Name
		}
		c.Floor = nil
	}
	return nil
}
