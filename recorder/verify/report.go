package verify

import (
	"fmt"
	"slices"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Problem is what is wrong: those of ledgers, and these.
type Problem = ledger.Problem

// Problems of recordings.
const (
	Cut       Problem = "cut"       // a file ends too soon
	Longer    Problem = "longer"    // a file goes on behind its end
	Swapped   Problem = "swapped"   // a file is another segment's
	Structure Problem = "structure" // the manifest's entries do not follow from each other
	Account   Problem = "account"   // times or frames do not add up
	Frames    Problem = "frames"    // an MP4 file does not hold what the manifest says of it
	BadSeal   Problem = "seal"      // seal.json does not fit
	BadStamp  Problem = "stamp"     // a time stamp does not fit

	BadExcerpt Problem = "excerpt" // excerpt.json does not fit
)

// Finding is one thing that is wrong, and where.
type Finding struct {
	Problem Problem `json:"problem"`
	File    string  `json:"file,omitempty"`
	Line    int     `json:"line,omitempty"`   // of a manifest's file, from 1
	Entry   uint64  `json:"entry,omitempty"`  // number
	Part    int     `json:"part,omitempty"`   // the first of those in question, from 1
	Offset  *int64  `json:"offset,omitempty"` // in the file, where it begins
	Size    int64   `json:"size,omitempty"`   // bytes within which it lies
	Span    *Span   `json:"span,omitempty"`   // when in the recording
	Text    string  `json:"text"`
}

// Span is a time in a recording.
type Span struct {
	From     manifest.Micros `json:"from"`
	Until    manifest.Micros `json:"until"`
	UTC      time.Time       `json:"utc,omitzero"` // of From
	UntilUTC time.Time       `json:"until_utc,omitzero"`
}

// String is the span on the recording's timeline, and its beginning in UTC.
func (s *Span) String() string {
	text := clock(s.From)
	if s.Until > s.From {
		text += "–" + clock(s.Until)
	}
	if !s.UTC.IsZero() {
		text += s.UTC.UTC().Format(" (2006-01-02T15:04:05.000Z)")
	}
	return text
}

// clock writes a time as 1:02:03.456.
func clock(m manifest.Micros) string {
	d := m.Duration()
	return fmt.Sprintf("%d:%02d:%06.3f", int(d.Hours()), int(d.Minutes())%60, (d % time.Minute).Seconds())
}

// String is the finding in one line.
func (f *Finding) String() string {
	where := f.File
	if f.Line > 0 {
		where += fmt.Sprintf(" line %d", f.Line)
	}
	if f.Span != nil {
		if where != "" {
			where += " "
		}
		where += "at " + f.Span.String()
	}
	if where != "" {
		where += ": "
	}
	return fmt.Sprintf("%s: %s%s", f.Problem, where, f.Text)
}

// Report is what a verification found.
type Report struct {
	Kind   string            `json:"kind"` // "recording"
	Path   string            `json:"path"`
	Whole  bool              `json:"whole"`
	ID     string            `json:"id"`
	Source string            `json:"source"`
	Name   string            `json:"name,omitempty"`
	Set    string            `json:"set,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`

	Zero   time.Time       `json:"zero"` // hub UTC at its beginning
	End    manifest.Micros `json:"end"`
	EndUTC time.Time       `json:"end_utc"`
	Sealed bool            `json:"sealed"`
	Value  string          `json:"value,omitempty"`     // integrity check value 完整性校验值
	SM3    string          `json:"value_sm3,omitempty"` // the same by SM3

	Segments int                  `json:"segments"`
	Parts    int                  `json:"parts"`
	Bytes    int64                `json:"bytes"`             // of segments, as the manifest says
	Read     int64                `json:"read"`              // bytes that were compared
	Deleted  []string             `json:"deleted,omitempty"` // segments that are gone by rule, as the manifest says
	Excerpt  *ExcerptReport       `json:"excerpt,omitempty"` // not all of its files are meant to be there
	Media    manifest.Micros      `json:"media"`
	Gapped   manifest.Micros      `json:"gapped"` // Media + Gapped = End
	Gaps     []Gap                `json:"gaps"`
	Tracks   []manifest.TrackSeal `json:"tracks"`
	Restarts int                  `json:"restarts"`

	Entries  uint64  `json:"entries"`
	Heads    int     `json:"heads"`  // good signatures
	Signed   uint64  `json:"signed"` // up to this entry
	Void     int64   `json:"void"`   // bytes of manifests that do not count, after failed writes
	KeyGiven bool    `json:"key_given"`
	SM2      bool    `json:"sm2"` // heads are signed by SM2 too
	Stamps   []Stamp `json:"stamps,omitempty"`

	Findings []Finding `json:"findings"`
}

// ExcerptReport is what an excerpt has of a recording.
type ExcerptReport struct {
	From    manifest.Micros `json:"from"` // what was asked for; both 0: nothing of this recording
	Until   manifest.Micros `json:"until"`
	LeftOut []string        `json:"left_out"` // segments that are not there, and were not compared
}

// Gap is one, with who ordered or explained it.
type Gap struct {
	Gap         int            `json:"gap"`
	Cause       manifest.Cause `json:"cause"`
	Detail      string         `json:"detail,omitempty"`
	Span        Span           `json:"span"`
	Open        bool           `json:"open,omitempty"` // it lasts
	By          string         `json:"by,omitempty"`
	Explanation string         `json:"explanation,omitempty"`
	ExplainedBy string         `json:"explained_by,omitempty"`
	SignedBy    string         `json:"signed_by,omitempty"`
}

// Stamp is a time stamp that fits.
type Stamp struct {
	Entry   uint64    `json:"entry"`
	Time    time.Time `json:"time"`
	TSA     string    `json:"tsa"`     // subject of its certificate
	Trusted bool      `json:"trusted"` // its certificate is by one of the authorities that were given
}

// benign are findings that are not held against a recording: an unfinished last line
// was never acknowledged.
func benign(f Finding) bool { return f.Problem == ledger.Torn }

func (r *Report) settle() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		switch {
		case a.Span == nil && b.Span == nil:
			return 0
		case a.Span == nil:
			return 1
		case b.Span == nil:
			return -1
		}
		return int(max(-1, min(1, a.Span.From-b.Span.From)))
	})
	r.Whole = !slices.ContainsFunc(r.Findings, func(f Finding) bool { return !benign(f) })
}
