package recordtest

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/media/pcm"
	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
)

// withBFrames is a clip whose pictures are not decoded in the order in which they are
// shown, made from a demo clip, so that its numbers can be read.
func withBFrames(t *testing.T) *camera.Clip {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join("..", "..", "media", "rtsp", "camera", "clips", "court-1_sub.mp4"), filepath.Join(dir, "b.mp4")
	run(t, "ffmpeg", "-nostdin", "-v", "error", "-t", "6", "-i", in, "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-b_strategy", "0",
		"-g", "15", "-keyint_min", "15", "-sc_threshold", "0", "-an", out)
	clip, err := camera.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	return clip
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func made(t *testing.T, o Options) *Recording {
	t.Helper()
	r, err := Make(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPicturesShownInAnotherOrder(t *testing.T) {
	t.Parallel()
	r := made(t, Options{Clip: withBFrames(t), Length: time.Second})
	for _, s := range r.Manifest.Segments {
		check(t, filepath.Join(r.Dir, s.File), s, []string{"h264"})
		raw := run(t, "ffmpeg", "-nostdin", "-v", "error", "-i", filepath.Join(r.Dir, s.File), "-vsync", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-")
		numbered(t, s.File, raw, 640, 360, int(s.Start.Duration()*15/time.Second), int(s.Frames[1]))
	}
}

// numbered holds that pictures show the numbers from first on.
func numbered(t *testing.T, file string, raw []byte, width, height, first, count int) {
	t.Helper()
	if len(raw) != width*height*count {
		t.Errorf("%s: %d bytes of pictures, not %d of them", file, len(raw), count)
	}
	for i := 0; len(raw) >= width*height; i++ {
		if n, ok := camera.FrameNumber(raw, width, height); !ok || n != first+i {
			t.Fatalf("%s: picture %d shows %d (%v), want %d", file, i, n, ok, first+i)
		}
		raw = raw[width*height:]
	}
}

// TestTelephonesSoundIsKeptBitByBit compares what ffmpeg takes from the files with
// what G.711 stands for.
func TestTelephonesSoundIsKeptBitByBit(t *testing.T) {
	t.Parallel()
	r := made(t, Options{Room: "court-3", NoPicture: true, Segments: 2, Length: 2 * time.Second})
	channel, err := camera.DemoChannel("court-3")
	if err != nil {
		t.Fatal(err)
	}
	decoder, _ := pcm.NewDecoder(channel.Main.Audio.Kind)
	next := 0
	for _, s := range r.Manifest.Segments {
		raw := run(t, "ffmpeg", "-nostdin", "-v", "error", "-i", filepath.Join(r.Dir, s.File), "-f", "s16le", "-")
		for range s.Frames[2] {
			for _, want := range decoder.Append(nil, channel.Main.Audio.Samples[next].Data[0]) {
				if len(raw) < 2 || int16(binary.LittleEndian.Uint16(raw)) != want {
					t.Fatalf("%s: frame %d is not what came in", s.File, next)
				}
				raw = raw[2:]
			}
			next++
		}
		if len(raw) > 0 {
			t.Errorf("%s: %d bytes too many", s.File, len(raw))
		}
	}
}

// TestGStreamerPlays decodes all pictures and all sound.
func TestGStreamerPlays(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		o      Options
		width  int
		height int
		fps    int
		sound  int // bytes a second
	}{
		"H.264 and Opus": {Options{Room: "court-1", Small: true}, 640, 360, 15, 48000 * 2},
		"H.264 and AAC":  {Options{Room: "court-2", Small: true}, 640, 360, 15, 32000 * 2},
		"H.264 and FLAC": {Options{Room: "court-3", Small: true}, 640, 360, 15, 8000 * 2},
		"H.265 and AAC":  {Options{Room: "court-4"}, 1280, 720, 25, 32000 * 2},
		"B-frames":       {Options{Clip: withBFrames(t)}, 640, 360, 15, 0},
		"FLAC alone":     {Options{Room: "court-3", NoPicture: true}, 0, 0, 0, 8000 * 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x.o.Segments, x.o.Length = 2, time.Second
			r := made(t, x.o)
			for _, s := range r.Manifest.Segments {
				dir := t.TempDir()
				line := "gst-launch-1.0 -q filesrc location=" + filepath.Join(r.Dir, s.File) + " ! decodebin name=d"
				if x.width > 0 {
					line += " d. ! queue ! videoconvert ! video/x-raw,format=GRAY8 ! filesink location=" + dir + "/pictures"
				}
				if x.sound > 0 {
					line += " d. ! queue ! audioconvert ! audio/x-raw,format=S16LE ! filesink location=" + dir + "/sound"
				}
				fields := strings.Fields(line)
				run(t, fields[0], fields[1:]...)
				if x.width > 0 {
					raw, _ := os.ReadFile(dir + "/pictures")
					numbered(t, s.File, raw, x.width, x.height, int((s.Start.Duration()+time.Millisecond)*time.Duration(x.fps)/time.Second), int(s.Frames[1]))
				}
				if x.sound > 0 {
					raw, _ := os.ReadFile(dir + "/sound")
					// GStreamer takes Opus' delay (6.5 ms) and no more off.
					if d := time.Duration(len(raw)) * time.Second / time.Duration(x.sound); (d - (s.End() - s.Start).Duration()).Abs() > 60*time.Millisecond {
						t.Errorf("%s: %v of sound", s.File, d)
					}
				}
			}
		})
	}
}

// watched is what a page in Chromium saw of one file.
type watched struct {
	Error    string
	Duration float64
	Numbers  []int   // shown at each time that was sought
	Sound    float64 // seconds
	Loud     float64 // root of the mean square
}

// TestChromiumPlays seeks in each file, reads the numbers of the pictures that are
// shown then, and decodes the sound.
func TestChromiumPlays(t *testing.T) {
	t.Parallel()
	type file struct {
		s     *manifest.SegmentState
		fps   int
		sound bool
	}
	mux, files := http.NewServeMux(), map[string]file{}
	for name, x := range map[string]struct {
		o     Options
		fps   int
		sound bool
	}{
		"opus":    {Options{Room: "court-1", Small: true}, 15, true},
		"aac":     {Options{Room: "court-2", Small: true}, 15, true},
		"flac":    {Options{Room: "court-3", Small: true}, 15, true},
		"bframes": {Options{Clip: withBFrames(t)}, 15, false},
	} {
		x.o.Segments, x.o.Length = 2, 2*time.Second
		r := made(t, x.o)
		mux.Handle("/"+name+"/", http.StripPrefix("/"+name, http.FileServer(http.Dir(r.Dir))))
		for _, s := range r.Manifest.Segments {
			files["/"+name+"/"+s.File] = file{s, x.fps, x.sound}
		}
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	for name, w := range watch(t, mux, names) {
		f := files[name]
		length := (f.s.End() - f.s.Start).Duration()
		if w.Error != "" {
			t.Errorf("%s: %s", name, w.Error)
			continue
		}
		if d := time.Duration(w.Duration * float64(time.Second)); (d - length).Abs() > 40*time.Millisecond {
			t.Errorf("%s lasts %v, want %v", name, d, length)
		}
		for i, n := range w.Numbers {
			at := f.s.Start.Duration() + time.Duration(i)*seekEvery + time.Second/30
			if want := int(at * time.Duration(f.fps) / time.Second); n != want {
				t.Errorf("%s: picture %d is shown after %v, want %d", name, n, time.Duration(i)*seekEvery, want)
			}
		}
		if len(w.Numbers) < 4 {
			t.Errorf("%s: %d pictures", name, len(w.Numbers))
		}
		if d := time.Duration(w.Sound * float64(time.Second)); f.sound && ((d-length).Abs() > 60*time.Millisecond || w.Loud < 0.001) {
			t.Errorf("%s: %v of sound, %.4f loud", name, d, w.Loud)
		}
	}
}

// seekEvery is how far apart the page seeks, from the middle of the first picture on.
const seekEvery = 400 * time.Millisecond

const page = `<!doctype html><meta charset=utf-8><body><script>
const number = (c, w, h) => { // see camera.FrameNumber
  const d = c.getContext('2d').getImageData(0, 0, w, h).data
  const cell = Math.floor(w / 32), x0 = Math.floor(w * 11 / 64), y = Math.floor(h * 93 / 100) + Math.floor(h / 40)
  const white = (i) => d[4 * (y * w + x0 + i * cell + Math.floor(cell / 2)) + 1] > 127
  let n = 0
  for (let i = 0; i < 4; i++) if (white(i) !== (i % 2 === 0)) return -1
  for (let i = 0; i < 16; i++) n = n * 2 + (white(4 + i) ? 1 : 0)
  return n
}
const once = (v, name) => new Promise((done, failed) => {
  v.addEventListener(name, done, { once: true })
  v.addEventListener('error', () => failed(new Error(v.error?.message || 'error')), { once: true })
})
const watch = async (url) => {
  const r = { Numbers: [], Sound: 0, Loud: 0, Duration: 0, Error: '' }
  try {
    const v = document.createElement('video')
    v.muted = true
    v.preload = 'auto'
    v.src = url
    document.body.append(v)
    await once(v, 'loadeddata')
    r.Duration = v.duration
    const c = document.createElement('canvas')
    c.width = v.videoWidth
    c.height = v.videoHeight
    for (let at = 1 / 30; at < v.duration - 0.1; at += 0.4) {
      const seeked = once(v, 'seeked')
      const shown = new Promise((done) => v.requestVideoFrameCallback(done))
      v.currentTime = at
      await Promise.all([seeked, shown])
      c.getContext('2d').drawImage(v, 0, 0)
      r.Numbers.push(number(c, c.width, c.height))
    }
    if (!url.includes('bframes')) {
      const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(await (await fetch(url)).arrayBuffer())
      r.Sound = sound.duration
      const x = sound.getChannelData(0)
      r.Loud = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length)
    }
  } catch (e) {
    r.Error = String(e)
  }
  return r
}
onload = async () => {
  const all = {}
  for (const name of await (await fetch('/names')).json()) all[name] = await watch(name)
  await fetch('/report', { method: 'POST', body: JSON.stringify(all) })
}
</script>`

// watch opens the page in Chromium and waits for what it reports.
func watch(t *testing.T, mux *http.ServeMux, names []string) map[string]watched {
	t.Helper()
	report := make(chan map[string]watched, 1)
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(page)) })
	mux.HandleFunc("/names", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(names) })
	mux.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		var all map[string]watched
		if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
			t.Error(err)
		}
		report <- all
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	cmd := exec.Command("/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--autoplay-policy=no-user-gesture-required", server.URL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	select {
	case all := <-report:
		return all
	case <-time.After(2 * time.Minute):
		t.Fatal("Chromium has not reported")
	}
	return nil
}
