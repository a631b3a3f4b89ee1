package party

import (
	"context"
	"time"

	"avhub/media"
	"avhub/media/mix"
)

// ear measures a sound whose packets do not say how loud they are: it decodes them. That
// is a camera's, and a participant's whose stack does not know RFC 6464.
type ear struct {
	loudness *loudness
	stop     context.CancelFunc
	done     chan struct{}
}

// listenTo opens an ear for a stream; p.mu is held.
func (p *Party) listenTo(s *media.Stream, l *loudness) *ear {
	ctx, stop := context.WithCancel(context.Background())
	e := &ear{loudness: l, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(e.done)
		mix.Levels(ctx, s, p.o.Transcoder, p.o.Log, l.hear)
	}()
	return e
}

func (e *ear) close() {
	e.stop()
	<-e.done
}

// Courtroom says which cameras are in the room: it is told when somebody speaks before one
// of them. stream is nil where a camera sends nothing now.
func (p *Party) Courtroom(cameras map[string]*media.Stream) {
	p.mu.Lock()
	var gone []*ear
	for id, e := range p.cameras {
		if cameras[id] == nil {
			gone = append(gone, e)
			delete(p.cameras, id)
		}
	}
	for id, s := range cameras {
		if s != nil && p.cameras[id] == nil && !p.closed {
			p.cameras[id] = p.listenTo(s, &loudness{})
		}
	}
	p.mu.Unlock()
	for _, e := range gone {
		e.close()
	}
}

// measure has a member's publication measured by decoding, from now on.
func (p *Party) measure(m *Member, x *Publication) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ears[m.id] == nil && !p.closed {
		p.ears[m.id] = p.listenTo(x.main, &m.loudness)
	}
}

// voices are those who speak now.
func (p *Party) voices(now time.Time) []voice {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []voice
	for id, m := range p.members {
		if level, ok := m.loudness.at(now); ok && !p.silent[id] {
			all = append(all, voice{id, level, false})
		}
	}
	for id, e := range p.cameras {
		if level, ok := e.loudness.at(now); ok {
			all = append(all, voice{id, level, true})
		}
	}
	return all
}

// closeEars ends all measuring, and waits.
func (p *Party) closeEars() {
	p.mu.Lock()
	var all []*ear
	for _, e := range p.ears {
		all = append(all, e)
	}
	for _, e := range p.cameras {
		all = append(all, e)
	}
	p.ears, p.cameras = map[string]*ear{}, map[string]*ear{}
	p.mu.Unlock()
	for _, e := range all {
		e.close()
	}
}
