package chamber

import "avhub/rooms"

// petition is a remote reception of petitioners 接访.
var petition = KindRules{
	Kind: rooms.KindPetition, Direct: []rooms.Part{rooms.PartAttendee}, Identity: true, Discipline: false, Layout: LayoutGrid,
	Marks: [8]Title{
		{"接谈开始", "beginning"}, {"核对身份", "identity"}, {"诉求", "request"}, {"材料", "papers"},
		{"答复", "answer"}, {"释法", "explanation"}, {"约定", "agreement"}, {"接谈结束", "end"},
	},
}
