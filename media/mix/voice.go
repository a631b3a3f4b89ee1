package mix

import (
	"math"
	"time"
)

const (
	ringSize = 1 << 15 // samples: 680 ms
	ringMask = ringSize - 1
	// maxEarly is how far ahead of what is heard a frame may lie: what comes earlier
	// than that is dropped.
	maxEarly = 400 * Rate / 1000
	fade     = 240 // samples: 5 ms, the length of every cut
	// reanchor is how far a sender's clock and the mixer's may differ before it is
	// taken for a jump.
	reanchor = 100 * Rate / 1000
	believed = 1.0 / 64 // of a frame's own reading of the clock
	// loudest is beyond what any decoder gives for a sound that somebody made.
	loudest = 4
	// origin is where positions begin: above zero, whatever comes before the mixer.
	origin = 1 << 20
)

// MaxPush is the most samples of one frame: 120 ms, as Opus has it.
const MaxPush = 120 * Rate / 1000

// Frame is a piece of a voice.
type Frame struct {
	// Pos is the place of the first sample, in samples at 48 kHz by the sender's clock.
	// Frames that belong together without a gap are exactly their length apart.
	Pos int64
	At  time.Duration // when it was captured, by the mixer's clock
	// Arrived is when it came, by the mixer's clock.
	Arrived time.Duration
	// PCM is the sound. Nil says that the sender is silent from here on (DTX).
	PCM []float32
}

// VoiceStats count what became of a voice.
type VoiceStats struct {
	Concealed uint64        // samples that were made up, of 48,000 a second
	Late      uint64        // frames that came after their time
	Early     uint64        // frames that came too long before it
	Jumps     uint64        // times the sender's clock jumped
	Delay     time.Duration // from capture to being heard
}

// Voice is one voice of a mixer: its packets in, its place on the mixer's clock, 20 ms
// a tick out. Packets come in order; some do not come at all.
type Voice struct {
	id    string
	mixer *Mixer

	ring   [ringSize]float32
	begin  int64 // since it was last silent
	end    int64 // after the last sample that came
	filled int64 // after the last one made up behind it
	read   float64
	idle   bool // nothing to hear until the next frame
	dtx    bool // its sender has said so

	started bool
	shift   int64   // from the sender's positions to ours
	off     float64 // mixer's time less position, smoothed
	jitter  jitter
	conceal concealer

	tail    [fade]float32 // what would have come before a jump of read
	tailed  bool
	peak    float32 // of the last frame
	frame   [FrameSamples]float32
	audible bool // frame holds the current tick's

	leaving, left bool
	stats         VoiceStats
}

// Stats are the voice's figures up to now.
func (v *Voice) Stats() VoiceStats {
	s := v.stats
	s.Delay = v.jitter.total()
	return s
}

// Leave takes the voice out; it fades in the next tick.
func (v *Voice) Leave() { v.leaving = true }

func (v *Voice) gone() bool { return v.leaving && (v.left || v.idle) }

// Push takes the next frame of the voice. The samples are copied.
func (v *Voice) Push(f Frame) {
	if v.leaving || len(f.PCM) > MaxPush {
		return
	}
	v.jitter.saw(f.At, f.Arrived)
	pos := v.place(f)
	v.dtx = f.PCM == nil
	pcm := f.PCM
	if over := v.end - pos; over > 0 && !v.idle { // it tells again what is known
		if over >= int64(len(pcm)) {
			return
		}
		pos, pcm = v.end, pcm[over:]
	}
	switch {
	case len(pcm) == 0:
	case v.idle:
		v.wake(pos, pcm)
	case float64(pos+int64(len(pcm)))-v.read > maxEarly:
		v.stats.Early++
	default:
		v.add(pos, pcm)
	}
}

// place is a frame's position, on a line that goes on over jumps of the sender's clock.
func (v *Voice) place(f Frame) int64 {
	at := f.At.Seconds() * Rate
	if !v.started {
		v.started = true
		v.shift = int64(math.Round(at)) + origin - f.Pos
		v.off = -origin
	}
	pos := f.Pos + v.shift
	stray := at - float64(pos) - v.off
	if stray > reanchor || stray < -reanchor {
		v.stats.Jumps++
		pos = int64(math.Round(at - v.off))
		v.shift = pos - f.Pos
		stray = at - float64(pos) - v.off
	}
	v.off += stray * believed
	return pos
}

// due is the position that is to be heard at a time.
func (v *Voice) due(now int64) float64 {
	return float64(now) - v.off - v.jitter.total().Seconds()*Rate
}

// wake begins anew after silence: with its delay as it should be.
func (v *Voice) wake(pos int64, pcm []float32) {
	v.read = v.due(v.mixer.now)
	if early := float64(pos+int64(len(pcm))) - v.read; early > maxEarly {
		v.stats.Early++
		return
	}
	if float64(pos+int64(len(pcm))) <= v.read {
		v.stats.Late++
		return
	}
	v.idle, v.tailed = false, false
	v.begin = pos
	before := pos - int64(v.read)
	for i := int64(1); i <= max(before, 0)+2*maxPeriod+likeness; i++ {
		v.ring[(pos-i)&ringMask] = 0
	}
	v.write(pos, pcm)
	from := max(pos, int64(v.read))
	for i := range int64(min(fade, pos+int64(len(pcm))-from)) {
		v.ring[(from+i)&ringMask] *= float32(i) / fade
	}
}

func (v *Voice) write(pos int64, pcm []float32) {
	for i, s := range pcm {
		v.ring[(pos+int64(i))&ringMask] = sane(s)
	}
	v.end = pos + int64(len(pcm))
	v.filled = v.end
}

// sane keeps what a broken packet was decoded to from spoiling everybody's sound.
func sane(s float32) float32 {
	if s >= -loudest && s <= loudest {
		return s
	}
	return 0
}

// add puts a frame behind what there is, over what was made up in its place.
func (v *Voice) add(pos int64, pcm []float32) {
	last := pos + int64(len(pcm))
	next := int64(v.read) + 3 // the first sample that has not been looked at
	if pos < next {
		v.stats.Late++
		if back := max(v.due(v.mixer.now), float64(v.begin)); v.read-back > Rate/100 {
			v.jump(back) // it is to be heard all the same, later
		} else if pos = next; pos >= last {
			return
		}
		pcm = pcm[len(pcm)-int(last-pos):]
	}
	if pos == v.end {
		v.write(pos, pcm)
		return
	}
	over := min(fade, int64(len(pcm)))
	v.cover(pos + over)
	var was [fade]float32
	for i := range over {
		was[i] = v.ring[(pos+i)&ringMask]
	}
	v.write(pos, pcm)
	for i := range over {
		w := float32(i+1) / float32(over+1)
		s := &v.ring[(pos+i)&ringMask]
		*s = was[i] + w*(*s-was[i])
	}
}

// cover makes sound up to a position, where none has come.
func (v *Voice) cover(to int64) {
	if v.filled >= to {
		return
	}
	if v.filled == v.end {
		v.conceal.begin(&v.ring, v.end)
	}
	for ; v.filled < to; v.filled++ {
		k := v.filled - v.end
		v.ring[v.filled&ringMask] = v.conceal.sample(k)
		if k < concealFade && !v.dtx {
			v.stats.Concealed++
		}
	}
}
