package webrtc

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Errors of a PATCH; signaling gives them their HTTP status.
var (
	ErrFragment = errors.New("not a usable SDP fragment")
	// ErrStale says that the fragment belongs to another ICE session.
	ErrStale = errors.New("the ICE session has changed: use the newest ETag, or If-Match: * to restart ICE")
)

// maxCandidates bounds the candidates of one fragment.
const maxCandidates = 64

// Fragment is an SDP fragment of RFC 8840 as WHIP and WHEP use it.
type Fragment struct {
	Ufrag, Pwd string
	Candidates []string // values of a=candidate lines
	End        bool     // a=end-of-candidates
}

// ParseFragment reads an application/trickle-ice-sdpfrag body.
func ParseFragment(text string) (*Fragment, error) {
	f := &Fragment{}
	known := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "a=ice-ufrag":
			f.Ufrag, known = value, true
		case "a=ice-pwd":
			f.Pwd, known = value, true
		case "a=candidate":
			if len(f.Candidates) == maxCandidates {
				return nil, fmt.Errorf("%w: over %d candidates", ErrFragment, maxCandidates)
			}
			f.Candidates, known = append(f.Candidates, value), true
		case "a=end-of-candidates":
			f.End, known = true, true
		default:
			if line != "" && (len(line) < 2 || line[1] != '=') {
				return nil, fmt.Errorf("%w: %.40q is no SDP line", ErrFragment, line)
			}
		}
		if strings.ContainsFunc(line, unicode.IsControl) {
			return nil, fmt.Errorf("%w: %.40q holds a control character", ErrFragment, line)
		}
	}
	if !known {
		return nil, fmt.Errorf("%w: it holds neither candidates nor ICE credentials (RFC 8840)", ErrFragment)
	}
	return f, nil
}

// Patch takes a fragment under an If-Match value. With "*" and new credentials
// it restarts ICE and returns the fragment to answer with; else it adds
// candidates and returns "".
func (x *Session) Patch(ifMatch string, f *Fragment) (answer string, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ctx.Err() != nil {
		return "", ErrStale
	}
	same := f.Ufrag == "" || f.Ufrag == attribute(x.offer, "ice-ufrag")
	if ifMatch == "*" && !same {
		return x.restart(f)
	}
	if (ifMatch != "*" && ifMatch != x.etag) || !same {
		return "", ErrStale
	}
	for _, c := range f.Candidates {
		x.link.candidate(c)
	}
	return "", nil
}

// restart negotiates again with the offer under new credentials. x.mu is held.
func (x *Session) restart(f *Fragment) (string, error) {
	if f.Ufrag == "" || f.Pwd == "" {
		return "", fmt.Errorf("%w: a restart needs ice-ufrag and ice-pwd", ErrFragment)
	}
	if err := x.describe(renewed(x.offer, f)); err != nil {
		return "", err
	}
	return x.fragment(), nil
}

// renewed is the offer with other credentials and candidates.
func renewed(offer string, f *Fragment) string {
	var b strings.Builder
	for line := range strings.Lines(offer) {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "a=ice-ufrag:"):
			b.WriteString("a=ice-ufrag:" + f.Ufrag + "\r\n")
		case strings.HasPrefix(trimmed, "a=ice-pwd:"):
			b.WriteString("a=ice-pwd:" + f.Pwd + "\r\n")
		case strings.HasPrefix(trimmed, "a=candidate:"), trimmed == "a=end-of-candidates":
		default:
			b.WriteString(line)
		}
	}
	return b.String()
}

// fragment is the answer's ICE side as an SDP fragment. x.mu is held.
func (x *Session) fragment() string {
	var b strings.Builder
	fmt.Fprintf(&b, "a=ice-lite\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", attribute(x.answer, "ice-ufrag"), attribute(x.answer, "ice-pwd"))
	seen := false
	for line := range strings.Lines(x.answer) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "m="):
			if seen {
				return b.String() + "a=end-of-candidates\r\n"
			}
			seen = true
			b.WriteString(line + "\r\n")
		case seen && (strings.HasPrefix(line, "a=mid:") || strings.HasPrefix(line, "a=candidate:")):
			b.WriteString(line + "\r\n")
		}
	}
	return b.String() + "a=end-of-candidates\r\n"
}
