package chamber

import "avhub/rooms"

// training is a training 培训.
var training = KindRules{
	Kind: rooms.KindTraining, Direct: []rooms.Part{rooms.PartAttendee, rooms.PartInterpreter}, Identity: false, Discipline: false, Layout: LayoutSpeaker,
	Marks: [8]Title{
		{"培训开始", "beginning"}, {"要点", "key point"}, {"示例", "example"}, {"提问", "question"},
		{"练习", "exercise"}, {"讨论", "discussion"}, {"小结", "summary"}, {"培训结束", "end"},
	},
}
