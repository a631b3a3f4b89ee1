package fmp4

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 123456789, time.UTC)

// somePart is a part of one picture track and one of sound.
func somePart() Part {
	return Part{Sequence: 7, UTC: noon, Tracks: []PartTrack{
		{ID: 1, Base: 1 << 33, NALUs: true, Samples: []Sample{
			{Data: [][]byte{{0x65, 1, 2, 3}, {0x06}}, Duration: 3600, Shift: 7200, Sync: true},
			{Data: [][]byte{{0x41, 9}}, Duration: 3600, Shift: -3600},
		}},
		{ID: 2, Base: 48000, Samples: []Sample{
			{Data: [][]byte{{1, 2, 3}}, Duration: 960, Sync: true}, {Data: [][]byte{{}}, Duration: 960, Sync: true}, {Data: [][]byte{{4}}, Duration: 960, Sync: true},
		}},
	}}
}

// randomPart is a part of anything.
func randomPart(r *rand.Rand) Part {
	p := Part{Sequence: r.Uint32(), UTC: noon.Add(time.Duration(r.Int64N(int64(70 * 365 * 24 * time.Hour))))}
	for id := range 1 + r.IntN(4) {
		t := PartTrack{ID: id + 1, Base: r.Int64N(1 << 50), NALUs: r.IntN(2) == 0}
		for range r.IntN(20) {
			s := Sample{Duration: r.Uint32(), Sync: r.IntN(3) == 0}
			if r.IntN(2) == 0 {
				s.Shift = int32(r.Uint32())
			}
			for range r.IntN(4) {
				s.Data = append(s.Data, bytes.Repeat([]byte{byte(r.Uint32())}, r.IntN(300)))
			}
			t.Samples = append(t.Samples, s)
		}
		p.Tracks = append(p.Tracks, t)
	}
	return p
}

// same holds a part against what was read of it from a file.
func same(t *testing.T, p Part, f *Fragment, file []byte) {
	t.Helper()
	if f.Sequence != p.Sequence || len(f.Tracks) != len(p.Tracks) || !f.UTC.Equal(p.UTC) {
		t.Fatalf("%d at %v with %d tracks", f.Sequence, f.UTC, len(f.Tracks))
	}
	for i, want := range p.Tracks {
		got := f.Tracks[i]
		if got.ID != want.ID || got.Base != want.Base || len(got.Samples) != len(want.Samples) {
			t.Fatalf("track %d at %d with %d frames", got.ID, got.Base, len(got.Samples))
		}
		for k, w := range want.Samples {
			g := got.Samples[k]
			var data []byte
			for _, d := range w.Data {
				if want.NALUs {
					data = binary.BigEndian.AppendUint32(data, uint32(len(d)))
				}
				data = append(data, d...)
			}
			if g.Duration != w.Duration || g.Shift != w.Shift || g.Sync != w.Sync || !bytes.Equal(file[g.Offset:g.Offset+g.Size], data) {
				t.Fatalf("track %d, frame %d: %+v", i, k, g)
			}
		}
	}
}

func TestPartsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	file := []byte("whatever stands before")
	var parts []Part
	var places []int
	for n := range 200 {
		p := randomPart(r)
		if n == 0 {
			p = somePart()
		}
		parts, places = append(parts, p), append(places, len(file))
		file = p.Append(file)
	}
	at := int64(places[0])
	for i, p := range parts {
		f, err := ReadFragment(bytes.NewReader(file), at, int64(len(file)))
		if err != nil || f.Offset != int64(places[i]) {
			t.Fatalf("part %d at %d: %v", i, at, err)
		}
		same(t, p, f, file)
		at += f.Size
	}
	if _, err := ReadFragment(bytes.NewReader(file), at, int64(len(file))); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestATornPartIsKnownAtEveryLength(t *testing.T) {
	t.Parallel()
	p := somePart()
	file := p.Append(nil)
	for n := 1; n < len(file); n++ {
		if _, err := ReadFragment(bytes.NewReader(file[:n]), 0, int64(n)); !errors.Is(err, ErrTorn) {
			t.Errorf("%d of %d bytes: %v", n, len(file), err)
		}
	}
}

// TestWhatIsNoPart gives what no recorder writes.
func TestWhatIsNoPart(t *testing.T) {
	t.Parallel()
	p := somePart()
	good := p.Append(nil)
	at := func(name string) int { return bytes.Index(good, []byte(name)) }
	for name, spoil := range map[string]func(b []byte){
		"another box":                   func(b []byte) { copy(b[at("prft"):], "free") },
		"a box shorter than its head":   func(b []byte) { binary.BigEndian.PutUint32(b[at("moof")-4:], 7) },
		"a box of length 0":             func(b []byte) { binary.BigEndian.PutUint32(b[at("moof")-4:], 0) },
		"a traf longer than its moof":   func(b []byte) { binary.BigEndian.PutUint32(b[at("traf")-4:], 1<<20) },
		"more samples than there are":   func(b []byte) { binary.BigEndian.PutUint32(b[at("trun")+8:], 1<<31) },
		"other flags of trun":           func(b []byte) { b[at("trun")+7] = 0xff },
		"other flags of tfhd":           func(b []byte) { b[at("tfhd")+7] = 1 },
		"a time of another form":        func(b []byte) { b[at("tfdt")+4] = 0 },
		"frames before the media":       func(b []byte) { binary.BigEndian.PutUint32(b[at("trun")+12:], 1) },
		"frames behind the media":       func(b []byte) { binary.BigEndian.PutUint32(b[at("trun")+12:], 1<<30) },
		"a frame larger than its media": func(b []byte) { binary.BigEndian.PutUint32(b[at("trun")+20:], 1<<31) },
	} {
		b := bytes.Clone(good)
		spoil(b)
		if _, err := ReadFragment(bytes.NewReader(b), 0, int64(len(b))); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadFragment holds that nothing panics, and that what is taken for a part lies
// within the bytes.
func FuzzReadFragment(f *testing.F) {
	p := somePart()
	f.Add(p.Append(nil))
	f.Add(p.Append(nil)[:100])
	f.Add([]byte("\x00\x00\x00\x01moof\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, b []byte) {
		frag, err := ReadFragment(bytes.NewReader(b), 0, int64(len(b)))
		if err != nil {
			if !errors.Is(err, ErrTorn) && !errors.Is(err, ErrMalformed) && err != io.EOF {
				t.Errorf("%v", err)
			}
			return
		}
		if frag.Size <= 0 || frag.Size > int64(len(b)) {
			t.Fatalf("a part of %d bytes in %d", frag.Size, len(b))
		}
		for _, track := range frag.Tracks {
			for _, s := range track.Samples {
				if s.Offset < 0 || s.Size < 0 || s.Offset+s.Size > frag.Size {
					t.Fatalf("%+v in %d bytes", s, len(b))
				}
			}
		}
		again, err := ReadFragment(bytes.NewReader(b), 0, int64(len(b)))
		if err != nil || !reflect.DeepEqual(again, frag) {
			t.Error("read otherwise the second time")
		}
	})
}
