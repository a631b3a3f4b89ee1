package rooms

import "slices"

// RoomKind is what a room is used for 类型: a trial, an interrogation, a meeting.
type RoomKind string

// Kinds of rooms.
const (
	KindTrial         RoomKind = "trial"
	KindInterrogation RoomKind = "interrogation"
	KindPetition      RoomKind = "petition_reception"
	KindMediation     RoomKind = "mediation"
	KindCommittee     RoomKind = "committee_meeting"
	KindConference    RoomKind = "conference"
	KindTraining      RoomKind = "training"
	KindParole        RoomKind = "parole_hearing"
)

// RecordingRule says whether hearings of a kind are recorded.
type RecordingRule string

// Rules of recording.
const (
	// RecordingRequired: from the opening to the closing, whoever runs it (法释〔2017〕5号, articles 1 and 3).
	RecordingRequired RecordingRule = "required"
	// RecordingOptional: as planned, or started and stopped in the room.
	RecordingOptional RecordingRule = "optional"
	// RecordingByConsent: not planned, but started in the room once all have agreed.
	RecordingByConsent RecordingRule = "by_consent"
)

// RecordingRules are all there are.
var RecordingRules = []RecordingRule{RecordingRequired, RecordingOptional, RecordingByConsent}

// Valid tells whether the rule exists.
func (r RecordingRule) Valid() bool { return slices.Contains(RecordingRules, r) }

// KindFacts is what is known of a kind of room.
type KindFacts struct {
	Kind      RoomKind      `json:"kind"`
	Chinese   string        `json:"chinese"`
	English   string        `json:"english"`
	Parts     []Part        `json:"parts"`
	Leads     []Part        `json:"leads"` // who leads it: the first of these that is there once
	Recording RecordingRule `json:"recording"`
	Gallery   bool          `json:"gallery"`    // it can be public
	NeedsCase bool          `json:"needs_case"` // a meeting can be about none
	// Without are the commands that such a room does not know.
	Without []CommandKind `json:"without"`
}

// Parts of those who sit on a bench, and of those who come before it.
var (
	benchParts = []Part{PartPresidingJudge, PartJudge, PartAssessor, PartClerk}
	civilParts = []Part{PartPlaintiff, PartDefendant, PartParty, PartLawyer, PartInterpreter}
	proofParts = []Part{PartProsecutor, PartAccused, PartWitness, PartExpert}
	meetParts  = []Part{PartChair, PartClerk, PartAttendee}

	noSession = []CommandKind{CommandClosedSession, CommandOffRecord}
	noSwitch  = []CommandKind{CommandStartRecording, CommandStopRecording}
)

var kindFacts = []KindFacts{
	{
		Kind: KindTrial, Chinese: "庭审", English: "trial", Recording: RecordingRequired, Gallery: true, NeedsCase: true,
		Parts:   slices.Concat(benchParts, civilParts, proofParts, []Part{PartTerminal, PartGallery, PartInspector}),
		Leads:   []Part{PartPresidingJudge, PartJudge},
		Without: noSwitch,
	},
	{
		Kind: KindInterrogation, Chinese: "提讯", English: "interrogation", Recording: RecordingRequired, NeedsCase: true,
		Parts:   slices.Concat(benchParts, []Part{PartProsecutor, PartAccused, PartLawyer, PartInterpreter, PartTerminal, PartInspector}),
		Leads:   []Part{PartPresidingJudge, PartJudge},
		Without: slices.Concat(noSession, noSwitch),
	},
	{
		Kind: KindPetition, Chinese: "接访", English: "petition reception", Recording: RecordingOptional,
		Parts:   slices.Concat(benchParts, []Part{PartChair, PartPetitioner, PartLawyer, PartInterpreter, PartAttendee, PartInspector}),
		Leads:   []Part{PartChair, PartPresidingJudge, PartJudge},
		Without: noSession,
	},
	{
		// Mediation is not public and is recorded only if the parties agree; off
		// the record is where it is without that.
		Kind: KindMediation, Chinese: "调解", English: "mediation", Recording: RecordingByConsent,
		Parts:   slices.Concat([]Part{PartMediator}, benchParts, civilParts, []Part{PartExpert}),
		Leads:   []Part{PartMediator, PartPresidingJudge, PartJudge},
		Without: noSession,
	},
	{
		Kind: KindCommittee, Chinese: "审委会", English: "committee meeting", Recording: RecordingRequired,
		Parts:   meetParts,
		Leads:   []Part{PartChair},
		Without: slices.Concat(noSession, noSwitch),
	},
	{
		Kind: KindConference, Chinese: "会议", English: "conference", Recording: RecordingOptional,
		Parts:   slices.Concat(meetParts, []Part{PartInterpreter}),
		Leads:   []Part{PartChair},
		Without: noSession,
	},
	{
		Kind: KindTraining, Chinese: "培训", English: "training", Recording: RecordingOptional,
		Parts:   slices.Concat(meetParts, []Part{PartInterpreter}),
		Leads:   []Part{PartChair},
		Without: noSession,
	},
	{
		Kind: KindParole, Chinese: "减刑假释", English: "parole hearing", Recording: RecordingRequired, Gallery: true, NeedsCase: true,
		Parts:   slices.Concat(benchParts, proofParts, []Part{PartParty, PartLawyer, PartInterpreter, PartTerminal, PartGallery, PartInspector}),
		Leads:   []Part{PartPresidingJudge, PartJudge},
		Without: slices.Concat([]CommandKind{CommandOffRecord}, noSwitch),
	},
}

// RoomKinds are all there are, in the order in which pages list them.
var RoomKinds = each(kindFacts, func(f KindFacts) RoomKind { return f.Kind })

// Valid tells whether the kind exists.
func (k RoomKind) Valid() bool { return slices.Contains(RoomKinds, k) }

// Facts is what is known of the kind. The zero value, which knows no part,
// stands for a kind that does not exist.
func (k RoomKind) Facts() KindFacts {
	f := k.facts()
	f.Parts, f.Leads, f.Without = slices.Clone(f.Parts), slices.Clone(f.Leads), slices.Clone(f.Without)
	return f
}

// facts is the line of the table itself.
func (k RoomKind) facts() KindFacts {
	for _, f := range kindFacts {
		if f.Kind == k {
			return f
		}
	}
	return KindFacts{}
}

// Knows tells whether a command can ever be given in a room of the kind.
func (k RoomKind) Knows(c CommandKind) bool {
	f := k.facts()
	return f.Kind != "" && c.Valid() && !slices.Contains(f.Without, c)
}

// ParseRoomKind finds a kind by its id, Chinese or English name.
func ParseRoomKind(name string) (RoomKind, bool) {
	for _, f := range kindFacts {
		if name == string(f.Kind) || name == f.Chinese || name == f.English {
			return f.Kind, true
		}
	}
	return "", false
}

// withArticle is the kind in an English sentence.
func (k RoomKind) withArticle() string {
	if k == KindInterrogation {
		return "an " + k.facts().English
	}
	return "a " + k.facts().English
}
