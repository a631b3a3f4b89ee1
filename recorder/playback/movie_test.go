package playback

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
)

// Rooms of the demo court send H.264 with Opus, with AAC and with G.711, and H.265.
var rooms = []string{"court-1", "court-2", "court-3", "court-4"}

const clipFrames = 1500 // pictures of a demo clip

// session records a room for two and a half minutes: an adjournment of half a
// minute in it, and ten seconds without the camera. when tells which pictures the
// camera sends at a time: those of clips that began then.
func session(t *testing.T, room string) (l *Library, when func(utc time.Time) int) {
	var began, again time.Time
	l = record(t, func(s *studio) {
		src := s.on(room)
		began = time.Now()
		time.Sleep(3 * time.Second)
		rec := s.start(src, room, map[string]string{"hearing": "h1", "case": "c1"})
		time.Sleep(70 * time.Second)
		if err := rec.Pause(manifest.CauseAdjournment, "", &manifest.Person{ID: "u1", Name: "王建国", Role: "judge"}); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		rec.Resume()
		time.Sleep(25 * time.Second)
		src.Off()
		time.Sleep(10 * time.Second)
		again = time.Now()
		if err := src.On(); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(15 * time.Second)
		s.stop(rec)
		src.Off()
	})
	return l, func(utc time.Time) int {
		from := began
		if !utc.Before(again.Add(-time.Millisecond)) {
			from = again
		}
		return int((utc.Sub(from)+time.Millisecond)/(40*time.Millisecond)) % clipFrames
	}
}

// A movie shows first what stood at its start, to the picture, wherever it begins.
func TestAMovieBeginsAtThePicture(t *testing.T) {
	t.Parallel()
	for _, room := range rooms {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			l, sent := session(t, room)
			rec := only(t, l)
			var gaps []*manifest.GapState
			rec.View(func(r *manifest.Recording) { gaps = r.Gaps })
			if len(gaps) != 2 {
				t.Fatalf("%d gaps", len(gaps))
			}
			random := rand.New(rand.NewPCG(4, uint64(len(room))))
			starts := []manifest.Micros{
				0, 1, 39_999, 40_000, 2*second - 1, 2 * second, 2*second + 40_000, // about a keyframe
				60*second - 40_000, 60 * second, 60*second + 1, // about a file's end
				gaps[0].Start - 40_000, gaps[0].Start + 5*second, gaps[0].End(), gaps[0].End() + 1_234_567, // about a gap
				gaps[1].Start + second, gaps[1].End() + 40_000,
				rec.End() - 40_000,
			}
			for range 4 {
				starts = append(starts, manifest.Micros(random.Int64N(int64(70*second))))
			}
			for _, start := range starts {
				m, err := rec.Movie(Span{Start: start, Duration: 40 * second})
				if err != nil {
					t.Errorf("at %v: %v", start.Duration(), err)
					continue
				}
				var want int
				rec.View(func(r *manifest.Recording) {
					for _, g := range gaps { // in a gap, what follows it
						if start >= g.Start && start < g.End() {
							start = g.End()
						}
					}
					want = sent(r.At(start))
				})
				if got := at(decode(t, save(t, m), 80), 0); got != want {
					t.Errorf("at %v (movie from %v) it shows picture %d, want %d", start.Duration(), m.Start.Duration(), got, want)
				}
			}
		})
	}
}

// A movie of all holds every frame that was kept, once, on a timeline without
// holes, and sound and picture stay together.
func TestAMovieOfAllHoldsAll(t *testing.T) {
	t.Parallel()
	for _, room := range rooms {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			l, sent := session(t, room)
			rec := only(t, l)
			m, err := rec.Movie(Span{})
			if err != nil {
				t.Fatal(err)
			}
			path := save(t, m)
			found, want := packets(t, path), kept(rec)
			if v, a := len(found["video"]), len(found["audio"]); v != want[1] || a != want[2] || v == 0 || a == 0 {
				t.Errorf("%d pictures and %d of sound, the manifest has %d and %d", v, a, want[1], want[2])
			}
			for kind, list := range found {
				seams := 0 // where a gap is left out, one track waits for the other
				for i := 1; i < len(list); i++ {
					step := list[i].dts(t) - list[i-1].dts(t)
					if step > 45*time.Millisecond {
						seams++
					}
					if step <= 0 || step > 80*time.Millisecond || seams > 2 {
						t.Errorf("%s: %v between packets %d and %d (at %v)", kind, step, i-1, i, list[i].dts(t))
					}
				}
			}
			if d := found["video"][len(found["video"])-1].pts(t) - found["audio"][len(found["audio"])-1].pts(t); d < -100*time.Millisecond || d > 100*time.Millisecond {
				t.Errorf("at the end the picture is %v from the sound", d)
			}
			var playing manifest.Micros
			rec.View(func(r *manifest.Recording) { playing = r.Seal.Media })
			// A recording ends when it was stopped; its last part may be a picture longer.
			if d := m.Plays - playing.Duration(); d < -40*time.Millisecond || d > 80*time.Millisecond {
				t.Errorf("it plays %v, recorded are %v", m.Plays, playing.Duration())
			}
			if room != "court-2" { // one is enough to decode as a whole
				return
			}
			last := -1
			for _, p := range decode(t, path, 0) {
				if last >= 0 && p.number != (last+1)%clipFrames && p.number != sent(gapEnd(rec, 0)) && p.number != 0 {
					t.Errorf("picture %d follows %d, at %v", p.number, last, p.at)
				}
				last = p.number
			}
		})
	}
}

// gapEnd is when a gap ended.
func gapEnd(r *Recording, gap int) (utc time.Time) {
	r.View(func(rec *manifest.Recording) { utc = rec.At(rec.Gaps[gap].End()) })
	return utc
}

// With its gaps kept, a movie's times are the recording's.
func TestAMovieMayKeepItsGaps(t *testing.T) {
	t.Parallel()
	l, sent := session(t, "court-1")
	rec := only(t, l)
	start := 65 * second
	m, err := rec.Movie(Span{Start: start, KeepGaps: true})
	if err != nil {
		t.Fatal(err)
	}
	pictures := decode(t, save(t, m), 0)
	for _, utcAfter := range []time.Duration{0, 3 * time.Second, 40 * time.Second, 80 * time.Second} {
		var want int
		rec.View(func(r *manifest.Recording) { want = sent(r.At(start + manifest.MicrosOf(utcAfter))) })
		if got := at(pictures, utcAfter); got != want {
			t.Errorf("%v after its start it shows picture %d, want %d", utcAfter, got, want)
		}
	}
	if got, want := m.Plays.Round(100*time.Millisecond), (rec.End() - start).Duration().Round(100*time.Millisecond); got != want {
		t.Errorf("it plays %v, want %v", got, want)
	}
}

// Whatever part of a movie is read, and in whatever order, its bytes are the same.
func TestEveryRangeOfAMovieIsItsBytes(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-3")
	m, err := only(t, l).Movie(Span{Start: 5_200_000})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(save(t, m))
	if err != nil {
		t.Fatal(err)
	}
	r := m.Open()
	defer r.Close()
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		at := random.Int64N(m.Size())
		n := min(random.Int64N(200_000), m.Size()-at)
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, n)
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, whole[at:at+n]) {
			t.Fatalf("bytes %d to %d differ: %v", at, at+n, err)
		}
	}
	if _, err := r.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d %v", n, err)
	}
}

// While a recording is being written, a stretch of it that is there already stays
// the same file.
func TestAStretchThatIsThereStaysTheSame(t *testing.T) {
	t.Parallel()
	type made struct {
		tag   string
		bytes []byte
	}
	var all []made
	var spans []Span
	l := record(t, func(s *studio) {
		src := s.on("court-2")
		rec := s.start(src, "court-2", nil)
		for range 4 {
			time.Sleep(20*time.Second + 130*time.Millisecond)
			open := opened(s.t, New(Options{Dir: s.dir}), rec.ID())
			if !open.Open() {
				s.t.Error("it is still being written")
			}
			span := Span{Start: 7 * second, Duration: open.End() - 7*second}
			m, err := open.Movie(span)
			if err != nil {
				s.t.Fatal(err)
			}
			data, err := io.ReadAll(m.Open())
			if err != nil {
				s.t.Fatal(err)
			}
			spans, all = append(spans, span), append(all, made{m.Tag(), data})
		}
		s.stop(rec)
		src.Off()
	})
	rec := only(t, l)
	if rec.Open() {
		t.Error("it is sealed")
	}
	tags := map[string]bool{}
	for i, span := range spans {
		m, err := rec.Movie(span)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(m.Open())
		if err != nil || m.Tag() != all[i].tag || !bytes.Equal(data, all[i].bytes) {
			t.Errorf("%+v: other bytes than before: %v", span, err)
		}
		tags[m.Tag()] = true
	}
	if len(tags) != len(spans) {
		t.Error("different movies have one tag")
	}
}

// changed is a recording of a camera that is set to another size in the middle.
func changed(t *testing.T) *Library {
	return record(t, func(s *studio) {
		src := s.on("court-1")
		rec := s.start(src, "court-1", nil)
		time.Sleep(20 * time.Second)
		src.Off()
		channel, err := camera.DemoChannel("court-1")
		if err != nil {
			s.t.Fatal(err)
		}
		src.Change(channel.Sub)
		if err := src.On(); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		s.stop(rec)
		src.Off()
	})
}

// What one file cannot hold becomes two: the camera is set to another size.
func TestAMovieEndsWhereTheCodingChanges(t *testing.T) {
	t.Parallel()
	rec := only(t, changed(t))
	first, err := rec.Movie(Span{})
	if err != nil {
		t.Fatal(err)
	}
	if first.Next < 19*second || first.Next > 22*second {
		t.Fatalf("it goes on at %v", first.Next.Duration())
	}
	second, err := rec.Movie(Span{Start: first.Next})
	if err != nil || second.Next != 0 {
		t.Fatalf("%v, and goes on at %v", err, second.Next.Duration())
	}
	for i, m := range []*Movie{first, second} {
		found := packets(t, save(t, m))
		if len(found["video"]) < 200 || len(found["audio"]) < 200 {
			t.Errorf("movie %d: %d pictures, %d of sound", i, len(found["video"]), len(found["audio"]))
		}
	}
	if total := kept(rec)[1]; len(packets(t, save(t, first))["video"])+len(packets(t, save(t, second))["video"]) != total {
		t.Errorf("together they hold other than %d pictures", total)
	}
}

func TestStretchesThatCannotBe(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-1")
	rec := only(t, l)
	for _, s := range []Span{{Start: -1}, {Duration: -1}, {Start: rec.End()}, {Start: 1 << 62}, {Start: 1<<63 - 1, Duration: 1<<63 - 1}, {Start: 80 * second, Duration: second, KeepGaps: true}} {
		if m, err := rec.Movie(s); err == nil {
			t.Errorf("%+v gave a movie of %d bytes", s, m.Size())
		}
	}
	m, err := rec.Movie(Span{Start: 1, Duration: 1<<63 - 1})
	if err != nil || m.End != rec.End() {
		t.Errorf("a stretch longer than the recording: %v", err)
	}
}
