package chamber

import "avhub/rooms"

// mediation is a mediation 调解: the parties talk, nobody has to be told to.
var mediation = KindRules{
	Kind: rooms.KindMediation, Direct: []rooms.Part{}, Identity: true, Discipline: false, Layout: LayoutGrid,
	Marks: [8]Title{
		{"调解开始", "beginning"}, {"核对身份", "identity"}, {"陈述", "statement"}, {"争议焦点", "issue"},
		{"方案", "proposal"}, {"让步", "concession"}, {"达成一致", "agreement"}, {"调解结束", "end"},
	},
}
