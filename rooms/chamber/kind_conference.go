package chamber

import "avhub/rooms"

// conference is a meeting 会议: whoever is invited walks in.
var conference = KindRules{
	Kind: rooms.KindConference, Direct: []rooms.Part{rooms.PartAttendee, rooms.PartInterpreter}, Identity: false, Discipline: false, Layout: LayoutSpeaker,
	Marks: [8]Title{
		{"会议开始", "beginning"}, {"议题", "topic"}, {"发言", "speech"}, {"讨论", "discussion"},
		{"结论", "conclusion"}, {"任务", "task"}, {"下一议题", "next topic"}, {"会议结束", "end"},
	},
}
