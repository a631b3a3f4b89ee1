package retention

import (
	"slices"
	"strings"
	"time"
)

// Piece is a segment of a recording.
type Piece struct {
	Dir      string
	File     string
	Ended    time.Time // UTC; zero: it is being written
	Bytes    int64
	Archived bool // the manifest has the archive's receipt over the segment's hash
	Held     bool // the recording, or the case that it belongs to, is under a hold
	Gone     bool // it was deleted before
}

// Verdict says whether a piece may be deleted, and why not.
type Verdict string

// Verdicts, in the order in which they are looked for.
const (
	Gone        Verdict = "gone"
	Open        Verdict = "open" // it is being written
	Held        Verdict = "held"
	NotArchived Verdict = "not_archived"
	NotExpired  Verdict = "not_expired"
	MayGo       Verdict = "may_go"
)

// Rules say what may be deleted.
type Rules struct {
	Keep time.Duration // what is younger stays
}

// Judge decides on one piece.
func (r Rules) Judge(p Piece, now time.Time) Verdict {
	switch {
	case p.Gone:
		return Gone
	case p.Ended.IsZero():
		return Open
	case p.Held:
		return Held
	case !p.Archived:
		return NotArchived
	case now.Sub(p.Ended) < r.Keep:
		return NotExpired
	}
	return MayGo
}

// Choose picks what has to go so that need bytes come free, the oldest first; all that
// may go if that is not enough.
func (r Rules) Choose(pieces []Piece, need int64, now time.Time) []Piece {
	var chosen []Piece
	for _, p := range pieces {
		if r.Judge(p, now) == MayGo {
			chosen = append(chosen, p)
		}
	}
	slices.SortStableFunc(chosen, func(a, b Piece) int {
		if c := a.Ended.Compare(b.Ended); c != 0 {
			return c
		}
		return strings.Compare(a.Dir+a.File, b.Dir+b.File)
	})
	var sum int64
	for i, p := range chosen {
		if sum >= need {
			return chosen[:i]
		}
		sum += p.Bytes
	}
	return chosen
}

// Blocked counts the bytes that stay, by what keeps them.
type Blocked map[Verdict]int64

func (b Blocked) add(r Rules, p Piece, now time.Time) {
	if v := r.Judge(p, now); v != MayGo && v != Gone {
		b[v] += p.Bytes
	}
}
