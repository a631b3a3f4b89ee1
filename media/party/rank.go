package party

import (
	"slices"
	"strings"
)

// voice is somebody who speaks, or a camera before which somebody does.
type voice struct {
	id     string
	level  float64 // dB over silence
	camera bool
}

// overtakes is how much louder, in dB, one who speaks must be to be put before another who
// spoke before them: two who talk at once do not change places with every word.
const overtakes = 6

// rank puts those who speak in their order, the loudest first, as little different from
// the order before as may be. A camera comes after all people: its microphone hears the
// room's own loudspeaker, and so everybody else.
func rank(before []string, voices []voice) []string {
	slices.SortFunc(voices, func(a, b voice) int { return strings.Compare(a.id, b.id) })
	was := func(v voice) int {
		if i := slices.Index(before, v.id); i >= 0 {
			return i
		}
		return len(before)
	}
	slices.SortStableFunc(voices, func(a, b voice) int { return was(a) - was(b) })
	for i := 1; i < len(voices); i++ {
		for j := i; j > 0 && passes(voices[j], voices[j-1], was(voices[j-1]) < len(before)); j-- {
			voices[j], voices[j-1] = voices[j-1], voices[j]
		}
	}
	ids := make([]string, len(voices))
	for i, v := range voices {
		ids[i] = v.id
	}
	return ids
}

// passes tells whether a goes before b, which has been before it if held.
func passes(a, b voice, held bool) bool {
	switch {
	case a.camera != b.camera:
		return b.camera
	case held:
		return a.level >= b.level+overtakes
	}
	return a.level > b.level
}
