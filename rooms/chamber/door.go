package chamber

import (
	"slices"
	"time"
	"unicode/utf8"

	"avhub/rooms"
)

// come deals with somebody who comes or goes, which is no order of theirs.
func (c *Chamber) come(f Facts, by Actor, cmd Command, at time.Time) (Event, error) {
	no := func(code Code, what string) (Event, error) {
		return Event{}, &Refusal{cmd.Kind, by.Part, code, what}
	}
	next := c.clone()
	e := Event{Version: c.Version + 1, At: at.UTC().Truncate(time.Millisecond), By: by, Command: Command{Kind: cmd.Kind, Person: by.Person}, Name: by.Name}
	p := next.person(by.Person)
	if cmd.Kind == Leave {
		if p == nil || !p.Here {
			return no(CodeNeedless, "is not here")
		}
		p.Here, p.Since, p.Hand = false, e.At, time.Time{}
		if p.Place == Waiting {
			p.Place = Outside
		}
		next.settle(p.ID)
	} else {
		switch {
		case !slices.Contains(RulesOf(f.Kind).parts(), by.Part):
			return no(CodePower, "there is no such part in this kind of room")
		case f.State.Over():
			return no(CodeState, "the hearing is over")
		case f.State == rooms.StateScheduled && !by.Part.Facts().Panel:
			return no(CodeState, "the waiting room is not open yet: come back a quarter of an hour before the hearing")
		case p != nil && p.Place == Removed:
			return no(CodeRemoved, "the court has sent you out: "+p.Why)
		case p == nil && len(next.People) >= MaxPeople:
			return no(CodeFull, "the room is full")
		}
		if p == nil {
			next.People = append(next.People, Person{ID: by.Person, Place: Outside})
			p = &next.People[len(next.People)-1]
		}
		p.Name, p.Part, p.Title = by.Name, by.Part, cmd.Title
		p.Here, p.Since = true, e.At
		p.Place = next.placeOf(f, p)
	}
	next.Version = e.Version
	*c = *next
	return e, nil
}

// parts are those that a kind of room knows.
func (r KindRules) parts() []rooms.Part { return r.Kind.Facts().Parts }

// placeOf is where somebody who is connected belongs.
func (c *Chamber) placeOf(f Facts, p *Person) Place {
	if p.Place == Removed {
		return Removed
	}
	switch {
	case p.Part.Facts().Panel:
		return Inside
	case p.Part == rooms.PartGallery:
		if f.Gallery {
			return Inside
		}
		return Waiting
	case p.Admitted:
		return Inside
	case !c.Locked && slices.Contains(RulesOf(f.Kind).Direct, p.Part):
		return Inside
	}
	return Waiting
}

// Follow tells the room that its hearing has changed, and returns who has been moved by
// that: the public comes and goes with open session, all go home when it is over. changed
// tells whether the room is another now.
func (c *Chamber) Follow(f Facts, at time.Time) (moved []string, changed bool) {
	for i := range c.People {
		p := &c.People[i]
		next := p.Place
		switch {
		case f.State.Over() && p.Place != Removed:
			next = Outside
			p.Hand, p.Admitted = time.Time{}, false
		case p.Here && p.Place != Removed && p.Place != Outside:
			next = c.placeOf(f, p)
		}
		if next != p.Place {
			p.Place, p.Since = next, at.UTC().Truncate(time.Millisecond)
			moved = append(moved, p.ID)
		}
	}
	changed = len(moved) > 0
	if c.Floor != nil && (f.State.Over() || f.State == rooms.StateAdjourned) {
		c.Floor, changed = nil, true
	}
	for _, id := range moved {
		c.settle(id)
	}
	if changed {
		c.Version++
	}
	return moved, changed
}

// Scatter tells the room that all connections have gone at once: the hub has begun anew.
// Who was admitted stays so, and comes back.
func (c *Chamber) Scatter(at time.Time) (changed bool) {
	for i := range c.People {
		p := &c.People[i]
		if !p.Here {
			continue
		}
		p.Here, p.Since, changed = false, at.UTC().Truncate(time.Millisecond), true
		if p.Place == Waiting {
			p.Place = Outside
		}
	}
	if changed {
		c.Version++
	}
	return changed
}

// door is what happens between the door and the room.
func (c *Chamber) door(f Facts, e *Event, p *Person, no refuse) *Refusal {
	switch e.Kind {
	case Admit:
		switch {
		case p.Place == Inside:
			return no(CodeNeedless, "%s is in the room already", p.Name)
		case p.Place == Outside && !p.Here:
			return no(CodePerson, "%s is not at the door", p.Name)
		case p.Part == rooms.PartGallery:
			return no(CodeState, "the public comes in by itself while the hearing is public and in session")
		}
		if refused := mayCall(f, e.By, p, no); refused != nil {
			return refused
		}
		if c.Locked && !p.Admitted {
			return no(CodeLocked, "the room is locked: unlock it first")
		}
		c.admit(p, e.At)
	case AdmitAll:
		if c.Locked {
			return no(CodeLocked, "the room is locked: unlock it first")
		}
		for i := range c.People {
			if w := &c.People[i]; w.Place == Waiting && w.Part != rooms.PartGallery && !w.Part.Facts().HeldBack {
				c.admit(w, e.At)
				e.People = append(e.People, w.ID)
			}
		}
		if len(e.People) == 0 {
			return no(CodeNeedless, "nobody waits who can be admitted with the others")
		}
	case SendOut, Remove:
		return c.sendOut(e, p, no)
	case CheckIdentity:
		if p.Part.Facts().Panel {
			return no(CodeNeedless, "%s has an account of the court", p.Name)
		}
		if len(e.Photo) > 64 || !rooms.Printable(e.Photo) {
			return no(CodeField, "the picture is none that was taken here")
		}
		p.Identity = &Done{e.At, e.By.Name}
		if e.Photo != "" {
			p.Photo = e.Photo
		}
	case Discipline:
		if !RulesOf(f.Kind).Discipline {
			return no(CodeState, "there is no discipline to be read in this kind of room")
		}
		if c.Discipline != nil {
			return no(CodeNeedless, "it has been read")
		}
		c.Discipline = &Done{e.At, e.By.Name}
	case Lock, Unlock:
		if c.Locked == (e.Kind == Lock) {
			return no(CodeNeedless, "it is so already")
		}
		c.Locked = e.Kind == Lock
	}
	return nil
}

// mayCall refuses to call somebody who is held back while nobody hears them.
func mayCall(f Facts, by Actor, p *Person, no refuse) *Refusal {
	if !p.Part.Facts().HeldBack {
		return nil
	}
	if !by.Part.Has(rooms.PowerCallWitness) {
		return no(CodePower, "%s may not call a witness", article(by.Part))
	}
	if !slices.Contains(held, f.State) {
		return no(CodeState, "%s is called while the hearing is in session, not before", p.Name)
	}
	return nil
}

func (c *Chamber) admit(p *Person, at time.Time) {
	p.Place, p.Since, p.Admitted, p.Why = Inside, at, true, ""
	if !p.Here {
		p.Place = Outside // they may come back
	}
}

func (c *Chamber) sendOut(e *Event, p *Person, no refuse) *Refusal {
	switch {
	case p.Part.Has(rooms.PowerRun) || p.ID == e.By.Person:
		return no(CodeProtected, "%s cannot be sent out", p.Name)
	case p.Part.Facts().Panel && e.By.Part.Has(rooms.PowerRunOnOrder):
		return no(CodeProtected, "%s sits on the panel: the judge decides about them", p.Name)
	case e.Kind == SendOut && p.Place != Inside:
		return no(CodeNeedless, "%s is not in the room", p.Name)
	case e.Kind == Remove && p.Place == Removed:
		return no(CodeNeedless, "%s has been removed", p.Name)
	}
	p.Admitted, p.Since, p.Hand = false, e.At, time.Time{}
	if e.Kind == SendOut {
		p.Place = Waiting
		if !p.Here {
			p.Place = Outside
		}
	} else {
		switch {
		case e.Why == "":
			return no(CodeField, "give a reason: it goes to the case file")
		case utf8.RuneCountInString(e.Why) > MaxText || !rooms.Printable(e.Why):
			return no(CodeField, "the reason is too long, or has characters that cannot be shown")
		}
		p.Place, p.Why = Removed, e.Why
	}
	c.settle(p.ID)
	return nil
}

// settle takes away what somebody had only while they were in the room and there.
func (c *Chamber) settle(id string) {
	if p := c.person(id); p != nil && p.Place == Inside && p.Here {
		return
	}
	if c.Floor != nil && c.Floor.Person == id {
		c.Floor = nil
	}
	if c.Spotlight == id {
		c.Spotlight = ""
	}
}
