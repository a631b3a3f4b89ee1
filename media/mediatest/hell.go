package mediatest

import (
	"encoding/binary"
	"time"
)

// Step is one thing that a source does in tests of bad timestamps.
type Step struct {
	RTP   int32         // the timestamp's step since the last frame of the track, in ticks
	After time.Duration // since the step before, up to a minute
	What  byte          // whatever the test takes it for
	Lost  int           // packets missing before it, up to 7
}

const stepSize = 8

// Steps reads steps from bytes, as a fuzzer makes them.
func Steps(data []byte) []Step {
	var steps []Step
	for ; len(data) >= stepSize && len(steps) < 4096; data = data[stepSize:] {
		steps = append(steps, Step{
			RTP: int32(binary.BigEndian.Uint32(data)), After: time.Duration(binary.BigEndian.Uint16(data[4:])) * time.Millisecond,
			What: data[6], Lost: int(data[7] & 7),
		})
	}
	return steps
}

// Bytes are what Steps reads s from.
func (s Step) bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(s.RTP))
	b = binary.BigEndian.AppendUint16(b, uint16(s.After/time.Millisecond))
	return append(b, s.What, byte(s.Lost))
}

// Hell is timestamps that no camera should send and some do, by what is wrong with
// them: 300 pictures at 25 a second for a clock of 90 kHz, in the form that [Steps]
// reads. What tells them apart is up to the test; each eighth is marked by 1.
func Hell() map[string][]byte {
	const tick, picture = 3600, 40 * time.Millisecond
	plain := func(int) Step { return Step{RTP: tick, After: picture} }
	seeds := map[string]func(i int) Step{
		"as it should be":  plain,
		"standing still":   func(int) Step { return Step{After: picture} },
		"always backwards": func(int) Step { return Step{RTP: -tick, After: picture} },
		"a second ahead each time": func(int) Step {
			return Step{RTP: 89_999, After: picture}
		},
		"a second ahead in no time":       func(int) Step { return Step{RTP: 89_999} },
		"nearly a second back in no time": func(int) Step { return Step{RTP: -89_999} },
		"all at once":                     func(int) Step { return Step{RTP: tick} },
		"half a range ahead":              func(i int) Step { return at(i, 100, 1<<31-1, picture) },
		"half a range back":               func(i int) Step { return at(i, 100, -1<<31, picture) },
		"again and again half a range":    func(i int) Step { return Step{RTP: int32(i%2)<<31 - 1, After: picture} },
		"an hour ahead":                   func(i int) Step { return at(i, 150, 90_000*3600, picture) },
		"an hour back":                    func(i int) Step { return at(i, 150, -90_000*3600, picture) },
		"back and forth": func(i int) Step {
			return Step{RTP: tick * int32(1-2*(i%2)) * 20, After: picture}
		},
		"pictures in another order": func(i int) Step {
			return Step{RTP: [...]int32{3 * tick, -2 * tick, tick, 2 * tick}[i%4], After: picture}
		},
		"one tick apart":           func(int) Step { return Step{RTP: 1, After: picture} },
		"a tenth of the speed":     func(int) Step { return Step{RTP: tick / 10, After: picture} },
		"ten times the speed":      func(int) Step { return Step{RTP: tick * 10, After: picture} },
		"a picture a second":       func(int) Step { return Step{RTP: 90_000, After: time.Second} },
		"a picture in ten seconds": func(int) Step { return Step{RTP: 900_000, After: 10 * time.Second} },
		"a minute of silence":      func(i int) Step { return silence(i, tick, picture, time.Minute) },
		"silence that the clock does not know": func(i int) Step {
			s := silence(i, tick, picture, time.Minute)
			s.RTP = tick
			return s
		},
		"every other packet lost": func(i int) Step { return Step{RTP: tick, After: picture, Lost: i % 2} },
	}
	all := map[string][]byte{}
	for name, step := range seeds {
		var b []byte
		for i := range 300 {
			s := step(i)
			if i%8 == 0 {
				s.What |= 1
			}
			b = append(b, s.bytes()...)
		}
		all[name] = b
	}
	return all
}

// at is a plain step, but for the one with the number.
func at(i, number int, rtp int32, after time.Duration) Step {
	if i == number {
		return Step{RTP: rtp, After: after}
	}
	return Step{RTP: 3600, After: after}
}

// silence is a plain step, but for a long one in the middle.
func silence(i int, rtp int32, after, long time.Duration) Step {
	if i == 150 {
		return Step{RTP: int32(long / time.Microsecond * 9 / 100), After: long}
	}
	return Step{RTP: rtp, After: after}
}
