package certificate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

func TestManySourcesAndGapsGoOnOverPages(t *testing.T) {
	base := made(t)
	f := Facts{Number: "（2026）黑11民初2号", Signers: []Signer{}}
	for n := range 8 {
		r := base
		r.ID, r.Name, r.Gaps, r.Segments = fmt.Sprintf("r-%d", n), fmt.Sprintf("信号源%d号", n), nil, nil
		for i := range 60 {
			at := base.Begin.Add(time.Duration(i) * time.Minute)
			g := Gap{Number: i + 1, From: at, To: at.Add(time.Second), Length: time.Second, Cause: manifest.CauseNetwork, Detail: fmt.Sprintf("detail-%d-%d.", n, i)}
			if i%3 == 0 {
				g.Explanation, g.ExplainedBy = strings.Repeat("线路检修。", i)+fmt.Sprintf("explained-%d-%d.", n, i), "王芳"
			}
			r.Gaps = append(r.Gaps, g)
			r.Segments = append(r.Segments, Segment{File: fmt.Sprintf("%06d.mp4", i+1), Begin: at, Length: time.Minute, Size: int64(i), SHA256: fmt.Sprintf("%064x", n*1000+i)})
		}
		f.Recordings = append(f.Recordings, r)
	}
	for i := range 13 {
		f.Signers = append(f.Signers, Signer{[2]string{"诉讼参加人", "Participant"}, fmt.Sprintf("某人%d.", i)})
	}
	file := written(t, f)
	text := textOf(t, file)
	for n, r := range f.Recordings {
		says(t, text, r.Name, r.ID)
		for i := range r.Gaps {
			says(t, text, r.Gaps[i].Detail, r.Segments[i].SHA256)
			if i%3 == 0 {
				says(t, text, fmt.Sprintf("explained-%d-%d.", n, i))
			}
		}
	}
	for _, s := range f.Signers {
		says(t, text, s.Name)
	}
	pages := within(t, file)
	if pages < 30 {
		t.Errorf("%d pages", pages)
	}
	says(t, text, fmt.Sprintf("第 %d 页 / 共 %d 页", pages, pages))
	if n := strings.Count(text, "Sheetcode"+f.Code()); n != pages {
		t.Errorf("the sheet code stands on %d of %d pages", n, pages)
	}
}

func TestHostileTextsAreSeen(t *testing.T) {
	r := made(t)
	long := strings.Repeat("甲", 9998) + "尾端"
	hostile := "a\x00b\x1bc\u202ed\u200be\u2066f\u00adg\uffffh\U0001f600i\xffj\u0301k\u2028l\ufeffm"
	r.Name, r.Gaps[0].Detail, r.Gaps[2].Explanation, r.Gaps[2].ExplainedBy = long, hostile, long, hostile
	r.Source, r.Held, r.Tracks[0].Codec = hostile, "一行\n二行\x07", hostile
	r.Stamps = []Stamp{{TSA: strings.Repeat("x", 3000)}}
	f := Facts{Court: hostile, Number: long, Title: hostile + ") Tj ET (", Hearing: hostile, Recordings: []Recording{r}, Signers: []Signer{{Name: long}, {Name: hostile}}}
	file := written(t, f)
	text := textOf(t, file)
	within(t, file)
	if n := strings.Count(text, "甲"); n < 5*9998 { // name: overview, summary; number; explanation; signer
		t.Errorf("%d of the long texts' characters are printed", n)
	}
	says(t, text, "a[U+0000]b[U+001B]c[U+202E]d[U+200B]e[U+2066]f[U+00AD]g[U+FFFF]h[U+1F600]i[0xFF]j[U+0301]k[U+2028]l[U+FEFF]m", "尾端", ")TjET(", "一行二行[U+0007]")
	if strings.ContainsAny(text, "\u202e\u200b\u2066\x1b") {
		t.Error("what changes the order of characters is in the document")
	}
	r.Name = strings.Repeat("乙", longest+5)
	text = textOf(t, written(t, Facts{Recordings: []Recording{r}}))
	says(t, text, fmt.Sprintf("……[共 %d 字 characters]", longest+5))
}

func TestNamesWithRareCharactersAreShown(t *testing.T) {
	r := made(t)
	r.Name = "𬭎㛃䶮𫖯龘張學友é"
	text := textOf(t, written(t, Facts{Recordings: []Recording{r}}))
	says(t, text, "𬭎㛃䶮𫖯", "張學友é")
	if !strings.Contains(text, "龘") && !strings.Contains(text, "[U+9F98]") {
		t.Error("a character that the font does not have has vanished")
	}
}

func TestSameFactsSameBytes(t *testing.T) {
	f := Facts{Number: "1", Recordings: []Recording{made(t)}}
	var one, two bytes.Buffer
	if err := errors.Join(Write(&one, f), Write(&two, f)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same facts made other bytes")
	}
	g := f
	g.Number = "2"
	if f.Code() == g.Code() {
		t.Error("other facts have the same sheet code")
	}
}

func TestWhatIsNoneIsNotCertified(t *testing.T) {
	good := made(t)
	for name, change := range map[string]func(r *Recording){
		"no value":       func(r *Recording) { r.Seal.SHA256 = "" },
		"value in words": func(r *Recording) { r.Seal.SM3 = strings.Repeat("x", 64) },
		"no id":          func(r *Recording) { r.ID = "" },
		"id of lines":    func(r *Recording) { r.ID = "a\nsha256 b" },
		"long id":        func(r *Recording) { r.ID = strings.Repeat("a", 256) },
		"ledger":         func(r *Recording) { r.Newest.Ledger = "" },
		"key":            func(r *Recording) { r.Keys = []Key{{"Ed25519", "abc"}} },
		"kind of key":    func(r *Recording) { r.Keys = []Key{{"a b\n", strings.Repeat("a", 64)}} },
		"segment":        func(r *Recording) { r.Segments = []Segment{{File: "000001.mp4"}} },
	} {
		r := good
		change(&r)
		var b bytes.Buffer
		if err := Write(&b, Facts{Recordings: []Recording{r}}); !errors.Is(err, ErrFacts) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
	if err := Write(io.Discard, Facts{}); !errors.Is(err, ErrFacts) {
		t.Error("nothing is certified:", err)
	}
	open, err := recordtest.Make(filepath.Join(t.TempDir(), "open"), recordtest.Options{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Of(open.Dir); !errors.Is(err, ErrOpen) {
		t.Error("a recording that runs:", err)
	}
	if _, err := Of(t.TempDir()); err == nil {
		t.Error("an empty folder is certified")
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("（2026）黑11民初1号", "法庭全景", "线路\n检修", int64(1), uint64(2))
	f.Add("\x00\xff\u202e", strings.Repeat("x", 3000), "(", int64(-1), uint64(0))
	f.Add("", "", "", int64(1)<<62, ^uint64(0))
	hash := strings.Repeat("a", 64)
	f.Fuzz(func(t *testing.T, number, name, text string, length int64, n uint64) {
		d := time.Duration(length)
		r := Recording{
			ID: "r", Name: name, Source: number, Length: d, Bytes: length, Held: text,
			Seal: Seal{Head: Head{"l", n, hash, hash}}, Newest: Head{"l", n + 1, hash, ""}, Tracks: []Track{{1, text, name, n, n, n}},
			Gaps:      []Gap{{Number: 1, From: time.Unix(length, 0), Length: d, Cause: manifest.Cause(text), Explanation: text, ExplainedBy: name}, {Cause: manifest.CauseOperator, By: name}},
			TrackGaps: []TrackGap{{Detail: text}}, Clocks: []Clock{{Step: d}}, Stamps: []Stamp{{n, time.Unix(0, length), text}},
			Segments: []Segment{{File: name, SHA256: hash, Gone: text}},
		}
		var b bytes.Buffer
		if err := Write(&b, Facts{Court: text, Number: number, Title: name, Recordings: []Recording{r}, Signers: []Signer{{[2]string{text, name}, number}}}); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-1.7\n")) || !bytes.HasSuffix(b.Bytes(), []byte("%%EOF\n")) {
			t.Error("no whole document")
		}
	})
}
