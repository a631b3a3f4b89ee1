package chamber

import "avhub/rooms"

// trial is a hearing in a case 庭审.
var trial = KindRules{
	Kind: rooms.KindTrial, Direct: []rooms.Part{}, Identity: true, Discipline: true, Layout: LayoutCourtroom,
	Marks: [8]Title{
		{"宣布开庭", "opening"}, {"核对身份", "identity"}, {"法庭调查", "inquiry"}, {"举证", "evidence"},
		{"质证", "examination"}, {"法庭辩论", "debate"}, {"最后陈述", "last statement"}, {"宣判", "judgment"},
	},
}
