package playback

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// short is a recording of two files and a gap, in a folder that a test may harm.
func short(t *testing.T) *Library {
	return record(t, func(s *studio) {
		src := s.on("court-2")
		rec := s.start(src, "court-2", nil)
		time.Sleep(20 * time.Second)
		src.Off()
		time.Sleep(10 * time.Second)
		if err := src.On(); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		s.stop(rec)
		src.Off()
	})
}

// poke writes bytes into a file of a recording.
func poke(t *testing.T, rec *Recording, file string, at int64, data []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(rec.dir, file), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(data, at); err != nil {
		t.Fatal(err)
	}
}

// cut makes a file of a recording shorter, or longer without bytes.
func cut(t *testing.T, rec *Recording, file string, size int64) {
	t.Helper()
	if err := os.Truncate(filepath.Join(rec.dir, file), size); err != nil {
		t.Fatal(err)
	}
}

// Whatever happened to a recording's files: the rest of it plays.
func TestWhatIsLeftOfADamagedRecordingPlays(t *testing.T) {
	t.Parallel()
	const first, second = "000001.mp4", "000002.mp4"
	for name, c := range map[string]struct {
		harm         func(t *testing.T, r *Recording)
		least, most  int // pictures that are left, of a thousand
		withoutSound bool
	}{
		"nothing":                     {func(*testing.T, *Recording) {}, 995, 1005, false},
		"a file is gone":              {func(t *testing.T, r *Recording) { must1(t, os.Remove(filepath.Join(r.dir, first))) }, 495, 505, false},
		"a file is empty":             {func(t *testing.T, r *Recording) { cut(t, r, first, 0) }, 495, 505, false},
		"a file is cut in the middle": {func(t *testing.T, r *Recording) { cut(t, r, second, 120_000) }, 600, 980, false},
		"a file is a hole of 4 GiB":   {func(t *testing.T, r *Recording) { cut(t, r, first, 0); cut(t, r, first, 4<<30+5) }, 495, 505, false},
		"a file goes on for 4 GiB":    {func(t *testing.T, r *Recording) { cut(t, r, second, 4<<30+5) }, 995, 1005, false},
		"a folder stands in its place": {func(t *testing.T, r *Recording) {
			must1(t, os.Remove(filepath.Join(r.dir, first)))
			must1(t, os.Mkdir(filepath.Join(r.dir, first), 0o750))
		}, 495, 505, false},
		"a file's beginning is flipped, and another one's is as good": {func(t *testing.T, r *Recording) { poke(t, r, first, 300, []byte{0xff, 0, 0xff}) }, 995, 1005, false},
		"both files' beginnings are flipped": {func(t *testing.T, r *Recording) {
			poke(t, r, first, 300, []byte{0xff})
			poke(t, r, second, 300, []byte{0xff})
		}, 0, 0, false},
		"a moof's size is flipped": {func(t *testing.T, r *Recording) {
			poke(t, r, first, partAt(r, 1, 10)+32, []byte{0x7f, 0xff, 0xff, 0xff})
		}, 985, 999, false},
		"a moof is zeros": {func(t *testing.T, r *Recording) { poke(t, r, first, partAt(r, 1, 10), make([]byte, 200)) }, 985, 999, false},
		"a part claims more samples than there are": {func(t *testing.T, r *Recording) {
			poke(t, r, first, partAt(r, 1, 10)+32+8+16+8+16+20+12, []byte{0x7f, 0xff, 0xff, 0xff})
		}, 985, 999, false},
		"sound's frames lie elsewhere": {func(t *testing.T, r *Recording) { pokeAll(t, r, first, "trun", 12, []byte{0x7f, 0, 0, 0}) }, 495, 505, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := short(t)
			rec := only(t, l)
			c.harm(t, rec)
			rec = only(t, New(l.o)) // as after a restart
			m, err := rec.Movie(Span{})
			if c.most == 0 {
				if err == nil {
					t.Errorf("a movie of %d bytes", m.Size())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			found := packetsOf(t, save(t, m))
			if n := len(found["video"]); n < c.least || n > c.most {
				t.Errorf("%d pictures are left", n)
			}
			if _, err := rec.Playlist(io.Discard, Gaps{}), error(nil); err != nil {
				t.Error(err)
			}
			for n := 1; n <= 2; n++ {
				if b, err := rec.Segment(n); err == nil {
					r := b.Open()
					if got, err := io.Copy(io.Discard, r); err != nil || got != b.Size() {
						t.Errorf("segment %d: %d of %d bytes, %v", n, got, b.Size(), err)
					}
					must1(t, r.Close())
				}
			}
		})
	}
}

func must1(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// partAt is where a part begins in its file.
func partAt(r *Recording, segment, part int) (offset int64) {
	r.View(func(rec *manifest.Recording) { offset = rec.Segments[segment-1].Parts[part-1].Offset })
	return offset
}

// pokeAll writes behind every place of a word.
func pokeAll(t *testing.T, r *Recording, file, word string, behind int, data []byte) {
	t.Helper()
	path := filepath.Join(r.dir, file)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte(word))
		if i < 0 {
			break
		}
		at += i + 4
		copy(raw[at-4+behind:], data)
	}
	must1(t, os.WriteFile(path, raw, 0o600))
}

// A recording that is deleted while it is being sent does not stop the sending: what
// was promised to follow is filled.
func TestAFileThatGoesAwayWhileItIsSent(t *testing.T) {
	t.Parallel()
	l := short(t)
	rec := only(t, l)
	m, err := rec.Movie(Span{})
	if err != nil {
		t.Fatal(err)
	}
	r := m.Open()
	defer r.Close()
	if _, err := io.CopyN(io.Discard, r, 50_000); err != nil {
		t.Fatal(err)
	}
	must1(t, os.Truncate(filepath.Join(rec.dir, "000001.mp4"), 60_000))
	must1(t, os.Remove(filepath.Join(rec.dir, "000002.mp4")))
	if n, err := io.Copy(io.Discard, r); err != nil || n+50_000 != m.Size() {
		t.Errorf("%d of %d bytes: %v", n+50_000, m.Size(), err)
	}
}

// A manifest that is damaged plays up to the damage, and says so.
func TestADamagedManifestPlaysUpToTheDamage(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func([]byte) []byte{
		"a flipped letter": func(b []byte) []byte { b[bytes.LastIndex(b[:len(b)*6/10], []byte("kind"))] ^= 1; return b },
		"a missing line": func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			return bytes.Join(append(lines[:30:30], lines[31:]...), nil)
		},
		"a line that says nonsense": func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			lines[40] = []byte("{\"n\":41}\n")
			return bytes.Join(lines, nil)
		},
		"its end is cut off": func(b []byte) []byte { return b[:len(b)*6/10] },
		"megabytes without a line's end": func(b []byte) []byte {
			return append(b[:len(b)*6/10:len(b)*6/10], bytes.Repeat([]byte("x"), 3<<20)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := short(t)
			rec := only(t, l)
			path := filepath.Join(rec.dir, "manifest.jsonl")
			raw, err := os.ReadFile(path)
			must1(t, err)
			must1(t, os.WriteFile(path, harm(raw), 0o600))
			rec = only(t, New(l.o))
			if rec.Fault() == nil || rec.Open() {
				t.Errorf("fault %v, open %v", rec.Fault(), rec.Open())
			}
			m, err := rec.Movie(Span{})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(packets(t, save(t, m))["video"]); n < 20 || n > 900 {
				t.Errorf("%d pictures are left", n)
			}
		})
	}
}

// Folders and files that are no recordings, and recordings with any name.
func TestNamesWithAnything(t *testing.T) {
	t.Parallel()
	l := short(t)
	rec := only(t, l)
	day := filepath.Dir(rec.dir)
	odd := "-第一 法庭;%2e%2e\"'<&>\n"
	must1(t, os.Rename(rec.dir, filepath.Join(day, odd)))
	for _, dir := range []string{"empty", "..hidden", "no-manifest/sub"} {
		must1(t, os.MkdirAll(filepath.Join(day, dir), 0o750))
	}
	must1(t, os.MkdirAll(filepath.Join(l.o.Dir, "source", "no-date", "x"), 0o750))
	must1(t, os.WriteFile(filepath.Join(day, "a-file"), nil, 0o600))
	must1(t, os.MkdirAll(filepath.Join(day, "blank"), 0o750))
	must1(t, os.WriteFile(filepath.Join(day, "blank", "manifest.jsonl"), nil, 0o600))
	must1(t, os.Symlink("/", filepath.Join(day, "away")))

	l = New(l.o)
	page, err := l.List(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, s := range page.Items {
		found[s.ID] = s.Fault
	}
	if len(found) != 2 || found[odd] == "" || found["blank"] == "" {
		t.Errorf("listed: %q", found)
	}
	for _, id := range []string{"", ".", "..", "../..", "/", "court-2", "no-manifest", "away", "empty", strings.Repeat("x", 300), "a\x00b", day} {
		if r, err := l.Open(id); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v %v", id, r, err)
		}
	}
	r := opened(t, l, odd)
	if r.Fault() == nil {
		t.Error("a manifest of another name has no fault")
	}
	blank := opened(t, l, "blank")
	if _, err := blank.Movie(Span{}); !errors.Is(err, ErrNothing) {
		t.Errorf("a movie of an empty manifest: %v", err)
	}
	if err := blank.Master(io.Discard, "x"); !errors.Is(err, ErrNothing) {
		t.Errorf("a playlist of an empty manifest: %v", err)
	}
}

// Random damage of any file: answers, never a panic, and no memory by a number
// that a file holds.
func TestRandomDamage(t *testing.T) {
	t.Parallel()
	l := short(t)
	rec := only(t, l)
	files := map[string][]byte{}
	for _, name := range []string{"000001.mp4", "000002.mp4", "manifest.jsonl", "seal.json"} {
		raw, err := os.ReadFile(filepath.Join(rec.dir, name))
		must1(t, err)
		files[name] = raw
	}
	random := rand.New(rand.NewPCG(7, 7))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const rounds = 150
	for range rounds {
		for name, raw := range files {
			harmed := bytes.Clone(raw)
			for range random.IntN(6) {
				at := random.IntN(len(harmed))
				if random.IntN(2) == 0 {
					at = random.IntN(min(4096, len(harmed))) // where the structure is
				}
				harmed[at] = byte(random.IntN(256))
			}
			must1(t, os.WriteFile(filepath.Join(rec.dir, name), harmed[:len(harmed)-random.IntN(2)*random.IntN(len(harmed))], 0o600))
		}
		useAll(t, New(Options{Dir: l.o.Dir, Picture: func(_ context.Context, mp4 []byte, _ int) ([]byte, error) { return mp4[:1], nil }}), rec.ID())
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / rounds; each > 64<<20 {
		t.Errorf("%d MiB are allocated for a recording of half a megabyte", each>>20)
	}
}

// useAll asks a recording for all that it can give.
func useAll(t *testing.T, l *Library, id string) {
	t.Helper()
	if _, err := l.List(t.Context(), Query{}); err != nil {
		t.Error(err)
	}
	r, err := l.Open(id)
	if err != nil {
		return
	}
	for _, s := range []Span{{}, {Start: 7 * second, Duration: 20 * second}, {Start: 19 * second, KeepGaps: true}} {
		if m, err := r.Movie(s); err == nil {
			reader := m.Open()
			if n, err := io.Copy(io.Discard, reader); err != nil || n != m.Size() {
				t.Errorf("%d of %d bytes: %v", n, m.Size(), err)
			}
			must1(t, reader.Close())
		}
		s.Duration = max(s.Duration, second)
		_, _ = r.Parts(s)
		_, _ = r.Frames(s)
		_, _ = r.Thumbnail(t.Context(), s.Start, 320)
	}
	_ = r.Playlist(io.Discard, Gaps{Keep: true})
	_ = r.Master(io.Discard, "media.m3u8")
	for n := range 4 {
		_, _ = r.Initialization(n)
		if b, err := r.Segment(n); err == nil {
			reader := b.Open()
			_, _ = io.Copy(io.Discard, reader)
			must1(t, reader.Close())
		}
	}
}

// A manifest of a million lines opens, plays and stays within its memory.
func TestAMillionLines(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "court-1", "2026-03-02", "big")
	must1(t, os.MkdirAll(dir, 0o750))
	file, err := os.Create(filepath.Join(dir, "manifest.jsonl"))
	must1(t, err)
	out, n := bufio.NewWriterSize(file, 1<<20), 0
	none := strings.Repeat("0", 64)
	// Playback does not verify: the chain is left to those who do.
	line := func(kind, body string) {
		n++
		fmt.Fprintf(out, `{"n":%d,"t":"2026-03-02T00:00:00Z","kind":%q,"prev":"%s","body":%s}`+"\n", n, kind, none, body)
	}
	body := func(v any) string {
		raw, err := json.Marshal(v)
		must1(t, err)
		return string(raw)
	}
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	line(ledger.KindHeader, body(ledger.Header{Format: ledger.Format, ID: "x", Purpose: manifest.Purpose, Hashes: []string{"sha256"}, File: 1}))
	line(manifest.KindBegin, body(manifest.Begin{Format: manifest.Format, ID: "big", Source: "court-1", Zero: now}))
	tracks := []manifest.Track{{ID: 1, Kind: "video", Codec: "H264", MIME: "avc1.64001F", Timescale: 90000}}
	const lines, each = 1_000_000, 20_000
	for s := range lines / each {
		start := manifest.Micros(s) * each * 500_000
		line(manifest.KindSegment, body(manifest.Segment{Segment: s + 1, File: manifest.SegmentFile(s + 1), Start: start, UTC: now, Size: 1000, SHA256: none, Tracks: tracks}))
		for p := range each {
			line(manifest.KindPart, fmt.Sprintf(`{"segment":%d,"part":%d,"offset":%d,"size":50000,"sha256":"%s","start":%d,"duration":500000,"utc":"2026-03-02T00:00:00Z","keyframe":true,"tracks":[{"id":1,"frames":12,"rtp":7}]}`,
				s+1, p+1, 1000+int64(p)*50_000, none, int64(start)+int64(p)*500_000))
		}
		line(manifest.KindSegmentEnd, body(manifest.SegmentEnd{Segment: s + 1, Size: 1000 + each*50_000, SHA256: none, Start: start, End: start + each*500_000, UTC: now, Parts: each}))
	}
	must1(t, errors.Join(out.Flush(), file.Close()))
	library := New(Options{Dir: filepath.Dir(filepath.Dir(filepath.Dir(dir)))})
	began := time.Now()
	r := opened(t, library, "big")
	t.Logf("opened in %v", time.Since(began))
	if want := manifest.Micros(lines) * 500_000; r.End() != want {
		t.Errorf("it reaches %v, want %v", r.End().Duration(), want.Duration())
	}
	if _, err := r.Movie(Span{Start: 3600 * second}); !errors.Is(err, ErrNothing) { // there are no files
		t.Errorf("a movie without files: %v", err)
	}
	useAll(t, library, "big")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 400<<20 {
		t.Errorf("%d MiB in use", m.HeapAlloc>>20)
	}
}
