package chamber

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
)

// room is a room under test, with the hearing's state.
type room struct {
	*testing.T
	c *Chamber
	f Facts
}

func newRoom(t *testing.T, state rooms.HearingState) *room {
	return &room{t, New("h1"), Facts{Kind: rooms.KindTrial, State: state, Gallery: state == rooms.StateInSession}}
}

// do gives a command that is taken.
func (r *room) do(by rooms.Part, cmd Command) Event {
	r.Helper()
	e, err := r.c.Apply(r.f, actor(by), cmd, noon)
	if err != nil {
		r.Fatalf("%s gives %s: %v", by, cmd.Kind, err)
	}
	return e
}

// refused gives a command that is refused with a word.
func (r *room) refused(by rooms.Part, cmd Command, code Code) {
	r.Helper()
	before, _ := json.Marshal(r.c)
	_, err := r.c.Apply(r.f, actor(by), cmd, noon)
	var no *Refusal
	if !errors.As(err, &no) || no.Code != code {
		r.Errorf("%s gives %s: %v, not refused with %s", by, cmd.Kind, err, code)
	}
	if after, _ := json.Marshal(r.c); string(after) != string(before) {
		r.Errorf("%s gives %s: refused, and yet\n%s\nbecame\n%s", by, cmd.Kind, before, after)
	}
}

func (r *room) come(parts ...rooms.Part) {
	r.Helper()
	for _, p := range parts {
		r.do(p, Command{Kind: Enter, Title: Title{string(p), string(p)}})
	}
}

func (r *room) place(p rooms.Part) Place {
	x, _ := r.c.Person(string(p))
	return x.Place
}

// inside counts those who are in the room and connected.
func inside(c *Chamber) (n int) {
	for _, p := range c.People {
		if p.Place == Inside && p.Here {
			n++
		}
	}
	return n
}

const (
	judge, clerk, lawyer, party, witness, gallery = rooms.PartPresidingJudge, rooms.PartClerk, rooms.PartLawyer, rooms.PartPlaintiff, rooms.PartWitness, rooms.PartGallery
)

func TestTheDoor(t *testing.T) {
	t.Parallel()
	r := newRoom(t, rooms.StateScheduled)
	r.come(judge, clerk) // they may prepare
	r.refused(lawyer, Command{Kind: Enter}, CodeState)
	r.f.State = rooms.StateWaiting
	r.come(lawyer, party, witness, gallery)
	for _, p := range []rooms.Part{lawyer, party, witness, gallery} {
		if r.place(p) != Waiting {
			t.Errorf("%s is %s", p, r.place(p))
		}
	}
	r.do(clerk, Command{Kind: CheckIdentity, Person: string(lawyer), Photo: "f1"})
	e := r.do(clerk, Command{Kind: AdmitAll})
	if want := []string{string(lawyer), string(party)}; !slices.Equal(e.People, want) {
		t.Errorf("all are %v, not %v", e.People, want)
	}
	r.refused(clerk, Command{Kind: AdmitAll}, CodeNeedless)
	r.refused(clerk, Command{Kind: Admit, Person: string(witness)}, CodeState)
	r.refused(clerk, Command{Kind: Admit, Person: string(gallery)}, CodeState)
	r.refused(party, Command{Kind: Admit, Person: string(witness)}, CodePower)
	r.refused(clerk, Command{Kind: Admit, Person: "somebody else"}, CodePerson)

	r.f.State, r.f.Gallery = rooms.StateInSession, true
	if moved, _ := r.c.Follow(r.f, noon); !slices.Equal(moved, []string{string(gallery)}) {
		t.Errorf("the opening moves %v", moved)
	}
	r.do(clerk, Command{Kind: Admit, Person: string(witness)})
	r.do(clerk, Command{Kind: SendOut, Person: string(witness)})
	if r.place(witness) != Waiting {
		t.Errorf("the witness is %s", r.place(witness))
	}
	r.f.State, r.f.Gallery = rooms.StateClosedSession, false
	r.c.Follow(r.f, noon)
	if r.place(gallery) != Waiting || r.place(party) != Inside {
		t.Errorf("closed session: the public is %s, the plaintiff %s", r.place(gallery), r.place(party))
	}
	r.f.State = rooms.StateClosed
	r.c.Follow(r.f, noon)
	if n := inside(r.c); n != 0 {
		t.Errorf("%d are in a room whose hearing is over", n)
	}
	r.refused(party, Command{Kind: Enter}, CodeState)
}

func TestWhoWasAdmittedComesBack(t *testing.T) {
	t.Parallel()
	r := newRoom(t, rooms.StateWaiting)
	r.come(clerk, party, lawyer)
	r.do(clerk, Command{Kind: Admit, Person: string(party)})
	r.do(clerk, Command{Kind: Lock})
	r.refused(clerk, Command{Kind: Admit, Person: string(lawyer)}, CodeLocked)
	r.do(party, Command{Kind: RaiseHand})
	r.do(party, Command{Kind: Leave})
	if p, _ := r.c.Person(string(party)); p.Here || !p.Hand.IsZero() {
		t.Errorf("gone, and yet %+v", p)
	}
	r.come(party)
	if r.place(party) != Inside {
		t.Errorf("after a reload: %s", r.place(party))
	}
	r.do(lawyer, Command{Kind: Leave})
	if r.place(lawyer) != Outside {
		t.Errorf("who waited and left is %s", r.place(lawyer))
	}
	r.refused(lawyer, Command{Kind: Leave}, CodeNeedless)
	r.do(clerk, Command{Kind: Unlock})
	r.do(clerk, Command{Kind: Remove, Person: string(party), Why: "扰乱法庭秩序"})
	r.refused(party, Command{Kind: RaiseHand}, CodeState)
	r.do(party, Command{Kind: Leave})
	r.refused(party, Command{Kind: Enter}, CodeRemoved)
}

// The hub has been killed: all come back to where they were.
func TestAllComeBack(t *testing.T) {
	t.Parallel()
	c, f := full(t, rooms.StateInSession)
	r := &room{t, c, f}
	r.do(clerk, Command{Kind: SendOut, Person: string(witness)})
	before := map[string]Place{}
	for _, p := range c.People {
		before[p.ID] = p.Place
	}
	if !c.Scatter(noon) || c.Scatter(noon) {
		t.Error("all go once")
	}
	if n := inside(c); n != 0 {
		t.Errorf("%d are there", n)
	}
	for _, p := range c.People {
		r.come(p.Part)
	}
	for _, p := range c.People {
		if p.Place != before[p.ID] || !p.Here {
			t.Errorf("%s was %s and is %s", p.ID, before[p.ID], p.Place)
		}
	}
	if c.Floor == nil || c.Floor.Person != string(party) {
		t.Error("the floor is lost")
	}
	f.State, f.Gallery = rooms.StateAdjourned, false
	if _, changed := c.Follow(f, noon); !changed || c.Floor != nil {
		t.Error("somebody has the floor while the hearing is adjourned")
	}
}

func TestTheMicrophone(t *testing.T) {
	t.Parallel()
	r := newRoom(t, rooms.StateInSession)
	r.come(judge, clerk, party, lawyer)
	r.do(clerk, Command{Kind: AdmitAll})
	heard := func(p rooms.Part) bool {
		x, _ := r.c.Person(string(p))
		return x.Heard()
	}
	r.do(party, Command{Kind: Mute})
	r.do(party, Command{Kind: Unmute})
	r.do(clerk, Command{Kind: Mute, Person: string(party)})
	if heard(party) {
		t.Error("muted by the court, and heard")
	}
	r.refused(party, Command{Kind: Unmute}, CodeMuted)
	r.refused(clerk, Command{Kind: Unmute, Person: string(party)}, CodePower)
	r.refused(lawyer, Command{Kind: Mute, Person: string(party)}, CodePower)
	r.do(party, Command{Kind: RaiseHand})
	r.do(clerk, Command{Kind: AskToUnmute, Person: string(party)})
	r.do(party, Command{Kind: Unmute})
	r.do(judge, Command{Kind: GiveFloor, Person: string(party), Seconds: 60})
	if p, _ := r.c.Person(string(party)); !p.Hand.IsZero() || r.c.Floor.Person != string(party) {
		t.Errorf("with the floor: %+v %+v", p, r.c.Floor)
	}
	r.refused(lawyer, Command{Kind: EndTurn}, CodePower)
	r.do(party, Command{Kind: EndTurn})
	r.refused(party, Command{Kind: EndTurn}, CodeNeedless)
	e := r.do(clerk, Command{Kind: MuteAll})
	if want := []string{string(party), string(lawyer)}; !slices.Equal(e.People, want) {
		t.Errorf("muted %v, not %v", e.People, want)
	}
	r.refused(clerk, Command{Kind: Mute, Person: string(judge)}, CodeProtected)
	r.refused(clerk, Command{Kind: Remove, Person: string(judge), Why: "x"}, CodeProtected)
	r.refused(judge, Command{Kind: GiveFloor, Person: string(party), Seconds: 3601}, CodeField)
	r.do(judge, Command{Kind: GiveFloor, Person: string(lawyer)})
	r.do(lawyer, Command{Kind: Leave})
	if r.c.Floor != nil {
		t.Error("somebody who has gone has the floor")
	}
}

func TestWhatEachMayKnow(t *testing.T) {
	t.Parallel()
	c, f := full(t, rooms.StateInSession)
	r := &room{t, c, f}
	r.do(lawyer, Command{Kind: Say, Text: "我听不见对方"})
	r.do(clerk, Command{Kind: Say, Person: string(lawyer), Text: "请稍候"})
	r.do(clerk, Command{Kind: SetMark, Text: "举证"})
	r.do(clerk, Command{Kind: SendOut, Person: string(witness)})
	who := func(v View) (ids []string) {
		for _, p := range v.People {
			ids = append(ids, p.ID)
		}
		return ids
	}
	for part, want := range map[rooms.Part]struct {
		seesWitness, seesGallery bool
		chat, marks              int
	}{
		clerk: {true, true, 2, 1}, judge: {true, true, 2, 1}, lawyer: {false, false, 2, 0}, party: {false, false, 0, 0}, gallery: {false, true, 0, 0},
	} {
		v := c.For(f, string(part), part, noon)
		if slices.Contains(who(v), string(witness)) != want.seesWitness || slices.Contains(who(v), string(gallery)) != want.seesGallery ||
			len(v.Chat) != want.chat || len(v.Marks) != want.marks || v.You == nil || v.You.ID != string(part) {
			t.Errorf("%s sees %v, %d lines, %d marks", part, who(v), len(v.Chat), len(v.Marks))
		}
	}
	if v := c.For(f, string(witness), witness, noon); len(v.People) != 0 || v.You.Place != Waiting || v.Floor != nil || len(v.Offers) != 0 {
		t.Errorf("a witness at the door sees %+v", v)
	}
	for _, part := range []rooms.Part{clerk, gallery, witness} {
		for _, of := range []*Chamber{c, New("h2")} { // a list is a list, if there is nothing in it
			data, err := json.Marshal(of.For(f, string(part), part, noon))
			if err != nil || strings.Contains(strings.NewReplacer(`"you":null`, "", `"floor":null`, "", `"discipline":null`, "").Replace(string(data)), "null") {
				t.Errorf("%v: a %s is told %s", err, part, data)
			}
		}
	}
	v := c.For(f, "inspector", rooms.PartInspector, noon)
	if v.You != nil || len(v.People) == 0 || len(v.Offers) != 0 || len(v.Chat) != 0 {
		t.Errorf("the inspector sees %+v", v)
	}
	for _, part := range partsOfTrial {
		if slices.Contains(who(c.For(f, string(part), part, noon)), "inspector") {
			t.Errorf("%s sees the inspector", part)
		}
	}
	if v := c.For(f, "stranger", gallery, noon); len(v.People) != 0 || v.You != nil {
		t.Errorf("a stranger sees %+v", v)
	}
}

// The room is kept as JSON, and is the same after that.
func TestTheRoomIsKept(t *testing.T) {
	t.Parallel()
	c, _ := full(t, rooms.StateInSession)
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again Chamber
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(*c, again) {
		t.Errorf("%v: became\n%+v\nof\n%+v", err, again, *c)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	c, f := full(t, rooms.StateInSession)
	r := &room{t, c, f}
	r.refused(clerk, Command{Kind: "fly"}, CodeUnknown)
	r.refused(clerk, Command{}, CodeUnknown)
	r.refused(clerk, Command{Kind: SetLayout, Layout: "cinema"}, CodeField)
	r.refused(clerk, Command{Kind: SetMark}, CodeField)
	r.refused(clerk, Command{Kind: SetMark, Text: "a\u202eb"}, CodeField)
	r.refused(clerk, Command{Kind: SetMark, Text: "\x00"}, CodeField)
	r.refused(clerk, Command{Kind: Say, Text: strings.Repeat("长", MaxText+1)}, CodeField)
	r.refused(clerk, Command{Kind: Remove, Person: string(party)}, CodeField)
	r.refused(clerk, Command{Kind: GiveFloor, Person: string(party), Seconds: -1}, CodeField)
	r.refused(party, Command{Kind: Say, Person: string(lawyer), Text: "x"}, CodePower)
	r.refused(gallery, Command{Kind: RaiseHand}, CodePower)
	r.refused(rooms.PartInspector, Command{Kind: Mute, Person: string(party)}, CodePower)
	r.refused("nobody", Command{Kind: Enter}, CodePower)
	for range MaxMarks {
		r.do(clerk, Command{Kind: SetMark, Text: "x"})
	}
	r.refused(clerk, Command{Kind: SetMark, Text: "x"}, CodeFull)
}

// Each kind of room has rules of its own, in a file of its own.
func TestEveryKindHasItsRules(t *testing.T) {
	t.Parallel()
	for _, k := range rooms.RoomKinds {
		r := RulesOf(k)
		if r.Kind != k || !r.Layout.Valid() || r.Layout == LayoutFree {
			t.Errorf("%s: %+v", k, r)
		}
		for i, m := range r.Marks {
			if m.Chinese == "" || m.English == "" {
				t.Errorf("%s: F%d has no text", k, i+1)
			}
		}
		for _, p := range r.Direct {
			if !slices.Contains(k.Facts().Parts, p) || p.Facts().HeldBack {
				t.Errorf("%s: a %s comes in without being admitted", k, p)
			}
		}
	}
	if r := RulesOf("party"); r.Kind != "" {
		t.Errorf("%+v", r)
	}
	m := &room{t, New("m"), Facts{Kind: rooms.KindConference, State: rooms.StateWaiting}}
	m.come(rooms.PartChair, rooms.PartAttendee)
	if m.place(rooms.PartAttendee) != Inside {
		t.Error("whoever is invited to a meeting waits at its door")
	}
	m.refused(rooms.PartChair, Command{Kind: Discipline}, CodeState)
	m.refused(rooms.PartWitness, Command{Kind: Enter}, CodePower)
}

func TestWhatIsWeighty(t *testing.T) {
	t.Parallel()
	c, f := full(t, rooms.StateInSession)
	r := &room{t, c, f}
	for _, x := range []struct {
		e    Event
		want bool
	}{
		{r.do(party, Command{Kind: Mute}), false},
		{r.do(clerk, Command{Kind: Mute, Person: string(party)}), true},
		{r.do(party, Command{Kind: RaiseHand}), false},
		{r.do(clerk, Command{Kind: LowerHand, Person: string(party)}), true},
		{r.do(clerk, Command{Kind: Lock}), true},
		{r.do(party, Command{Kind: Leave}), true},
		{r.do(party, Command{Kind: Enter}), true},
	} {
		if x.e.Weighty() != x.want {
			t.Errorf("%s by %s: %v", x.e.Kind, x.e.By.Part, x.e.Weighty())
		}
	}
}

// BenchmarkApply is a command in a room of 500.
func BenchmarkApply(b *testing.B) {
	c := New("h1")
	f := Facts{Kind: rooms.KindTrial, State: rooms.StateInSession, Gallery: true}
	for i := range MaxPeople {
		part, id := gallery, time.Duration(i).String()
		if i == 0 {
			part = clerk
		}
		_, _ = c.Apply(f, Actor{id, id, part}, Command{Kind: Enter}, noon)
	}
	clerkOf := Actor{c.People[0].ID, "clerk", clerk}
	for i := 0; b.Loop(); i++ {
		kind := Lock
		if i%2 == 1 {
			kind = Unlock
		}
		if _, err := c.Apply(f, clerkOf, Command{Kind: kind}, noon); err != nil {
			b.Fatal(err)
		}
	}
}
