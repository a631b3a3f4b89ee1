package rooms

import (
	"fmt"
	"strings"
)

// StateError refuses a command that a hearing's state does not allow.
type StateError struct {
	State   HearingState
	Command CommandKind
	Kind    RoomKind
}

// Error says what can be done instead: "a closed hearing cannot be opened: it can
// be reopened or filed".
func (e StateError) Error() string {
	refusal := fmt.Sprintf("%s cannot be %s", e.State.subject(), rules[e.Command].words)
	for _, to := range rules[e.Command].to {
		if to == e.State {
			return refusal + ": it is so already"
		}
	}
	can := each(e.State.Commands(e.Kind), func(k CommandKind) string { return rules[k].words })
	switch last := len(can) - 1; {
	case last < 0:
		return refusal + ": schedule another in the case"
	case last == 0:
		return refusal + ": it can be " + can[0]
	default:
		return refusal + ": it can be " + strings.Join(can[:last], ", ") + " or " + can[last]
	}
}

// RuleError refuses a command that the hearing's kind, or the way it is held,
// does not allow in any state.
type RuleError struct {
	Kind    RoomKind
	Command CommandKind
	What    string
}

func (e RuleError) Error() string { return fmt.Sprintf("%s: %s", e.Command, e.What) }

// AuthorityError refuses a command to somebody who may not give it in this
// hearing.
type AuthorityError struct {
	User    string
	Part    Part // in the hearing; empty: none on its panel
	Command CommandKind
	What    string
}

func (e AuthorityError) Error() string { return fmt.Sprintf("%s: %s", e.Command, e.What) }

// StaleError refuses a command given on an old view of the hearing.
type StaleError struct {
	Have, Given int // versions
}

func (e StaleError) Error() string {
	return fmt.Sprintf("the hearing has changed since (version %d, the command was for %d): look at it again, then repeat the command", e.Have, e.Given)
}

// BegunError refuses to change from outside what is on record.
type BegunError struct {
	State  HearingState
	Fields []string // that would change
}

func (e BegunError) Error() string {
	return fmt.Sprintf("%s cannot be changed from outside (%s): it has begun; schedule another in the case", e.State.subject(), strings.Join(e.Fields, ", "))
}
