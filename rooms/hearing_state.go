package rooms

import "slices"

// HearingState is where a hearing stands.
type HearingState string

// States of a hearing. It begins with StateScheduled and ends with StateFiled or,
// if it never began, with StateCancelled.
const (
	StateScheduled     HearingState = "scheduled"
	StateWaiting       HearingState = "waiting"        // the room is open, people come in 候庭
	StateInSession     HearingState = "in_session"     // 开庭
	StateAdjourned     HearingState = "adjourned"      // for minutes or until another day 休庭
	StateClosedSession HearingState = "closed_session" // evidence is heard without the public 不公开举证质证
	StateOffRecord     HearingState = "off_record"     // mediation that is not fit for recording 不宜录制的调解
	StateClosed        HearingState = "closed"         // 闭庭
	StateFiled         HearingState = "filed"          // 归档
	StateCancelled     HearingState = "cancelled"
)

// HearingStates are all there are, in the order of a hearing's life.
var HearingStates = []HearingState{
	StateScheduled, StateWaiting, StateInSession, StateAdjourned, StateClosedSession, StateOffRecord,
	StateClosed, StateFiled, StateCancelled,
}

// Valid tells whether the state exists.
func (s HearingState) Valid() bool { return slices.Contains(HearingStates, s) }

// Begun tells whether the hearing has been opened once: from then on it is on
// record, and other systems cannot change it any more.
func (s HearingState) Begun() bool {
	return s.Valid() && s != StateScheduled && s != StateWaiting && s != StateCancelled
}

// Over tells whether nobody sits in the hearing any more.
func (s HearingState) Over() bool {
	return s == StateClosed || s == StateFiled || s == StateCancelled
}

// subject is a hearing in this state, in a sentence.
func (s HearingState) subject() string {
	switch s {
	case StateScheduled:
		return "a scheduled hearing"
	case StateWaiting:
		return "a hearing that waits for its opening"
	case StateInSession:
		return "a hearing in session"
	case StateAdjourned:
		return "an adjourned hearing"
	case StateClosedSession:
		return "a hearing in closed session"
	case StateOffRecord:
		return "a hearing off the record"
	case StateClosed:
		return "a closed hearing"
	case StateFiled:
		return "a filed hearing"
	case StateCancelled:
		return "a cancelled hearing"
	}
	return "a hearing in no known state"
}

// InterruptionReason is why a recording that must be whole has been interrupted.
type InterruptionReason string

// Reasons of interruption. The rules know the first three (法释〔2017〕5号,
// article 3); the fourth happens only where recording is a matter of choice, the
// fifth where a hearing that had been closed went on.
const (
	InterruptedByAdjournment InterruptionReason = "adjournment"
	InterruptedForEvidence   InterruptionReason = "closed_evidence"
	InterruptedForMediation  InterruptionReason = "mediation"
	InterruptedByChoice      InterruptionReason = "by_choice"
	InterruptedByClosing     InterruptionReason = "closing"
)

// InterruptionReasons are all there are.
var InterruptionReasons = []InterruptionReason{InterruptedByAdjournment, InterruptedForEvidence, InterruptedForMediation, InterruptedByChoice, InterruptedByClosing}

// Valid tells whether the reason exists.
func (r InterruptionReason) Valid() bool { return slices.Contains(InterruptionReasons, r) }
