package recordtest

import (
	"cmp"
	"crypto/ed25519"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
)

// Options of a recording. The zero value makes three sealed segments of four seconds
// of H.264 and AAC.
type Options struct {
	Room      string       // court-1: H.264+Opus, court-2: H.264+AAC, court-3: H.264+FLAC (of G.711), court-4: H.265+AAC
	Small     bool         // its small pictures: H.264, 640×360, 15 a second
	Clip      *camera.Clip // instead of the room's
	NoSound   bool
	NoPicture bool

	Segments int           // 0: three
	Length   time.Duration // of each, up to the next keyframe; 0: four seconds
	Part     time.Duration // 0: 500 ms
	Gaps     []Gap
	Marks    []manifest.Mark
	Open     bool // the last segment is still being written
	SM3      bool

	Key    ed25519.PrivateKey // nil: TestKey
	SM2    *sm2.PrivateKey    // nil: none
	ID     string             // "": r-test
	Source string             // "": the room
	Name   string
	Set    string
	Labels map[string]string
	Zero   time.Time // zero: 2026-03-02 09:00 in China
}

// Gap is one between two segments.
type Gap struct {
	After  int           // so many segments; 0: before the first
	Length time.Duration // up to the next keyframe
	Midst  bool          // not up to a keyframe: the file after it begins in the midst of a group
	Cause  manifest.Cause
	Detail string
	By     *manifest.Person

	Explanation string // the clerk's; "": none
	Clerk       manifest.Person
	Judge       *manifest.Person // who signed it
}

// TestKey is the key that signs what this package makes, unless another is given.
func TestKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

func (o *Options) setDefaults() {
	o.Room = cmp.Or(o.Room, "court-2")
	o.Segments = cmp.Or(o.Segments, 3)
	o.Length = cmp.Or(o.Length, 4*time.Second)
	o.Part = cmp.Or(o.Part, 500*time.Millisecond)
	o.ID = cmp.Or(o.ID, "r-test")
	o.Source = cmp.Or(o.Source, o.Room)
	o.SM3 = o.SM3 || o.SM2 != nil
	if o.Key == nil {
		o.Key = TestKey()
	}
	if o.Zero.IsZero() {
		o.Zero = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	}
}
