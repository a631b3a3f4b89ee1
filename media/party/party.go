package party

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/relay"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
)

// Options of a party.
type Options struct {
	WebRTC *webrtc.Server
	Relay  *relay.Relay
	// Line finds what a camera sends; nil: there are none.
	Line       func(id string, q sources.Quality) (*sources.Line, error)
	Transcoder *transcode.Transcoder
	// Mix is all that the room says, as one sound, without a member's own voice, until
	// release; nil: there is none.
	Mix func(member string) (stream *media.Stream, release func(), err error)
	// Allow tells whether a member may receive a stream's picture, or its sound, now: a
	// publication's or a camera's.
	Allow func(member, stream string, picture bool) bool
	// Changed is called when what can be received has changed, or which layers are
	// wanted. It must not wait, and may be called with anything locked.
	Changed func()
	// Speaking is called with the ids of those who speak, the loudest first, and after them
	// of the cameras before which somebody does, when that has changed. It must not wait.
	Speaking func(people []string)
	Log      *slog.Logger
}

// MixID is the stream of all that the room says. No source and no person can be called so.
const MixID = "room:mix"

// Party is the people of one room.
type Party struct {
	o Options

	mu           sync.Mutex
	members      map[string]*Member
	publications map[string]*Publication
	silent       map[string]bool // people who are not to be heard
	ears         map[string]*ear // by member: whose packets do not say how loud they are
	cameras      map[string]*ear // by camera
	closed       bool

	quit chan struct{}
	wg   sync.WaitGroup
}

// ErrClosed says that the room is over.
var ErrClosed = errors.New("the room is closed")

// New opens a room.
func New(o Options) *Party {
	p := &Party{o: o, members: map[string]*Member{}, publications: map[string]*Publication{}, silent: map[string]bool{}, quit: make(chan struct{})}
	p.ears, p.cameras = map[string]*ear{}, map[string]*ear{}
	p.wg.Go(p.listen)
	return p
}

// Member finds a member's place in the party, or makes it.
func (p *Party) Member(id string) (*Member, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	m := p.members[id]
	if m == nil {
		m = newMember(p, id)
		p.members[id] = m
	}
	return m, nil
}

// Publication finds what is sent under an id, or nil.
func (p *Party) Publication(id string) *Publication {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.publications[id]
}

// Publications are all that was ever sent in the room, in the order of their ids.
func (p *Party) Publications() []*Publication {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*Publication, 0, len(p.publications))
	for _, x := range p.publications {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *Publication) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Expect is a publication that is recorded already, before its person is back.
func (p *Party) Expect(person string, kind Kind) (*Publication, error) {
	x, err := p.publication(person, kind)
	if err == nil {
		x.expected.Store(true)
	}
	return x, err
}

// publication of a person, made when they first send it.
func (p *Party) publication(person string, kind Kind) (*Publication, error) {
	id := person
	if kind == Screen {
		id += "-screen"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	x := p.publications[id]
	if x == nil {
		x = newPublication(id, person, kind, p.o.Changed)
		x.silent.Store(p.silent[person])
		p.publications[id] = x
	}
	return x, nil
}

// Silence says who is not to be heard. When it returns, no sound of theirs gets into
// their streams.
func (p *Party) Silence(people map[string]bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = people
	for _, x := range p.publications {
		x.silent.Store(people[x.Person] && x.Kind == Camera)
	}
}

// Recheck asks about everything that is being received once more. When it returns,
// nothing that is not allowed is sent to anybody.
func (p *Party) Recheck() {
	for _, m := range p.all() {
		m.recheck()
	}
}

func (p *Party) all() []*Member {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*Member, 0, len(p.members))
	for _, m := range p.members {
		all = append(all, m)
	}
	return all
}

// wanted tells whether somebody receives a layer of a publication.
func (p *Party) wanted(x *Publication, layer string) bool {
	if layer == whole && x.holds.Load() > 0 {
		return true
	}
	for _, m := range p.all() {
		if m.receives(x.ID, layer) {
			return true
		}
	}
	return false
}

// speakEvery is how often it is looked who speaks.
const speakEvery = 300 * time.Millisecond

// listen tells who speaks.
func (p *Party) listen() {
	tick := time.NewTicker(speakEvery)
	defer tick.Stop()
	var last []string
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
		}
		for _, m := range p.all() {
			m.retry()
		}
		people := rank(last, p.voices(time.Now()))
		if !slices.Equal(people, last) {
			last = people
			p.o.Speaking(people)
		}
	}
}

// Close ends all connections and streams of the room.
func (p *Party) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	p.mu.Unlock()
	close(p.quit)
	p.wg.Wait()
	p.closeEars()
	for _, m := range p.all() {
		m.Hang()
	}
	for _, x := range p.Publications() {
		x.close()
	}
}
