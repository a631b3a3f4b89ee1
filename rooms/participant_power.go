package rooms

import "slices"

// Power is something that a part may do in the room of a hearing.
type Power string

// Powers in a room.
const (
	PowerRun         Power = "run"          // open, adjourn, closed session, close
	PowerRunOnOrder  Power = "run_on_order" // the same, on the order of somebody on the panel with PowerRun
	PowerAdmit       Power = "admit"
	PowerMute        Power = "mute"
	PowerRemove      Power = "remove"
	PowerCallWitness Power = "call_witness"
	PowerMark        Power = "mark"     // moments; and correct the text
	PowerSign        Power = "sign"     // the record of the hearing
	PowerSignOwn     Power = "sign_own" // what they have said themselves
	PowerShare       Power = "share"    // evidence, a screen
	PowerSpeak       Power = "speak"    // send sound and picture
	PowerWatch       Power = "watch"    // see and hear
)

// Powers are all there are.
var Powers = []Power{PowerRun, PowerRunOnOrder, PowerAdmit, PowerMute, PowerRemove, PowerCallWitness, PowerMark, PowerSign, PowerSignOwn, PowerShare, PowerSpeak, PowerWatch}

// Valid tells whether the power exists.
func (p Power) Valid() bool { return slices.Contains(Powers, p) }
