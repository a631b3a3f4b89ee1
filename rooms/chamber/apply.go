package chamber

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"avhub/rooms"
)

// maxTurn bounds the clock of a turn of speech.
const maxTurn = 3600 // seconds

// Apply gives the room a command. The error is a *[Refusal]; then nothing has changed.
func (c *Chamber) Apply(f Facts, by Actor, cmd Command, at time.Time) (Event, error) {
	if cmd.Kind == Enter || cmd.Kind == Leave {
		return c.come(f, by, cmd, at)
	}
	no := func(code Code, format string, args ...any) (Event, error) {
		return Event{}, &Refusal{cmd.Kind, by.Part, code, fmt.Sprintf(format, args...)}
	}
	r, ok := rules[cmd.Kind]
	if !ok {
		return no(CodeUnknown, "%.40q is no command to a room", string(cmd.Kind))
	}
	others := r.about == somebody || cmd.Person != "" && cmd.Person != by.Person || cmd.Kind == EndTurn && c.Floor != nil && c.Floor.Person != by.Person
	if r.about == oneself && cmd.Person != "" && cmd.Person != by.Person {
		return no(CodePower, "nobody does this for another")
	}
	if !r.allowed(by.Part, others) {
		return no(CodePower, "%s may not %s", article(by.Part), r.words)
	}
	if !slices.Contains(r.in, f.State) {
		return no(CodeState, "%s", notNow(f))
	}
	if self := c.person(by.Person); self == nil || self.Place != Inside {
		return no(CodeState, "come into the room first")
	}
	target, refused := c.target(r, by, &cmd)
	if refused != nil {
		return Event{}, refused
	}
	next := c.clone()
	e := Event{Version: c.Version + 1, At: at.UTC().Truncate(time.Millisecond), By: by, Command: cmd}
	if target != nil {
		e.Name = target.Name
		target = next.person(target.ID)
	}
	if refused := next.do(f, &e, target); refused != nil {
		return Event{}, refused
	}
	next.Version = e.Version
	*c = *next
	return e, nil
}

// target finds whom a command is about, and puts their id into it.
func (c *Chamber) target(r rule, by Actor, cmd *Command) (*Person, *Refusal) {
	switch r.about {
	case nobody:
		cmd.Person = ""
		return nil, nil
	case oneself, either:
		if cmd.Person == "" {
			if cmd.Kind == Say {
				return nil, nil // to the clerk
			}
			cmd.Person = by.Person
		}
	case anybody:
		if cmd.Person == "" {
			return nil, nil
		}
	}
	p := c.person(cmd.Person)
	if p == nil {
		return nil, &Refusal{cmd.Kind, by.Part, CodePerson, "there is nobody of that id in the room"}
	}
	return p, nil
}

// do changes the room, which is a copy.
func (c *Chamber) do(f Facts, e *Event, p *Person) *Refusal {
	no := func(code Code, format string, args ...any) *Refusal {
		return &Refusal{e.Kind, e.By.Part, code, fmt.Sprintf(format, args...)}
	}
	switch e.Kind {
	case Admit, AdmitAll, SendOut, Remove, CheckIdentity, Discipline, Lock, Unlock:
		return c.door(f, e, p, no)
	case Mute, MuteAll, AskToUnmute, Unmute, RaiseHand, LowerHand, GiveFloor, EndTurn:
		return c.speech(e, p, no)
	case Spotlight:
		if p != nil && !p.Seen() {
			return no(CodePerson, "%s is not in the room, or sends no picture", p.Name)
		}
		c.Spotlight = e.Person
	case SetLayout:
		if !e.Layout.Valid() {
			return no(CodeField, "%.40q is no layout", string(e.Layout))
		}
		c.Layout = e.Layout
	case Say:
		if refused := checkText(e, no); refused != nil {
			return refused
		}
		if len(c.Chat) >= MaxLines {
			return no(CodeFull, "there are %d lines in the chat", MaxLines)
		}
		if p != nil && !e.By.Part.Has(rooms.PowerAdmit) {
			return no(CodePower, "%s writes to the clerk only", article(e.By.Part))
		}
		c.Chat = append(c.Chat, Line{e.At, e.By.Person, e.By.Name, e.Person, e.Name, e.Text})
	case SetMark:
		if refused := checkText(e, no); refused != nil {
			return refused
		}
		if len(c.Marks) >= MaxMarks {
			return no(CodeFull, "there are %d marks", MaxMarks)
		}
		c.Marks = append(c.Marks, Mark{e.At, e.By.Name, e.Text})
	}
	return nil
}

type refuse func(Code, string, ...any) *Refusal

func checkText(e *Event, no refuse) *Refusal {
	e.Text = strings.TrimSpace(e.Text)
	switch {
	case e.Text == "":
		return no(CodeField, "the text is empty")
	case utf8.RuneCountInString(e.Text) > MaxText:
		return no(CodeField, "the text is longer than %d characters", MaxText)
	case !rooms.Printable(e.Text):
		return no(CodeField, "the text has characters that cannot be shown")
	}
	return nil
}

// clone is a copy that shares nothing that commands change in place.
func (c *Chamber) clone() *Chamber {
	next := *c
	next.People = slices.Clone(c.People)
	next.Marks = slices.Clip(c.Marks)
	next.Chat = slices.Clip(c.Chat)
	return &next
}

// notNow says why nothing can be done in a room in this state.
func notNow(f Facts) string {
	switch f.State {
	case rooms.StateScheduled:
		return "the room is not open yet: open the waiting room first"
	case rooms.StateWaiting:
		return "the hearing has not begun: open it first"
	case rooms.StateAdjourned:
		return "the hearing is adjourned: resume it first"
	}
	return "the hearing is over"
}

// article is a part in an English sentence.
func article(p rooms.Part) string {
	name := p.Facts().English
	switch {
	case name == "":
		return "whoever has no part in the hearing"
	case strings.ContainsRune("aeiou", rune(name[0])):
		return "an " + name
	}
	return "a " + name
}
