package rooms

import (
	"slices"
	"time"
)

// CommandKind is what is to happen to a hearing.
type CommandKind string

// Commands. CommandSchedule is what [Schedule] does; it is never applied to a
// hearing that is there.
const (
	CommandSchedule       CommandKind = "schedule"
	CommandChange         CommandKind = "change"       // the plan, before the opening
	CommandChangePanel    CommandKind = "change_panel" // before the opening, and while adjourned
	CommandPostpone       CommandKind = "postpone"     // 延期开庭; and, while adjourned, 择日继续
	CommandPrepare        CommandKind = "prepare"      // open the waiting room
	CommandOpen           CommandKind = "open"
	CommandAdjourn        CommandKind = "adjourn"
	CommandResume         CommandKind = "resume"
	CommandClosedSession  CommandKind = "closed_session" // the public leaves, evidence is heard
	CommandOffRecord      CommandKind = "off_record"     // mediation not fit for recording
	CommandStartRecording CommandKind = "start_recording"
	CommandStopRecording  CommandKind = "stop_recording"
	CommandClose          CommandKind = "close"
	CommandReopen         CommandKind = "reopen"
	CommandFile           CommandKind = "file"
	CommandCancel         CommandKind = "cancel"
	CommandReinstate      CommandKind = "reinstate" // what was cancelled
)

// CommandKinds are all there are.
var CommandKinds = []CommandKind{
	CommandSchedule, CommandChange, CommandChangePanel, CommandPostpone, CommandPrepare, CommandOpen, CommandAdjourn, CommandResume,
	CommandClosedSession, CommandOffRecord, CommandStartRecording, CommandStopRecording,
	CommandClose, CommandReopen, CommandFile, CommandCancel, CommandReinstate,
}

// Valid tells whether the command exists.
func (k CommandKind) Valid() bool { return slices.Contains(CommandKinds, k) }

// Command is an order to a hearing.
type Command struct {
	Kind CommandKind `json:"kind"`
	// Why is for the case file. It must be given for every interruption, for a
	// change of plan after people were let in, and for what is not the usual course.
	Why string `json:"why,omitempty"`
	// OrderedBy is the user id of the member of the panel on whose order a clerk acts.
	OrderedBy string `json:"ordered_by,omitempty"`
	// Version is that of the hearing as whoever gives the order saw it; 0: whatever
	// it is now.
	Version int `json:"version,omitempty"`

	// KeepRecording goes with CommandClosedSession: the recorder goes on, only the
	// public leaves.
	KeepRecording bool `json:"keep_recording,omitempty"`
	// Plan goes with CommandChange: the whole new plan.
	Plan *Plan `json:"plan,omitempty"`
	// Panel goes with CommandChangePanel: the whole new panel.
	Panel []Member `json:"panel,omitempty"`
	// Start, Minutes and Site go with CommandPostpone; without the latter two they
	// stay as they are.
	Start   time.Time `json:"start,omitzero"`
	Minutes int       `json:"minutes,omitempty"`
	Site    string    `json:"site,omitempty"`
}

// authority says who may give a command, beyond what [May] asks.
type authority int

const (
	byPolicy authority = iota // whoever the policy lets
	byBench                   // a member of the panel who runs the hearing, or its clerk on such a member's order
	byLeader                  // who leads the hearing, in person
)

// rule is the line of a command in the table of transitions.
type rule struct {
	// to is the next state by the present one; from all others it is refused.
	to    map[HearingState]HearingState
	who   authority
	why   []HearingState // from these a reason must be given
	words string         // "… cannot be opened"
}

// rules is the state machine.
//
// Decisions that it holds: an adjourned hearing that goes on another day stays
// adjourned, with a new plan: it is one hearing, recorded from its opening to its
// closing. A closed session and mediation off the record go back into session (or
// are adjourned) before the hearing is closed, because its closing is on record.
// A hearing is closed while adjourned only with a reason: a suit withdrawn in the
// break. One closed by mistake, or too early, is reopened as adjourned, until it
// is filed. One that has begun is never cancelled; one cancelled can be reinstated.
var rules = map[CommandKind]rule{
	CommandChange:      {to: stays(StateScheduled, StateWaiting), words: "changed"},
	CommandChangePanel: {to: stays(StateScheduled, StateWaiting, StateAdjourned), why: []HearingState{StateAdjourned}, words: "given another panel"},
	CommandPostpone: {
		to:  map[HearingState]HearingState{StateScheduled: StateScheduled, StateWaiting: StateScheduled, StateAdjourned: StateAdjourned},
		why: HearingStates, words: "postponed",
	},
	CommandPrepare: {to: from(StateWaiting, StateScheduled), words: "prepared"},
	CommandOpen:    {to: from(StateInSession, StateWaiting), who: byBench, words: "opened"},
	CommandAdjourn: {to: from(StateAdjourned, StateInSession, StateClosedSession, StateOffRecord), who: byBench, why: HearingStates, words: "adjourned"},
	CommandResume:  {to: from(StateInSession, StateAdjourned, StateClosedSession, StateOffRecord), who: byBench, words: "resumed"},
	CommandClosedSession: {
		to: from(StateClosedSession, StateInSession), who: byBench, why: HearingStates, words: "taken into closed session",
	},
	CommandOffRecord:      {to: from(StateOffRecord, StateInSession), who: byBench, why: HearingStates, words: "taken off the record"},
	CommandStartRecording: {to: stays(StateWaiting, StateInSession, StateAdjourned), who: byBench, words: "recorded by choice"},
	CommandStopRecording:  {to: stays(StateWaiting, StateInSession, StateAdjourned), who: byBench, why: HearingStates, words: "recorded no longer"},
	CommandClose:          {to: from(StateClosed, StateInSession, StateAdjourned), who: byBench, why: []HearingState{StateAdjourned}, words: "closed"},
	CommandReopen:         {to: from(StateAdjourned, StateClosed), who: byLeader, why: HearingStates, words: "reopened"},
	CommandFile:           {to: from(StateFiled, StateClosed), words: "filed"},
	CommandCancel:         {to: from(StateCancelled, StateScheduled, StateWaiting), why: HearingStates, words: "cancelled"},
	CommandReinstate:      {to: from(StateScheduled, StateCancelled), why: HearingStates, words: "reinstated"},
}

func stays(states ...HearingState) map[HearingState]HearingState {
	to := map[HearingState]HearingState{}
	for _, s := range states {
		to[s] = s
	}
	return to
}

func from(to HearingState, states ...HearingState) map[HearingState]HearingState {
	m := map[HearingState]HearingState{}
	for _, s := range states {
		m[s] = to
	}
	return m
}

// Commands are those that a hearing of the kind in this state can be given, in
// the order of [CommandKinds]; who may give them is another question.
func (s HearingState) Commands(kind RoomKind) []CommandKind {
	var can []CommandKind
	for _, k := range CommandKinds {
		if _, ok := rules[k].to[s]; ok && kind.Knows(k) {
			can = append(can, k)
		}
	}
	return can
}
