// Package mix adds voices up: what a loudspeaker in a courtroom, the gallery or a
// telephone hears of everybody else.
//
// A [Mixer] is the pure core. It is fed with the frames of each voice and gives, every
// 20 ms, one sum for each [Combination]: the set of voices that are left out. A
// loudspeaker leaves out the microphone beside it, the gallery leaves out nobody. The
// whole sum is made once; a combination is that sum less a few voices, and is made once
// however many listen to it.
//
//	m := mix.NewMixer()
//	voice, _ := m.Join("witness")
//	all, _ := m.Combine()
//	voice.Push(mix.Frame{Pos: 0, At: at, Arrived: now, PCM: samples})
//	m.Tick()
//	use(all.Samples())
//
// A [Console] is the shell around one: it reads voices from media streams, keeps the
// time, and hands sums out as G.711, as 16-bit samples, or as a stream of Opus.
//
// Invariants:
//   - inside, sound is 48 kHz, one channel, 32-bit floating point, full scale 1;
//   - what comes out never passes full scale and never wraps;
//   - a voice that joins, leaves, is lost, late or early, or whose clock drifts, makes
//     no click: every cut is a fade;
//   - a voice that is silent at its sender (DTX) costs nothing;
//   - in steady state a tick allocates nothing.
package mix
