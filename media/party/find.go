package party

import (
	"avhub/media"
	"avhub/media/egress"
	"avhub/media/packet"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// find takes hold of the stream: a publication's, or a camera's.
func (s *subscription) find() error {
	if s.stream == MixID {
		return s.findMix()
	}
	if x := s.party.Publication(s.stream); x != nil {
		if len(x.main.Tracks()) == 0 {
			return sources.ErrUnknown
		}
		s.from = x.main
		s.lowerStream = func() (*media.Stream, func(), error) {
			if len(x.sub.Tracks()) == 0 {
				return nil, nil, errNoLower
			}
			return x.sub, func() {}, nil
		}
		return nil
	}
	if s.party.o.Line == nil {
		return sources.ErrUnknown
	}
	line, err := s.party.o.Line(s.stream, sources.Main)
	if err != nil {
		return err
	}
	stream, release := line.Hold()
	s.from = stream
	s.undo = append(s.undo, release)
	s.lowerStream = func() (*media.Stream, func(), error) {
		line, err := s.party.o.Line(s.stream, sources.Sub)
		if err != nil {
			return nil, nil, err
		}
		return line.Acquire(s.ctx)
	}
	return nil
}

// findMix takes hold of the room's sound.
func (s *subscription) findMix() error {
	if s.party.o.Mix == nil || s.video {
		return sources.ErrUnknown
	}
	stream, release, err := s.party.o.Mix(s.member)
	if err != nil {
		return err
	}
	s.from = stream
	s.undo = append(s.undo, release)
	return nil
}

// choose finds the track that the m-line can carry.
func (s *subscription) choose(out *webrtc.Outgoing) (*egress.Output, error) {
	for i, t := range s.from.Stats() {
		if t.Kind.Video() != s.video || t.Derived || s.video && t.Video.Reorder {
			continue
		}
		if !s.video && !t.ForBrowsers() {
			continue
		}
		if o := out.Output(i, t.Kind, t.Video.ProfileLevelID); o != nil {
			return o, nil
		}
	}
	if s.video {
		return nil, webrtc.ErrNoCodec
	}
	track, release, err := s.party.o.Transcoder.Opus(s.ctx, s.from)
	if err != nil {
		return nil, err
	}
	s.undo = append(s.undo, release)
	if o := out.Output(track, packet.Opus, ""); o != nil {
		return o, nil
	}
	return nil, webrtc.ErrNoCodec
}
