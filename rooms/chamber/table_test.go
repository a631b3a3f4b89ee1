package chamber

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
)

var update = flag.Bool("update", false, "write the table anew")

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// partsOfTrial all take part in the hearing of these tests, under the part's name.
var partsOfTrial = rooms.KindTrial.Facts().Parts

func actor(p rooms.Part) Actor { return Actor{Person: string(p), Name: string(p), Part: p} }

// full is a room in which everybody is who can be, with a lawyer muted by the court
// whose hand is up, an expert at the door, and somebody who has the floor.
func full(t *testing.T, state rooms.HearingState) (*Chamber, Facts) {
	t.Helper()
	c := New("h1")
	f := Facts{Kind: rooms.KindTrial, State: rooms.StateInSession, Gallery: true}
	give := func(by rooms.Part, cmd Command) {
		if _, err := c.Apply(f, actor(by), cmd, noon); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range partsOfTrial {
		if !p.Facts().Hidden {
			give(p, Command{Kind: Enter})
		}
	}
	give(rooms.PartClerk, Command{Kind: AdmitAll})
	give(rooms.PartClerk, Command{Kind: Admit, Person: string(rooms.PartWitness)})
	give(rooms.PartLawyer, Command{Kind: RaiseHand})
	give(rooms.PartClerk, Command{Kind: Mute, Person: string(rooms.PartLawyer)})
	give(rooms.PartClerk, Command{Kind: GiveFloor, Person: string(rooms.PartPlaintiff), Seconds: 300})
	f.State, f.Gallery = state, state == rooms.StateInSession
	return c, f
}

// sample is a command that would do something, given by a part.
func sample(k Kind, by rooms.Part) Command {
	cmd := Command{Kind: k}
	switch k {
	case Admit:
		cmd.Person = string(rooms.PartExpert)
	case SendOut, CheckIdentity, GiveFloor:
		cmd.Person = string(rooms.PartDefendant)
	case Remove:
		cmd.Person, cmd.Why = string(rooms.PartDefendant), "扰乱法庭秩序"
	case Mute:
		cmd.Person = string(rooms.PartAccused)
	case AskToUnmute, LowerHand:
		cmd.Person = string(rooms.PartLawyer)
	case Spotlight:
		cmd.Person = string(rooms.PartDefendant)
	case SetLayout:
		cmd.Layout = LayoutGrid
	case Say, SetMark:
		cmd.Text = "质证"
	}
	return cmd
}

// TestTheTable holds every part × state × command against testdata/table.txt: what is
// allowed, or the word that refuses it. It is the rule of the room, and changes only on
// purpose (go test ./rooms/chamber -run TestTheTable -update).
func TestTheTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, state := range rooms.HearingStates {
		fmt.Fprintf(&b, "%s\n", state)
		for _, part := range partsOfTrial {
			fmt.Fprintf(&b, "  %-16s", part)
			for _, k := range offered {
				c, f := full(t, state)
				version := c.Version
				cmd := sample(k, part)
				if k == Unmute {
					if _, err := c.Apply(f, actor(part), Command{Kind: Mute}, noon); err == nil {
						version = c.Version
					}
				}
				e, err := c.Apply(f, actor(part), cmd, noon)
				word := "yes"
				var refused *Refusal
				switch {
				case errors.As(err, &refused):
					word = string(refused.Code)
					if c.Version != version {
						t.Errorf("%s %s %s: refused, and yet something has changed", state, part, k)
					}
					if refused.What == "" || strings.Contains(refused.What, "%!") {
						t.Errorf("%s %s %s: refused without words: %q", state, part, k, refused.What)
					}
				case err != nil:
					t.Fatal(err)
				case e.Version != version+1 || c.Version != e.Version || e.Kind != k || e.By.Part != part:
					t.Errorf("%s %s %s: the event is %+v", state, part, k, e)
				}
				fmt.Fprintf(&b, " %s=%s", k, word)
			}
			b.WriteString("\n")
		}
	}
	const file = "testdata/table.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d of the table differs:\n got %s\nwant %s", i+1, got[min(i, len(got)-1)], line)
		}
	}
	if len(got) != len(strings.Split(string(want), "\n")) {
		t.Error("the table has lines that are not there")
	}
}

// What the table must not say, whatever stands in its file.
func TestNobodyDoesWhatIsTheCourts(t *testing.T) {
	t.Parallel()
	court := []Kind{Admit, AdmitAll, SendOut, Remove, CheckIdentity, Discipline, MuteAll, AskToUnmute, GiveFloor, Spotlight, SetLayout, Lock, Unlock}
	for _, state := range rooms.HearingStates {
		for _, part := range partsOfTrial {
			if part.Has(rooms.PowerAdmit) {
				continue
			}
			for _, k := range court {
				c, f := full(t, state)
				if _, err := c.Apply(f, actor(part), sample(k, part), noon); err == nil {
					t.Errorf("%s: a %s gives %s", state, part, k)
				}
				for _, o := range c.Offers(f, part) {
					if o == k {
						t.Errorf("%s: a %s is offered %s", state, part, k)
					}
				}
			}
		}
	}
}
