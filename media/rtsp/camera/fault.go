package camera

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// FaultKind is what a camera does wrong.
type FaultKind string

// Faults.
const (
	None         FaultKind = "none"
	Drop         FaultKind = "drop"         // Arg per cent of the packets are lost
	Freeze       FaultKind = "freeze"       // the picture stops, the sound goes on
	Black        FaultKind = "black"        // the picture is black
	Mute         FaultKind = "mute"         // the sound stops
	Jump         FaultKind = "jump"         // timestamps jump by Arg seconds, once
	Slow         FaultKind = "slow"         // the clock runs Arg per cent slow
	Fast         FaultKind = "fast"         // the clock runs Arg per cent fast
	Gone         FaultKind = "gone"         // players are thrown out and told 404
	Unauthorized FaultKind = "unauthorized" // no password is good
	NoParams     FaultKind = "noparams"     // the description lacks parameter sets
)

// defaults of Arg; kinds that are not here take none.
var faultArgs = map[FaultKind]float64{Drop: 5, Jump: 10, Slow: 2, Fast: 2}

// Fault is a fault with its strength, and when it begins.
type Fault struct {
	Kind  FaultKind
	Arg   float64
	After time.Duration // from the start of the server
}

// drift is by how many seconds the fault has moved the camera's clock after a
// while.
func (f Fault) drift(after time.Duration) float64 {
	switch f.Kind {
	case Slow:
		return -after.Seconds() * f.Arg / 100
	case Fast:
		return after.Seconds() * f.Arg / 100
	}
	return 0
}

// ParseFault reads KIND[:ARG][@AFTER], such as drop:5, jump:-3600@30s, gone@1m.
func ParseFault(text string) (Fault, error) {
	var f Fault
	rest, after, timed := strings.Cut(text, "@")
	if timed {
		d, err := time.ParseDuration(after)
		if err != nil || d < 0 {
			return f, fmt.Errorf("fault %q: after @ write a time such as 30s", text)
		}
		f.After = d
	}
	kind, arg, given := strings.Cut(rest, ":")
	f.Kind = FaultKind(kind)
	standard, takes := faultArgs[f.Kind]
	f.Arg = standard
	switch f.Kind {
	case None, Drop, Freeze, Black, Mute, Jump, Slow, Fast, Gone, Unauthorized, NoParams:
	default:
		return f, fmt.Errorf("fault %q: use drop, freeze, black, mute, jump, slow, fast, gone, unauthorized or noparams", text)
	}
	if !given {
		return f, nil
	}
	v, err := strconv.ParseFloat(arg, 64)
	switch {
	case !takes:
		return f, fmt.Errorf("fault %q: %s takes no number", text, kind)
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return f, fmt.Errorf("fault %q: %q is no number", text, arg)
	case f.Kind != Jump && (v < 0 || v > 100):
		return f, fmt.Errorf("fault %q: use 0 to 100 per cent", text)
	}
	f.Arg = v
	return f, nil
}
