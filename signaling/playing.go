package signaling

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"avhub/recorder/manifest"
	"avhub/rooms"
	"avhub/rooms/office"
)

// playIdle is how long nothing is asked for before a playback is over. A player
// that is paused with its buffer full asks for nothing.
const playIdle = 30 * time.Second

// plays are the playbacks that go on. One comes in many requests, and is one entry
// of the audit with its beginning, its end and what was sent; it ends as soon as it
// is not permitted any more.
type plays struct {
	ctx    context.Context // ends with the server
	office *office.Office
	idle   time.Duration

	mu sync.Mutex
	by map[playKey]*play
}

type playKey struct{ who, session, recording string }

// play is somebody playing a recording.
type play struct {
	key playKey

	beginning sync.Mutex // held while the policy is asked for the first time
	begun     bool
	done      func() // tells the audit that it is over
	ctx       context.Context
	cancel    context.CancelFunc

	mu     sync.Mutex
	over   bool
	active int // requests under way
	last   time.Time
	timer  *time.Timer
	sent   []stretch
}

// stretch of the recording's timeline.
type stretch struct{ from, to manifest.Micros }

func newPlays(ctx context.Context, o *office.Office) *plays {
	return &plays{ctx: ctx, office: o, idle: playIdle, by: map[playKey]*play{}}
}

// join counts a request in. Its context ends when the playback may not go on. leave
// is called once, with what was sent.
func (p *plays) join(ctx context.Context, c office.Caller, id string) (playing context.Context, leave func(sent stretch), err error) {
	key := playKey{c.Name(), c.Who.Session, id}
	for {
		x, err := p.find(key)
		if err != nil {
			return nil, nil, err
		}
		if err := p.begin(ctx, c, x); err != nil {
			return nil, nil, err
		}
		if x.enter() {
			return x.ctx, func(s stretch) { p.leave(x, s) }, nil
		}
		p.forget(x) // it was over just before: begin another one
	}
}

func (p *plays) find(key playKey) (*play, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return nil, problem(503, "stopping", "the hub is stopping: try again in a moment")
	}
	x := p.by[key]
	if x == nil {
		x = &play{key: key}
		x.ctx, x.cancel = context.WithCancel(p.ctx)
		p.by[key] = x
	}
	return x, nil
}

// begin asks the policy, the first time, and tells the audit.
func (p *plays) begin(ctx context.Context, c office.Caller, x *play) error {
	x.beginning.Lock()
	defer x.beginning.Unlock()
	if x.begun {
		return nil
	}
	done, err := p.office.AttendTelling(ctx, c, rooms.PlayBack, rooms.RecordingObject, x.key.recording, x.cancel, x.tell)
	if err != nil {
		p.forget(x)
		return officeProblem(err)
	}
	x.begun, x.done = true, done
	return nil
}

func (p *plays) forget(x *play) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by[x.key] == x {
		delete(p.by, x.key)
	}
}

// enter counts a request in; false: the playback is over.
func (x *play) enter() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over || x.ctx.Err() != nil {
		return false
	}
	if x.timer != nil {
		x.timer.Stop()
	}
	x.active++
	return true
}

// leave counts a request out. After the last one there is a time to come back in.
func (p *plays) leave(x *play, s stretch) {
	x.mu.Lock()
	x.active--
	x.last = time.Now()
	x.note(s)
	wait := p.idle
	if x.ctx.Err() != nil {
		wait = 0
	}
	if x.active == 0 {
		x.timer = time.AfterFunc(wait, func() { p.end(x) })
	}
	x.mu.Unlock()
}

// end ends a playback that nothing is asked of.
func (p *plays) end(x *play) {
	x.mu.Lock()
	if x.over || x.active != 0 { // somebody came back
		x.mu.Unlock()
		return
	}
	x.over = true
	if x.timer != nil {
		x.timer.Stop()
	}
	x.mu.Unlock()
	p.forget(x)
	x.cancel()
	x.done()
}

// close ends all. The server must have stopped.
func (p *plays) close() {
	p.mu.Lock()
	all := make([]*play, 0, len(p.by))
	for _, x := range p.by {
		all = append(all, x)
	}
	p.mu.Unlock()
	for _, x := range all {
		x.beginning.Lock()
		begun := x.begun
		x.beginning.Unlock()
		if begun {
			p.end(x)
		}
	}
}

// mostStretches is how many stretches an entry of the audit names.
const mostStretches = 20

// note adds what was sent, joined with what it touches.
func (x *play) note(s stretch) {
	if s.to <= s.from {
		return
	}
	x.sent = append(x.sent, s)
	slices.SortFunc(x.sent, func(a, b stretch) int { return int(a.from/1000 - b.from/1000) })
	joined := x.sent[:1]
	for _, s := range x.sent[1:] {
		// Players read ahead in leaps of a group of pictures.
		if last := &joined[len(joined)-1]; s.from <= last.to+manifest.Micros(1e6) || len(joined) == 10*mostStretches {
			last.to = max(last.to, s.to)
		} else {
			joined = append(joined, s)
		}
	}
	x.sent = joined
}

// tell is what the audit keeps of it: when the last request was over, and which
// stretches of the recording were sent.
func (x *play) tell() office.Told {
	x.mu.Lock()
	defer x.mu.Unlock()
	told := office.Told{Until: x.last.UTC()}
	var words []string
	for i, s := range x.sent {
		if i == mostStretches {
			words = append(words, "…")
			break
		}
		words = append(words, clockOf(s.from)+"–"+clockOf(s.to))
	}
	if len(words) > 0 {
		told.Detail = map[string]string{"played": strings.Join(words, ", ")}
	}
	return told
}

// clockOf writes a place on the timeline: 1:02:03.
func clockOf(m manifest.Micros) string {
	s := int64(m) / 1e6
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
