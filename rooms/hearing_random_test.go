package rooms

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// stepsOf reads the table of transitions as a map.
func stepsOf() map[CommandKind]map[HearingState]HearingState {
	lines := strings.Split(strings.TrimSpace(expectedSteps), "\n")
	states := strings.Fields(lines[0])
	steps := map[CommandKind]map[HearingState]HearingState{}
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		to := map[HearingState]HearingState{}
		for i, s := range states {
			if fields[i+1] != "–" {
				to[HearingState(s)] = HearingState(fields[i+1])
			}
		}
		steps[CommandKind(fields[0])] = to
	}
	return steps
}

// anything is a command such as people, programs and attackers give.
func anything(r *rand.Rand, h Hearing) (Actor, Command, time.Time) {
	c := Command{Kind: CommandKinds[r.IntN(len(CommandKinds))]}
	if r.IntN(20) == 0 {
		c.Kind = "dance"
	}
	if can := h.State.Commands(h.Kind); len(can) > 0 && r.IntN(2) == 0 {
		c.Kind = can[r.IntN(len(can))]
	}
	if slices.Contains([]CommandKind{CommandCancel, CommandReinstate, CommandPostpone, CommandChange, CommandChangePanel}, c.Kind) && r.IntN(4) > 0 {
		c.Kind = []CommandKind{CommandPrepare, CommandOpen, CommandResume, CommandStartRecording, CommandStopRecording, CommandReopen}[r.IntN(6)]
	}
	c.Why = []string{"因故", "因故", "因故", "因故", "因故", "因故", "", "\x00"}[r.IntN(8)]
	c.OrderedBy = []string{"", "", zhao.User, qian.User, sun.User, "u77"}[r.IntN(6)]
	c.Version = []int{0, 0, 0, h.Version, h.Version, h.Version - 1}[r.IntN(6)]
	c.KeepRecording = r.IntN(4) == 0 && c.Kind == CommandClosedSession
	if r.IntN(4) > 0 {
		p := h.Plan
		p.Title = []string{"买卖", "借贷", ""}[r.IntN(3)]
		p.Start = p.Start.Add(time.Duration(r.IntN(2)) * time.Hour)
		c.Plan = &p
	}
	c.Panel = [][]Member{h.Panel, h.Panel, nil, {{qian.User, qian.Name, PartJudge}}, {{qian.User, qian.Name, PartWitness}}}[r.IntN(5)]
	c.Start = h.Start.Add(time.Duration(r.IntN(5)-1) * dayOne)
	at := h.ChangedAt.Add(time.Duration(r.IntN(7200)-600) * time.Second)
	return []Actor{zhao, zhao, zhao, qian, sun, admin, {}}[r.IntN(7)], c, at
}

// However commands come, in whatever order and from whomever, a hearing stays one
// that can be explained from its events.
func TestRandomCommandsNeverBreakAHearing(t *testing.T) {
	t.Parallel()
	steps := stepsOf()
	given, taken := 0, map[CommandKind]int{}
	reached := map[HearingState]int{}
	for seed := range uint64(12_000) {
		r := rand.New(rand.NewPCG(seed, 5))
		plan := planOf(RoomKinds[r.IntN(len(RoomKinds))])
		if r.IntN(3) == 0 {
			plan = trialPlan()
		}
		h := scheduled(t, plan)
		for range 5 + r.IntN(40) {
			by, c, at := anything(r, h)
			before := h
			events, err := h.Apply(by, c, at)
			given++
			if err != nil {
				if len(events) != 0 || err.Error() == "" || before.Version != h.Version || r.IntN(16) == 0 && !reflect.DeepEqual(before, h) {
					t.Fatalf("seed %d: %s is refused (%v) and changes the hearing: %+v", seed, c.Kind, err, h)
				}
				continue
			}
			taken[c.Kind]++
			if want, ok := steps[c.Kind][before.State]; !ok || h.State != want || !h.Kind.Knows(c.Kind) {
				t.Fatalf("seed %d: %s leads from %s to %s, the table says %q", seed, c.Kind, before.State, h.State, want)
			}
			if by.User == admin.User && !slices.Contains([]CommandKind{CommandChange, CommandChangePanel, CommandPostpone, CommandPrepare, CommandFile, CommandCancel, CommandReinstate}, c.Kind) {
				t.Fatalf("seed %d: somebody who is not on the panel did %s", seed, c.Kind)
			}
			sound(t, seed, before, h, events)
		}
		reached[h.State]++
		again, err := Replay(h.History)
		if err != nil || !reflect.DeepEqual(again, h) {
			t.Fatalf("seed %d: replayed it is another: %v\n%+v\n%+v", seed, err, again, h)
		}
		tile(t, seed, h)
	}
	for _, k := range CommandKinds[1:] {
		if taken[k] < 100 {
			t.Errorf("%s was taken %d times only: this test does not reach it", k, taken[k])
		}
	}
	for _, s := range HearingStates {
		if reached[s] < 10 {
			t.Errorf("%d hearings ended in %s: this test does not reach it", reached[s], s)
		}
	}
	t.Logf("%d commands, %v taken, hearings ended in %v", given, taken, reached)
}

// sound checks a hearing after a command that was taken.
func sound(t *testing.T, seed uint64, before, h Hearing, events []Event) {
	t.Helper()
	fail := func(what string) { t.Fatalf("seed %d: %s: %+v\nevent %+v", seed, what, h, events) }
	e := events[0]
	last := h.History[len(h.History)-1]
	switch {
	case !reflect.DeepEqual(e, last) || h.Version != before.Version+1 || len(h.History) != h.Version:
		fail("the event is not in the history")
	case e.From != before.State || e.To != h.State || e.Version != h.Version || e.Hearing != h.ID:
		fail("the event does not tell what happened")
	case e.At.Before(before.ChangedAt) || e.At != h.ChangedAt || !e.ClockAt.IsZero() && !e.ClockAt.Before(e.At):
		fail("time runs backwards")
	case h.State.Begun() == h.OpenedAt.IsZero(), (h.State == StateClosed || h.State == StateFiled) == h.ClosedAt.IsZero():
		fail("begun and closed without a time, or the other way round")
	case h.Recording != e.Recording || h.Recording && h.State != StateInSession && h.State != StateClosedSession || h.Recording && !h.Recorded:
		fail("recording where there is nothing to record")
	case h.State == StateInSession && h.Recorded != h.Recording:
		fail("in session, and not recorded as it is to be")
	case h.Kind.Facts().Recording == RecordingRequired && !h.Recorded:
		fail("what must be recorded is not")
	case h.State.Begun() && !h.led():
		fail("nobody leads")
	case e.By.User == sun.User && rules[e.Command].who == byBench && e.OrderedBy == "":
		fail("the clerk acts alone")
	}
}

// tile checks that from the first recorded moment to the closing every moment
// either had to be recorded or belongs to one interruption that has a name.
func tile(t *testing.T, seed uint64, h Hearing) {
	t.Helper()
	spans, breaks := RecordedSpans(h.History), Interruptions(h.History)
	type piece struct {
		from, to time.Time
	}
	var pieces []piece
	for _, s := range spans {
		pieces = append(pieces, piece{s.From, s.To})
	}
	for _, i := range breaks {
		pieces = append(pieces, piece{i.From, i.To})
		if !i.Reason.Valid() || i.By.User == "" || i.Why == "" && i.Reason != InterruptedByClosing && i.Reason != InterruptedByChoice {
			t.Fatalf("seed %d: nobody, or nothing, explains %+v", seed, i)
		}
		if i.Reason == InterruptedByChoice && h.Kind.Facts().Recording == RecordingRequired {
			t.Fatalf("seed %d: the recording of %s was stopped: %+v", seed, h.Kind, i)
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int {
		if c := a.from.Compare(b.from); c != 0 {
			return c
		}
		switch { // of those that begin together the empty ones come first
		case a.to == a.from && b.to != b.from:
			return -1
		case b.to == b.from && a.to != a.from:
			return 1
		}
		return 0
	})
	for i, p := range pieces {
		end := h.ClosedAt
		if i+1 < len(pieces) {
			end = pieces[i+1].from
		}
		if p.to != end {
			t.Fatalf("seed %d: from %v to %v, not to %v\nspans %+v\nbreaks %+v\n%+v", seed, p.from, p.to, end, spans, breaks, h.History)
		}
	}
	if len(spans) > 0 && spans[len(spans)-1].To.IsZero() != h.Recording {
		t.Fatalf("seed %d: recording %v, spans %+v", seed, h.Recording, spans)
	}
}
