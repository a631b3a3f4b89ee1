package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/recorder/manifest"
)

// An excerpt has the segments that it touches as a whole, all of the manifest, and says
// which bytes were asked for: each part's hash is that of the bytes it names.
func TestAnExcerptKeepsItsProof(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, false)
	a, err := CaseFile(Case{Number: "1", Recordings: dirs, Excerpt: &Excerpt{From: 6_200_000, To: 7_900_000}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	// What is said of it is of the stretch, not of the recordings.
	if c := a.Contents(); c.Media != 2*1700*time.Millisecond || c.Gaps != 0 {
		t.Errorf("it is said to hold %v, and %d gaps", c.Media, c.Gaps)
	}
	found := files(t, a)
	var x excerpt
	if err := json.Unmarshal(found["1/excerpt.json"], &x); err != nil {
		t.Fatal(err)
	}
	if x.Format != "avhub-excerpt/1" || len(x.Recordings) != 2 || x.To.Sub(x.From).Milliseconds() != 1700 {
		t.Fatalf("%+v", x)
	}
	movies := 0
	for name := range found {
		if strings.HasSuffix(name, ".mp4") {
			movies++
		}
	}
	if movies != 2 {
		t.Errorf("%d segments of two cameras", movies)
	}
	for i, r := range x.Recordings {
		whole, err := manifest.Read(dirs[i])
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Segments) != 1 || r.LeftOut != len(whole.Segments)-1 {
			t.Fatalf("%+v", r)
		}
		s := r.Segments[0]
		raw := found["1/"+r.Folder+"/"+s.File]
		if sum := sha256.Sum256(raw); int64(len(raw)) != s.Size || hex.EncodeToString(sum[:]) != s.SHA256 {
			t.Errorf("%s is not the whole segment", s.File)
		}
		if onDisk, _ := os.ReadFile(filepath.Join(dirs[i], "manifest.jsonl")); !bytes.Equal(onDisk, found["1/"+r.Folder+"/manifest.jsonl"]) {
			t.Error("the manifest is not all there")
		}
		state := whole.Segments[1]
		if state.File != s.File || s.To-s.From+1 != len(s.Hashes) || !state.Parts[s.From-1].Keyframe || state.Parts[s.From-1].Start > r.From {
			t.Fatalf("it begins at part %d of %s", s.From, s.File)
		}
		at := s.Bytes[0]
		for k, hash := range s.Hashes {
			p := state.Parts[s.From-1+k]
			if p.Offset != at {
				t.Fatalf("part %d begins at %d, not %d", s.From+k, p.Offset, at)
			}
			if sum := sha256.Sum256(raw[at : at+p.Size]); hex.EncodeToString(sum[:]) != hash {
				t.Errorf("part %d has another hash", s.From+k)
			}
			at += p.Size
		}
		if at != s.Bytes[1] {
			t.Errorf("the parts end at %d, the bytes at %d", at, s.Bytes[1])
		}
	}
	if !strings.Contains(string(found["1/excerpt.html"]), x.Recordings[0].Segments[0].SHA256) {
		t.Error("the statement has no hashes")
	}
	// The other camera went on while the first was away.
	only, err := CaseFile(Case{Recordings: dirs, Excerpt: &Excerpt{From: 14_500_000, To: 15_500_000}})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(files(t, only)["case/excerpt.json"], &x); err != nil || len(x.Recordings) != 1 || !strings.HasPrefix(x.Recordings[0].Folder, "court-3/") {
		t.Errorf("%+v, %v", x, err)
	}
	for _, e := range []Excerpt{{5, 5}, {-1, 4}, {14_500_000, 15_500_000}, {1 << 60, 1<<60 + 1}} {
		if _, err := CaseFile(Case{Recordings: dirs[:1], Excerpt: &e}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

// The statement says of each gap why, and who has answered for it.
func TestTheStatementOfGaps(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, false)
	a, err := CaseFile(Case{Number: "（2026）黑11民初1号", Title: "<b>纠纷</b>", Recordings: dirs})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	text := string(files(t, a)["（2026）黑11民初1号/gaps.html"])
	for _, want := range []string{"（2026）黑11民初1号", "&lt;b&gt;纠纷", "信号源离线", "=停电", "李静", "尚未签名", "无缺口", "UTC+8"} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %s", want)
		}
	}
}

// An archive's tag is the same as long as its bytes are.
func TestTheTag(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, false)
	tag := func(c Case) string {
		a, err := CaseFile(c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Close() }()
		return a.Tag()
	}
	one := tag(Case{Number: "1", Recordings: dirs})
	if again := tag(Case{Number: "1", Recordings: dirs}); again != one {
		t.Error("the same archive has another tag")
	}
	if other := tag(Case{Number: "2", Recordings: dirs}); other == one {
		t.Error("another archive has the same tag")
	}
	f, err := os.OpenFile(filepath.Join(dirs[0], "manifest.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"n":`); err != nil { // a line that is being written is not there yet
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if again := tag(Case{Number: "1", Recordings: dirs}); again != one {
		t.Error("half a line changes the tag")
	}
}
