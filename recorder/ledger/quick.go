package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// quickLine reads a line as the ledger itself writes it, thirty times as fast as
// [ParseLine], for those who read what they do not verify: eight hours of a
// recording are 60,000 lines. It takes no line that ParseLine reads otherwise,
// but for the body, which it does not look into; where it gives up, ParseLine
// says what is wrong. The body is a part of the line.
func quickLine(line []byte) (e Entry, ok bool) {
	if len(line) >= MaxLine {
		return e, false
	}
	s := scan{rest: line, ok: true}
	s.literal(`{"n":`)
	e.N = s.number()
	s.literal(`,"t":"`)
	at := s.text()
	s.literal(`,"kind":"`)
	e.Kind = s.text()
	s.literal(`,"prev":"`)
	e.Prev = s.text()
	if s.ok && bytes.HasPrefix(s.rest, []byte(`,"prev_sm3":"`)) {
		s.literal(`,"prev_sm3":"`)
		e.PrevSM3 = s.text()
		s.ok = s.ok && len(e.PrevSM3) == 2*sm3.Size
	}
	s.literal(`,"body":{`)
	if !s.ok || e.N == 0 || e.Kind == "" || len(e.Prev) != 2*sha256.Size || !bytes.HasSuffix(s.rest, []byte("}}")) {
		return Entry{}, false
	}
	var err error
	if e.Time, err = time.Parse(time.RFC3339Nano, at); err != nil {
		return Entry{}, false
	}
	body := len(line) - len(s.rest) - 1
	e.Body = line[body : len(line)-1]
	return e, true
}

// scan reads the members of a line one after the other.
type scan struct {
	rest []byte
	ok   bool
}

func (s *scan) literal(text string) {
	if !s.ok || len(s.rest) < len(text) || string(s.rest[:len(text)]) != text {
		s.ok = false
		return
	}
	s.rest = s.rest[len(text):]
}

// number is a positive decimal without leading zeros.
func (s *scan) number() (n uint64) {
	i := 0
	for ; i < len(s.rest) && i < 19 && s.rest[i]-'0' <= 9; i++ {
		n = n*10 + uint64(s.rest[i]-'0')
	}
	if i == 0 || s.rest[0] == '0' {
		s.ok = false
		return 0
	}
	s.rest = s.rest[i:]
	return n
}

// text is a string up to its closing quote, of characters that JSON writes as
// they are.
func (s *scan) text() string {
	for i, c := range s.rest {
		switch {
		case c == '"':
			text := string(s.rest[:i])
			s.rest = s.rest[i+1:]
			return text
		case c < ' ' || c > '~' || c == '\\' || c == '<' || c == '>' || c == '&':
			s.ok = false
			return ""
		}
	}
	s.ok = false
	return ""
}

// strictLine reads a line as [ParseLine] does, most of them ten times as fast.
func strictLine(line []byte) (Entry, error) {
	e, ok := quickLine(line)
	if !ok || !plainBody(e.Body) || !timeIsWritten(line, e.Time) {
		return ParseLine(line)
	}
	return e, nil
}

// timeIsWritten tells whether a line that quickLine has read holds its time as the
// ledger writes it: it could be written in more than one way.
func timeIsWritten(line []byte, t time.Time) bool {
	var room [64]byte
	text := append(t.AppendFormat(room[:0], time.RFC3339Nano), '"')
	at := bytes.Index(line, []byte(`,"t":"`)) + len(`,"t":"`)
	return bytes.HasPrefix(line[at:], text)
}

// plainBody tells whether a body is JSON without blanks between its members, of
// characters that encoding/json writes as they are.
func plainBody(b []byte) bool {
	within := false // a string
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c < ' ' || c > '~' || c == '<' || c == '>' || c == '&':
			return false
		case c == '"':
			within = !within
		case c == '\\':
			i++
		case c == ' ' && !within:
			return false
		}
	}
	return json.Valid(b)
}
