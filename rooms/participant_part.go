package rooms

import "slices"

// Part is what somebody is in a hearing. (What they are at the court is their
// [Role].) The powers in the room come from the part, not from the role.
type Part string

// Parts in hearings.
const (
	PartPresidingJudge Part = "presiding_judge"
	PartJudge          Part = "judge" // sits beside the presiding judge, or alone
	PartAssessor       Part = "assessor"
	PartClerk          Part = "clerk"
	PartProsecutor     Part = "prosecutor"
	PartPlaintiff      Part = "plaintiff" // and appellant, applicant: whoever asks
	PartDefendant      Part = "defendant" // and appellee, respondent: who is asked of
	PartParty          Part = "party"     // third party, victim and others
	PartLawyer         Part = "lawyer"
	PartAccused        Part = "accused"
	PartWitness        Part = "witness"
	PartExpert         Part = "expert"
	PartInterpreter    Part = "interpreter"
	PartMediator       Part = "mediator"
	PartPetitioner     Part = "petitioner"
	PartChair          Part = "chair"    // of a meeting, a training
	PartAttendee       Part = "attendee" // of a meeting, a training
	PartTerminal       Part = "terminal" // fixed camera and loudspeaker at a detention centre
	PartGallery        Part = "gallery"
	PartInspector      Part = "inspector"
)

// PartFacts is what is known of a part.
type PartFacts struct {
	Part    Part    `json:"part"`
	Chinese string  `json:"chinese"`
	English string  `json:"english"`
	Powers  []Power `json:"powers"`
	// Account: only a person with an account at the court can have this part.
	Account bool `json:"account"`
	// Panel: such people make up the hearing's panel and are named in its plan.
	Panel bool `json:"panel"`
	// HeldBack people see and hear nothing before they are called.
	HeldBack bool `json:"held_back"`
	// Hidden people are in nobody's list; they neither speak nor appear.
	Hidden bool `json:"hidden"`
}

// Sets of powers that several parts share.
var (
	runs        = []Power{PowerRun, PowerAdmit, PowerMute, PowerRemove, PowerCallWitness, PowerMark, PowerSign, PowerShare, PowerSpeak, PowerWatch}
	assists     = []Power{PowerRunOnOrder, PowerAdmit, PowerMute, PowerRemove, PowerCallWitness, PowerMark, PowerSign, PowerShare, PowerSpeak, PowerWatch}
	deliberates = []Power{PowerMark, PowerSign, PowerShare, PowerSpeak, PowerWatch}
	pleads      = []Power{PowerSignOwn, PowerShare, PowerSpeak, PowerWatch}
	states      = []Power{PowerSignOwn, PowerSpeak, PowerWatch}
	watches     = []Power{PowerWatch}
)

// partFacts is who may do what in a room, as data: domain's table of permissions
// with one line for each part.
var partFacts = []PartFacts{
	{Part: PartPresidingJudge, Chinese: "审判长", English: "presiding judge", Powers: runs, Account: true, Panel: true},
	{Part: PartJudge, Chinese: "审判员", English: "judge", Powers: runs, Account: true, Panel: true},
	{Part: PartAssessor, Chinese: "人民陪审员", English: "people's assessor", Powers: deliberates, Panel: true},
	{Part: PartClerk, Chinese: "书记员", English: "clerk", Powers: assists, Account: true, Panel: true},
	{Part: PartProsecutor, Chinese: "公诉人", English: "prosecutor", Powers: pleads},
	{Part: PartPlaintiff, Chinese: "原告", English: "plaintiff", Powers: pleads},
	{Part: PartDefendant, Chinese: "被告", English: "defendant", Powers: pleads},
	{Part: PartParty, Chinese: "当事人", English: "party", Powers: pleads},
	{Part: PartLawyer, Chinese: "律师/代理人", English: "lawyer", Powers: pleads},
	{Part: PartAccused, Chinese: "被告人", English: "accused", Powers: pleads},
	{Part: PartWitness, Chinese: "证人", English: "witness", Powers: states, HeldBack: true},
	{Part: PartExpert, Chinese: "鉴定人", English: "expert", Powers: pleads, HeldBack: true},
	{Part: PartInterpreter, Chinese: "翻译", English: "interpreter", Powers: states},
	{Part: PartMediator, Chinese: "调解员", English: "mediator", Powers: runs, Account: true, Panel: true},
	{Part: PartPetitioner, Chinese: "信访人", English: "petitioner", Powers: pleads},
	{Part: PartChair, Chinese: "主持人", English: "chair", Powers: runs, Account: true, Panel: true},
	{Part: PartAttendee, Chinese: "参会人员", English: "attendee", Powers: pleads},
	{Part: PartTerminal, Chinese: "提讯终端", English: "terminal", Powers: []Power{PowerSpeak, PowerWatch}},
	{Part: PartGallery, Chinese: "旁听", English: "public gallery", Powers: watches},
	{Part: PartInspector, Chinese: "巡查员", English: "inspector", Powers: watches, Account: true, Hidden: true},
}

// Parts are all there are, in the order in which pages list them.
var Parts = each(partFacts, func(f PartFacts) Part { return f.Part })

// Valid tells whether the part exists.
func (p Part) Valid() bool { return slices.Contains(Parts, p) }

// Facts is what is known of the part. A part that does not exist has no powers.
func (p Part) Facts() PartFacts {
	f := p.facts()
	f.Powers = slices.Clone(f.Powers)
	return f
}

// facts is the line of the table itself.
func (p Part) facts() PartFacts {
	for _, f := range partFacts {
		if f.Part == p {
			return f
		}
	}
	return PartFacts{}
}

// Has tells whether the part carries a power.
func (p Part) Has(power Power) bool { return slices.Contains(p.facts().Powers, power) }
