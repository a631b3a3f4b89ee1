package chamber

import "avhub/rooms"

// interrogation is a remote interrogation 提讯: two sides, the detention centre is one.
var interrogation = KindRules{
	Kind: rooms.KindInterrogation, Direct: []rooms.Part{rooms.PartTerminal}, Identity: true, Discipline: false, Layout: LayoutGrid,
	Marks: [8]Title{
		{"告知权利", "rights"}, {"核对身份", "identity"}, {"讯问", "questions"}, {"供述", "statement"},
		{"辩解", "defence"}, {"出示证据", "evidence"}, {"核对笔录", "record read"}, {"签名", "signature"},
	},
}
