package fmp4

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// someTracks are a picture and its sound.
func someTracks() []Track {
	return []Track{
		{ID: 1, Codec: VP9, Timescale: 90000, Width: 640, Height: 360},
		{ID: 2, Codec: Opus, Timescale: 48000, SampleRate: 48000, Channels: 2},
	}
}

// someFile is a header and parts of four pictures and three frames of sound each;
// each frame's bytes say which it is.
func someFile(t testing.TB, parts int, shifts bool) (file []byte, at []int64) {
	t.Helper()
	file, err := Header(someTracks())
	if err != nil {
		t.Fatal(err)
	}
	for n := range parts {
		at = append(at, int64(len(file)))
		p := Part{Sequence: uint32(n + 1), UTC: time.Unix(int64(n), 0), Tracks: []PartTrack{{ID: 1, Base: int64(n) * 14_400}, {ID: 2, Base: int64(n) * 2880}}}
		for i := range 4 {
			s := Sample{Data: [][]byte{fmt.Appendf(nil, "picture %d of part %d", i, n)}, Duration: 3600, Sync: i == 0 && n%2 == 0}
			if shifts && n%2 == 1 {
				s.Shift = int32(i * 100)
			}
			p.Tracks[0].Samples = append(p.Tracks[0].Samples, s)
		}
		for i := range 3 {
			p.Tracks[1].Samples = append(p.Tracks[1].Samples, Sample{Data: [][]byte{fmt.Appendf(nil, "sound %d of part %d", i, n)}, Duration: 900 + uint32(i), Sync: true})
		}
		file = p.Append(file)
	}
	return file, append(at, int64(len(file)))
}

// frame is what a reader makes of a sample.
type frame struct {
	track int
	dts   int64
	shift int32
	sync  bool
	data  string
}

// framesOf reads all parts from a place on.
func framesOf(t testing.TB, file []byte, at int64) (all []frame) {
	t.Helper()
	for at < int64(len(file)) {
		if string(file[at+4:at+8]) == "free" {
			at += int64(binary.BigEndian.Uint32(file[at:]))
			continue
		}
		f, err := readJoined(file, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range f.Tracks {
			dts := tr.Base
			for _, s := range tr.Samples {
				all = append(all, frame{tr.ID, dts, s.Shift, s.Sync, string(file[s.Offset : s.Offset+s.Size])})
				dts += int64(s.Duration)
			}
		}
		at += f.Size
	}
	return all
}

// readJoined reads a part that may have a free box before its media.
func readJoined(file []byte, at int64) (*Fragment, error) {
	n := int64(binary.BigEndian.Uint32(file[at:]))
	if string(file[at+4:at+8]) != "moof" || string(file[at+n+4:at+n+8]) != "free" {
		return ReadFragment(bytes.NewReader(file), at, int64(len(file)))
	}
	f := &Fragment{Offset: at}
	if err := f.parseMoof(file[at+8:at+n], at); err != nil {
		return nil, err
	}
	pad := int64(binary.BigEndian.Uint32(file[at+n:]))
	mdat, err := boxAt(bytes.NewReader(file), at+n+pad, int64(len(file)))
	if err != nil || mdat.name != "mdat" {
		return nil, fmt.Errorf("%q %w", mdat.name, err)
	}
	f.Size, f.Media = mdat.end-at, mdat.body
	return f, f.check(mdat)
}

func byTrack(all []frame) map[int][]frame {
	by := map[int][]frame{}
	for _, f := range all {
		by[f.track] = append(by[f.track], f)
	}
	return by
}

// Joined parts hold the same frames at the same times, in as many bytes.
func TestJoinedPartsAreTheSameFrames(t *testing.T) {
	for _, shifts := range []bool{false, true} {
		for parts := 1; parts <= 7; parts++ {
			file, at := someFile(t, parts, shifts)
			var fragments []*Fragment
			var media []byte
			for _, a := range at[:parts] {
				f, err := ReadFragment(bytes.NewReader(file), a, int64(len(file)))
				if err != nil {
					t.Fatal(err)
				}
				fragments = append(fragments, f)
				media = append(media, file[f.Media:f.Offset+f.Size]...)
			}
			size := at[parts] - at[0]
			joined, err := Join(nil, fragments, Joined{Sequence: 3, Size: size})
			if err != nil {
				t.Fatal(err)
			}
			joined = append(joined, media...)
			if int64(len(joined)) != size {
				t.Fatalf("%d parts of %d bytes became %d", parts, size, len(joined))
			}
			// All three last samples' durations differ by a tick from the next base.
			want, got := byTrack(framesOf(t, file, at[0])), byTrack(framesOf(t, joined, 0))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%d parts, shifts %v:\n%v\nwant\n%v", parts, shifts, got, want)
			}
			moved, err := Join(nil, fragments, Joined{Sequence: 3, Size: size, Shift: map[int]int64{1: 90000, 2: -0}})
			if err != nil {
				t.Fatal(err)
			}
			if f := framesOf(t, append(moved, media...), 0); f[0].dts != 90000 {
				t.Errorf("moved by a second it begins at %d", f[0].dts)
			}
		}
	}
}

// A part that cannot be read lies in the joined one, and nothing refers to it.
func TestADamagedPartIsPassedOver(t *testing.T) {
	file, at := someFile(t, 3, false)
	var fragments []*Fragment
	var media []byte
	for i, a := range at[:3] {
		f, err := ReadFragment(bytes.NewReader(file), a, int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			f = &Fragment{Offset: f.Offset, Size: f.Size, Media: f.Offset}
		}
		fragments = append(fragments, f)
		media = append(media, file[f.Media:f.Offset+f.Size]...)
	}
	joined, err := Join(nil, fragments, Joined{Sequence: 1, Size: at[3] - at[0]})
	if err != nil {
		t.Fatal(err)
	}
	got := byTrack(framesOf(t, append(joined, media...), 0))
	if len(got[1]) != 8 || got[1][4].data != "picture 0 of part 2" || got[1][4].dts != 2*14_400 || got[2][3].dts != 2*2880 {
		t.Errorf("%v", got)
	}
}

func TestJoiningWhatCannotBe(t *testing.T) {
	file, at := someFile(t, 1, false)
	f, err := ReadFragment(bytes.NewReader(file), at[0], at[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, j := range map[string]Joined{
		"too small":          {Size: 20},
		"no room for a pad":  {Size: f.Size - 32 + 5},
		"before time begins": {Size: f.Size, Shift: map[int]int64{1: -1}},
		"at the end of time": {Size: f.Size, Shift: map[int]int64{1: -1 << 63}},
		"too large a pad":    {Size: f.Size + maxPad + 100},
	} {
		if b, err := Join(nil, []*Fragment{f}, j); err == nil {
			t.Errorf("%s: %d bytes", name, len(b))
		}
	}
}

func TestPreludeIsWhatStandsBeforeTheMedia(t *testing.T) {
	file, at := someFile(t, 2, true)
	for n := range 2 {
		f, err := ReadFragment(bytes.NewReader(file), at[n], at[n+1])
		if err != nil {
			t.Fatal(err)
		}
		prelude, err := Prelude(bytes.NewReader(file), at[n], at[n+1]-at[n])
		if err != nil || !bytes.Equal(prelude, file[at[n]:f.Media-8]) {
			t.Errorf("part %d: %d bytes, %v", n, len(prelude), err)
		}
		if err := Rebase(prelude, map[int]int64{1: 5, 2: 7}, 9); err != nil {
			t.Fatal(err)
		}
		moved := append(bytes.Clone(file[:at[n]]), prelude...)
		moved = append(moved, file[at[n]+int64(len(prelude)):at[n+1]]...)
		g, err := ReadFragment(bytes.NewReader(moved), at[n], at[n+1])
		if err != nil || g.Sequence != 9 || g.Tracks[0].Base != f.Tracks[0].Base+5 || g.Tracks[1].Base != f.Tracks[1].Base+7 {
			t.Errorf("moved: %+v %v", g, err)
		}
	}
	if _, err := Prelude(bytes.NewReader(file), at[0], at[1]-at[0]-1); err == nil {
		t.Error("a part that ends early")
	}
	if _, err := Prelude(bytes.NewReader(file), at[0], at[2]-at[0]); !errors.Is(err, ErrMalformed) {
		t.Errorf("two parts for one: %v", err)
	}
	if _, err := Prelude(bytes.NewReader(make([]byte, 8<<20)), 0, 8<<20); err == nil {
		t.Error("zeros for a part")
	}
}

func TestAPartCannotBeMovedBeforeTheBeginning(t *testing.T) {
	file, at := someFile(t, 1, false)
	if err := Rebase(file[at[0]:], map[int]int64{1: -1}, 1); !errors.Is(err, ErrMalformed) {
		t.Errorf("%v", err)
	}
}

// FuzzPart holds what reads parts: no panic, no more memory than there are bytes,
// and what was read can be joined.
func FuzzPart(f *testing.F) {
	for n := range 2 {
		file, at := someFile(f, 1, n == 1)
		f.Add(file[at[0]:])
		f.Add(file)
		for _, i := range []int{3, 32 + 3, 32 + 8 + 16 + 8 + 16 + 20 + 15, 32 + 70} {
			broken := bytes.Clone(file[at[0]:])
			broken[i] ^= 0x40
			f.Add(broken)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, size := bytes.NewReader(data), int64(len(data))
		if prelude, err := Prelude(r, 0, size); err == nil {
			_ = Rebase(prelude, map[int]int64{1: 90000, 2: -48000}, 2)
		}
		part, err := ReadFragment(r, 0, size)
		if err != nil {
			return
		}
		if part.Media < 0 || part.Size > size || part.Media > part.Size {
			t.Fatalf("%+v of %d bytes", part, size)
		}
		made, err := Join(nil, []*Fragment{part, part}, Joined{Sequence: 1, Size: 2 * part.Size})
		if err == nil && int64(len(made))+2*(part.Size-part.Media) != 2*part.Size {
			t.Errorf("%d bytes before %d of media for %d", len(made), 2*(part.Size-part.Media), 2*part.Size)
		}
	})
}

// FuzzHeader holds what reads and rewrites headers.
func FuzzHeader(f *testing.F) {
	header, err := Header(someTracks())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(header)
	for i := 0; i < len(header); i += 37 {
		broken := bytes.Clone(header)
		broken[i] ^= 0xff
		f.Add(broken)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		described, err := Describe(data)
		if err == nil && len(described) > maxTracks {
			t.Errorf("%d tracks", len(described))
		}
		if out, err := WithEdits(data, map[int]int64{1: 90000, 2: 48000}); err == nil && len(out) > len(data)+maxTracks*100 && len(out) > 2*len(data) {
			t.Errorf("%d bytes of %d", len(out), len(data))
		}
		_, _ = WithDuration(data, time.Hour)
	})
}

func TestDescribeTellsTheTracks(t *testing.T) {
	header, err := Header(someTracks())
	if err != nil {
		t.Fatal(err)
	}
	all, err := Describe(header)
	if err != nil || len(all) != 2 {
		t.Fatalf("%v %v", all, err)
	}
	if v, a := all[0], all[1]; v.ID != 1 || !v.Video || v.Timescale != 90000 || string(v.Samples[20:24]) != "vp09" || a.ID != 2 || a.Video || a.Timescale != 48000 || string(a.Samples[20:24]) != "Opus" {
		t.Errorf("%+v", all)
	}
	edited, err := WithEdits(header, map[int]int64{1: 4500})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Describe(edited)
	if err != nil || !reflect.DeepEqual(again, all) || bytes.Equal(edited, header) {
		t.Errorf("with other edits it describes other tracks: %v", err)
	}
	for _, bad := range [][]byte{nil, header[:20], bytes.Replace(header, []byte("trak"), []byte("kart"), 2), bytes.Replace(header, []byte("stsd"), []byte("dsts"), 1)} {
		if all, err := Describe(bad); err == nil {
			t.Errorf("%d tracks of %d bytes", len(all), len(bad))
		}
	}
}

func TestIndexesLeadToTheParts(t *testing.T) {
	refs := []Reference{{1000, 180_000, true}, {2000, 90_000, false}}
	b, err := AppendIndexes([]byte("header"), []Index{{1, 90000, 5, refs}, {2, 48000, 0, refs}})
	if err != nil {
		t.Fatal(err)
	}
	b = b[len("header"):]
	if len(b) != 2*(40+24) {
		t.Fatalf("%d bytes", len(b))
	}
	if behind := binary.BigEndian.Uint64(b[28:]); behind != 40+24 {
		t.Errorf("the first one's parts begin %d bytes behind it", behind)
	}
	if behind := binary.BigEndian.Uint64(b[64+28:]); behind != 0 {
		t.Errorf("the last one's parts begin %d bytes behind it", behind)
	}
	if sap := binary.BigEndian.Uint32(b[48:]); sap != 0x90000000 {
		t.Errorf("the first part begins with %#x", sap)
	}
	if sap := binary.BigEndian.Uint32(b[60:]); sap != 0 {
		t.Errorf("the second part begins with %#x", sap)
	}
	if _, err := AppendIndexes(nil, []Index{{1, 90000, 0, make([]Reference, MaxReferences+1)}}); err == nil {
		t.Error("more than an index can hold")
	}
	if _, err := AppendIndexes(nil, []Index{{1, 90000, -1, refs}}); err == nil {
		t.Error("a time before the beginning")
	}
}

func TestADurationIsSaid(t *testing.T) {
	header, err := Header(someTracks())
	if err != nil {
		t.Fatal(err)
	}
	with, err := WithDuration(header, 90*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	mehd, ok := find(with, "moov", "mvex", "mehd")
	if !ok || binary.BigEndian.Uint64(mehd[12:]) != 90*60*1000 {
		t.Errorf("%x", mehd)
	}
	if _, err := WithDuration(header[:28], time.Second); err == nil {
		t.Error("a header without tracks")
	}
}
