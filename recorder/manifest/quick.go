package manifest

import (
	"bytes"
	"time"

	"avhub/recorder/ledger"
)

// ParsePart reads the body of a part: its hashes, place, times, and each track's
// frames. Of what else stands there of tracks it looks at the form alone.
func ParsePart(e ledger.Entry) (Part, error) {
	p, sum, utc, ok := quickPart(e.Body)
	if ok {
		var err error
		p.SHA256, p.SM3 = sum.sha, sum.sm3
		if p.UTC, err = time.Parse(time.RFC3339Nano, utc); err == nil {
			return p, nil
		}
	}
	p = Part{}
	return p, Decode(e, &p)
}

// sums are a part's hashes, as they are written.
type sums struct{ sha, sm3 string }

// quickPart reads what [Recording] keeps of a part's body, written as the
// recorder writes it, twenty times as fast as encoding/json: nearly all entries
// are parts. What it keeps is what encoding/json would read; of the rest it looks
// at the form alone. Where it gives up, encoding/json says what is wrong.
func quickPart(body []byte) (p Part, sum sums, utc string, ok bool) {
	s := scan{rest: body, ok: true}
	p.Segment = int(s.number(`{"segment":`))
	p.Part = int(s.number(`,"part":`))
	p.Offset = s.number(`,"offset":`)
	p.Size = s.number(`,"size":`)
	sum.sha = s.text(`,"sha256":"`)
	sum.sm3 = s.optional(`,"sm3":"`)
	p.Start = Micros(s.number(`,"start":`))
	p.Duration = Micros(s.number(`,"duration":`))
	utc = s.text(`,"utc":"`)
	p.Keyframe = s.flag(`,"keyframe":true`)
	p.Recovered = s.flag(`,"recovered":true`)
	s.literal(`,"tracks":[`)
	for s.ok && !s.flag(`]}`) {
		if len(p.Tracks) > 0 {
			s.literal(`,`)
		}
		t := PartTrack{ID: int(s.number(`{"id":`)), Frames: int(s.number(`,"frames":`))}
		s.number(`,"rtp":`)
		s.optional(`,"ntp":"`)
		if s.next(`,"damaged":`) {
			s.number(`,"damaged":`)
		}
		s.literal(`}`)
		p.Tracks = append(p.Tracks, t)
	}
	return p, sum, utc, s.ok && len(s.rest) == 0
}

// scan reads the members of a body one after the other.
type scan struct {
	rest []byte
	ok   bool
}

func (s *scan) next(text string) bool { return s.ok && bytes.HasPrefix(s.rest, []byte(text)) }

// flag takes a text that may be missing.
func (s *scan) flag(text string) bool {
	if !s.next(text) {
		return false
	}
	s.rest = s.rest[len(text):]
	return true
}

func (s *scan) literal(text string) { s.ok = s.flag(text) }

// number is a decimal behind a text, of at most 18 digits.
func (s *scan) number(before string) (n int64) {
	s.literal(before)
	i := 0
	for ; s.ok && i < len(s.rest) && i < 18 && s.rest[i]-'0' <= 9; i++ {
		n = n*10 + int64(s.rest[i]-'0')
	}
	if i == 0 || i > 1 && s.rest[0] == '0' {
		s.ok = false
		return 0
	}
	s.rest = s.rest[i:]
	return n
}

// text is a string behind a text, of letters, digits and what times are written
// with.
func (s *scan) text(before string) string {
	s.literal(before)
	for i := 0; s.ok && i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			text := s.rest[:i]
			s.rest = s.rest[i+1:]
			return string(text)
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c == '-', c == ':', c == '.', c == 'T', c == 'Z':
		default:
			s.ok = false
		}
	}
	s.ok = false
	return ""
}

func (s *scan) optional(before string) string {
	if s.next(before) {
		return s.text(before)
	}
	return ""
}
