package chamber

import "avhub/rooms"

// committee is a meeting of the adjudication committee 审委会.
var committee = KindRules{
	Kind: rooms.KindCommittee, Direct: []rooms.Part{rooms.PartAttendee}, Identity: false, Discipline: false, Layout: LayoutSpeaker,
	Marks: [8]Title{
		{"会议开始", "beginning"}, {"汇报案情", "report"}, {"提问", "questions"}, {"讨论", "discussion"},
		{"发表意见", "opinion"}, {"表决", "vote"}, {"决议", "decision"}, {"会议结束", "end"},
	},
}
