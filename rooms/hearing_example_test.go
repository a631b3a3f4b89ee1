package rooms_test

import (
	"fmt"
	"time"

	"avhub/rooms"
)

// A trial from its schedule to its closing, and what goes to the case file of it.
func ExampleHearing_Apply() {
	judge, clerk := rooms.Actor{User: "u1", Name: "赵审判员"}, rooms.Actor{User: "u3", Name: "孙书记员"}
	nine := time.Date(2021, 3, 5, 9, 0, 0, 0, rooms.Shanghai)
	h, _, err := rooms.Schedule("h1", rooms.Plan{
		Case: "c1", Court: "heihe", Site: "court-1", Kind: rooms.KindTrial, Title: "买卖合同纠纷", Start: nine, Minutes: 120, Public: true,
		Panel: []rooms.Member{{User: "u1", Name: "赵审判员", Part: rooms.PartJudge}, {User: "u3", Name: "孙书记员", Part: rooms.PartClerk}},
	}, clerk, nine.AddDate(0, 0, -10))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range []struct {
		by     rooms.Actor
		c      rooms.Command
		minute int
	}{
		{clerk, rooms.Command{Kind: rooms.CommandPrepare}, -20},
		{clerk, rooms.Command{Kind: rooms.CommandOpen}, 0},
		{clerk, rooms.Command{Kind: rooms.CommandOpen, OrderedBy: "u1"}, 0},
		{judge, rooms.Command{Kind: rooms.CommandAdjourn, Why: "当事人申请休息"}, 40},
		{judge, rooms.Command{Kind: rooms.CommandResume}, 50},
		{judge, rooms.Command{Kind: rooms.CommandClose}, 100},
		{judge, rooms.Command{Kind: rooms.CommandOpen}, 101},
	} {
		events, err := h.Apply(x.by, x.c, nine.Add(time.Duration(x.minute)*time.Minute))
		if err != nil {
			fmt.Println("refused:", err)
			continue
		}
		fmt.Println(events[0].Version, events[0].From, "→", events[0].To)
	}
	for _, i := range rooms.Interruptions(h.History) {
		fmt.Println(i.Reason, i.To.Sub(i.From), i.Why)
	}
	// Output:
	// 2 scheduled → waiting
	// refused: open: a clerk does this on the order of a judge on the panel: ask, and name who gave it in ordered_by
	// 3 waiting → in_session
	// 4 in_session → adjourned
	// 5 adjourned → in_session
	// 6 in_session → closed
	// refused: a closed hearing cannot be opened: it can be reopened or filed
	// adjournment 10m0s 当事人申请休息
}
