package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"avhub/recorder/manifest"
)

// Facts are what a certificate states. Texts may be empty; times in it are printed in
// Zone.
type Facts struct {
	Court   string
	Number  string // 案号
	Title   string // 案由, or the hearing's
	Hearing string // which one: its number, place, day

	Made time.Time // when it was printed; zero: not said
	Zone Zone

	Recordings []Recording // at least one
	Signers    []Signer    // nil: plaintiff, defendant, clerk, presiding judge
}

// Zone is a time zone by its distance from UTC. The zero value is China Standard Time.
type Zone struct {
	Name   string // such as UTC+8
	Offset int    // seconds east of UTC
}

func (z Zone) location() *time.Location {
	if z == (Zone{}) {
		z = Zone{"UTC+8", 8 * 60 * 60}
	}
	return time.FixedZone(z.Name, z.Offset)
}

// Signer is who is asked to sign.
type Signer struct {
	Role [2]string // in Chinese and English
	Name string    // empty: to be written by hand
}

// Recording is one source's, sealed.
type Recording struct {
	ID     string
	Source string
	Name   string // of the source

	Begin, End time.Time
	Length     time.Duration // Media + Gapped
	Media      time.Duration
	Gapped     time.Duration

	Bytes    int64
	Restarts int
	Segments []Segment
	Tracks   []Track
	Gaps     []Gap
	// TrackGaps are times in which one track was missing while others went on.
	TrackGaps []TrackGap
	Clocks    []Clock
	Held      string // why the recording is under legal hold; empty: it is not

	Seal   Seal
	Newest Head // the manifest's at the time of printing: behind the seal, when something was added
	Keys   []Key
	Stamps []Stamp
}

// Segment is a file.
type Segment struct {
	File   string
	Begin  time.Time
	Length time.Duration
	Size   int64
	SHA256 string
	SM3    string // empty: none
	Gone   string // why it was deleted here; empty: it is there
}

// Track is the account of a track: In = Kept + Gapped, frames.
type Track struct {
	ID               int
	Kind             string // video or audio
	Codec            string // as it came
	In, Kept, Gapped uint64
}

// Gap is a time of which nothing is recorded.
type Gap struct {
	Number   int
	From, To time.Time
	Length   time.Duration
	Cause    manifest.Cause
	Detail   string
	By       string // who ordered it

	Explanation string // the clerk's
	ExplainedBy string
	SignedBy    string // the judge
	Frames      uint64 // that came in and were not kept
}

// TrackGap is a time in which one track was missing.
type TrackGap struct {
	Track    int
	From, To time.Time
	Length   time.Duration
	Cause    manifest.Cause
	Detail   string
	Frames   uint64
}

// Clock is a setting of the hub's wall clock while it recorded.
type Clock struct {
	At   time.Time // by the clock as it was set
	Step time.Duration
}

// Head is a signed end of the manifest.
type Head struct {
	Ledger string // id of the chain
	Entry  uint64
	SHA256 string
	SM3    string // empty: none
}

// Seal fixes every byte of the recording. Its SHA256 is the integrity check value
// 完整性校验值.
type Seal struct {
	Head
	Signature string // Ed25519, base64
	SM2       string // base64; empty: none
}

// Key is a public key by its fingerprint: SHA-256 of its DER (SubjectPublicKeyInfo).
type Key struct {
	Kind        string // Ed25519 or SM2
	Fingerprint string
}

// Stamp is a time stamp (RFC 3161) over an entry.
type Stamp struct {
	Entry uint64
	Time  time.Time
	TSA   string // the authority's address
}

// ErrFacts says that facts cannot be certified.
var ErrFacts = errors.New("the facts cannot be certified")

var (
	identifier = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,255}$`)
	digest     = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// check looks at what people and machines will compare: it is what it is called, or
// nothing is printed.
func (f *Facts) check() error {
	if len(f.Recordings) == 0 {
		return fmt.Errorf("%w: there is no recording", ErrFacts)
	}
	for i := range f.Recordings {
		if err := f.Recordings[i].check(); err != nil {
			return fmt.Errorf("%w: recording %d: %w", ErrFacts, i+1, err)
		}
	}
	return nil
}

func (r *Recording) check() error {
	if !identifier.MatchString(r.ID) {
		return fmt.Errorf("its id %.40q is none", r.ID)
	}
	for _, h := range []Head{r.Seal.Head, r.Newest} {
		if !identifier.MatchString(h.Ledger) || !digest.MatchString(h.SHA256) || h.SM3 != "" && !digest.MatchString(h.SM3) {
			return errors.New("a head of its manifest is not whole")
		}
	}
	for _, k := range r.Keys {
		if !identifier.MatchString(k.Kind) || !digest.MatchString(k.Fingerprint) {
			return fmt.Errorf("the fingerprint of its %.40q key is none", k.Kind)
		}
	}
	for _, s := range r.Segments {
		if !digest.MatchString(s.SHA256) || s.SM3 != "" && !digest.MatchString(s.SM3) {
			return fmt.Errorf("the value of its file %.40q is none", s.File)
		}
	}
	return nil
}

// Code is the sheet code: the beginning of the SHA-256 of the facts, in groups of four.
func (f Facts) Code() string {
	raw, err := json.Marshal(f)
	if err != nil { // a year that JSON does not write
		raw = fmt.Appendf(nil, "%#v", f)
	}
	sum := sha256.Sum256(raw)
	h := hex.EncodeToString(sum[:8])
	return strings.Join([]string{h[:4], h[4:8], h[8:12], h[12:]}, "-")
}
