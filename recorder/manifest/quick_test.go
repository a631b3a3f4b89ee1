package manifest

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"avhub/recorder/ledger"
)

const someHash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// someParts are bodies as the recorder writes them.
func someParts(t testing.TB) [][]byte {
	t.Helper()
	utc := time.Date(2026, 3, 2, 1, 0, 0, 120_000_000, time.UTC)
	var bodies [][]byte
	for _, p := range []Part{
		{Segment: 1, Part: 1, Offset: 1000, Size: 60_000, SHA256: someHash, Start: 0, Duration: 500_000, UTC: utc, Keyframe: true, Tracks: []PartTrack{{ID: 1, Frames: 12, RTP: 4294967295, NTP: utc}, {ID: 2, Frames: 25, RTP: 0, Damaged: 3}}},
		{Segment: 480, Part: 120, Offset: 1 << 40, Size: 1, SHA256: someHash, SM3: someHash, Start: 28_799_500_000, Duration: 0, UTC: utc.Truncate(time.Second), Recovered: true, Tracks: []PartTrack{{ID: 2, Frames: 1, NTP: utc, Damaged: 1}}},
		{Segment: 2, Part: 7, Offset: 12, Size: 3, SHA256: someHash, Start: 4, Duration: 5, UTC: utc, Keyframe: true, Recovered: true, Tracks: []PartTrack{}},
	} {
		body, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

func TestPartsAreReadQuicklyAsTheRecorderWritesThem(t *testing.T) {
	for _, body := range someParts(t) {
		if _, _, _, ok := quickPart(body); !ok {
			t.Errorf("read slowly: %s", body)
		}
	}
}

// FuzzPart holds the quick reading against encoding/json.
func FuzzPart(f *testing.F) {
	for _, body := range someParts(f) {
		f.Add(body)
	}
	for _, odd := range []string{
		`{}`, `{"segment":01,"part":1}`, `{"segment":1,"part":1,"offset":-5}`, `{"segment":99999999999999999999}`,
		`{"segment":1,"part":1,"offset":0,"size":1,"sha256":"a\"b","start":0,"duration":0,"utc":"2026-03-02T01:00:00Z","tracks":[,]}`,
		`{"segment":1,"part":1,"offset":0,"size":1,"sha256":"","start":0,"duration":0,"utc":"2026-03-02T01:00:00Z","tracks":[{"id":1,"frames":2,"rtp":3}{"id":1,"frames":2,"rtp":3}]}`,
	} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, sum, _, ok := quickPart(body)
		if !ok {
			return
		}
		got.SHA256, got.SM3 = sum.sha, sum.sm3
		var want Part
		if err := Decode(ledger.Entry{Body: body}, &want); err != nil {
			if !json.Valid(body) {
				t.Fatalf("%q is no JSON", body)
			}
			return // a time or a number of what is not kept is out of bounds
		}
		tracks := slices.EqualFunc(got.Tracks, want.Tracks, func(a, b PartTrack) bool { return a.ID == b.ID && a.Frames == b.Frames })
		if !tracks || got.Segment != want.Segment || got.Part != want.Part || got.Offset != want.Offset || got.Size != want.Size ||
			got.SHA256 != want.SHA256 || got.SM3 != want.SM3 ||
			got.Start != want.Start || got.Duration != want.Duration || got.Keyframe != want.Keyframe || got.Recovered != want.Recovered {
			t.Errorf("%s\nquickly %+v\n   else %+v", body, got, want)
		}
	})
}

func TestPartsAreParsedWithTheirHashes(t *testing.T) {
	for _, body := range someParts(t) {
		var want Part
		if err := Decode(ledger.Entry{Body: body}, &want); err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{body, slices.Concat([]byte(" "), body)} { // read quickly, and not
			got, err := ParsePart(ledger.Entry{Body: form})
			if err != nil || got.SHA256 != want.SHA256 || got.SM3 != want.SM3 || !got.UTC.Equal(want.UTC) || got.Offset != want.Offset || len(got.Tracks) != len(want.Tracks) {
				t.Errorf("%s: %+v %v", form, got, err)
			}
		}
	}
}
