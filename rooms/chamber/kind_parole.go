package chamber

import "avhub/rooms"

// parole is a parole hearing 减刑假释, mostly with a prison on the other side.
var parole = KindRules{
	Kind: rooms.KindParole, Direct: []rooms.Part{rooms.PartTerminal}, Identity: true, Discipline: true, Layout: LayoutCourtroom,
	Marks: [8]Title{
		{"宣布开庭", "opening"}, {"核对身份", "identity"}, {"宣读建议书", "proposal"}, {"服刑表现", "conduct"},
		{"检察意见", "prosecutor"}, {"罪犯陈述", "statement"}, {"证人", "witness"}, {"宣布休庭", "adjournment"},
	},
}
