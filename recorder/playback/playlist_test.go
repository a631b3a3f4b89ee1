package playback

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"avhub/recorder/manifest"
)

// serve offers a recording's playlists and files, as the hub does behind its doors.
func serve(t *testing.T, rec *Recording) string {
	t.Helper()
	mux := http.NewServeMux()
	number := func(r *http.Request) int {
		n, _ := strconv.Atoi(strings.TrimSuffix(r.PathValue("file"), ".mp4"))
		return n
	}
	mux.HandleFunc("GET /index.m3u8", func(w http.ResponseWriter, r *http.Request) { _ = rec.Master(w, "media.m3u8") })
	mux.HandleFunc("GET /media.m3u8", func(w http.ResponseWriter, r *http.Request) {
		_ = rec.Playlist(w, Gaps{Keep: r.URL.Query().Has("gaps")})
	})
	mux.HandleFunc("GET /inits/{file}", func(w http.ResponseWriter, r *http.Request) {
		data, err := rec.Initialization(number(r))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		http.ServeContent(w, r, ".mp4", time.Time{}, bytes.NewReader(data))
	})
	mux.HandleFunc("GET /segments/{file}", func(w http.ResponseWriter, r *http.Request) {
		file, err := rec.Segment(number(r))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		reader := file.Open()
		defer reader.Close()
		w.Header().Set("ETag", `"`+file.Tag()+`"`)
		http.ServeContent(w, r, ".mp4", time.Time{}, reader)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// A player of HLS gets every frame that was kept, over files and gaps.
func TestHLSPlaysAll(t *testing.T) {
	t.Parallel()
	for _, room := range rooms {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			l, _ := session(t, room)
			rec := only(t, l)
			found := packets(t, serve(t, rec)+"/index.m3u8")
			want := kept(rec)
			if v, a := len(found["video"]), len(found["audio"]); v != want[1] || a != want[2] {
				t.Errorf("%d pictures and %d of sound, the manifest has %d and %d", v, a, want[1], want[2])
			}
			for kind, list := range found {
				for i := 1; i < len(list); i++ {
					if step := list[i].dts(t) - list[i-1].dts(t); step <= 0 {
						t.Errorf("%s goes back by %v at packet %d", kind, step, i)
					}
				}
			}
		})
	}
}

// item is a segment of a playlist.
type item struct {
	length     float64
	size, from int64
	uri, init  string
	date       string // since when, if it says so
	cut, gap   bool
}

// itemsOf reads a playlist, strictly.
func itemsOf(t *testing.T, text string) (items []item, ended bool) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "#EXTM3U" {
		t.Fatalf("no playlist: %q", text)
	}
	var next item
	target := 0.0
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "#EXT-X-VERSION", "#EXT-X-PLAYLIST-TYPE", "#EXT-X-START":
		case "#EXT-X-TARGETDURATION":
			target, _ = strconv.ParseFloat(value, 64)
		case "#EXT-X-MAP":
			next.init = value
		case "#EXT-X-PROGRAM-DATE-TIME":
			next.date = value
		case "#EXT-X-DISCONTINUITY":
			next.cut = true
		case "#EXT-X-GAP":
			next.gap = true
		case "#EXTINF":
			next.length, _ = strconv.ParseFloat(strings.TrimSuffix(value, ","), 64)
			if next.length <= 0 || next.length > target+0.5 {
				t.Errorf("a segment of %v s, the longest are said to be %v s", next.length, target)
			}
		case "#EXT-X-BYTERANGE":
			if _, err := fmt.Sscanf(value, "%d@%d", &next.size, &next.from); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		case "#EXT-X-ENDLIST":
			ended = true
		default:
			if strings.HasPrefix(line, "#") {
				t.Errorf("what is %s?", line)
			}
			next.uri = line
			items = append(items, next)
			next = item{}
		}
	}
	return items, ended
}

func playlistOf(t *testing.T, rec *Recording, keep bool) string {
	t.Helper()
	var b strings.Builder
	if err := rec.Playlist(&b, Gaps{Keep: keep}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// At a gap the playlist says that it is one, and the wall clock tells how long.
func TestAPlaylistTellsOfGaps(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-1")
	rec := only(t, l)
	items, ended := itemsOf(t, playlistOf(t, rec, false))
	if !ended {
		t.Error("it does not end")
	}
	cuts := 0
	var length float64
	at := map[string]string{}
	for _, i := range items {
		length += i.length
		if i.cut {
			cuts++
			at[i.uri] = i.date
		}
		if i.gap {
			t.Error("a gap in a playlist that leaves them out")
		}
	}
	var media manifest.Micros
	rec.View(func(r *manifest.Recording) {
		media = r.Seal.Media
		for n, g := range r.Gaps {
			want := r.At(g.End()).UTC().Format("2006-01-02T15:04:05.000Z07:00")
			if at[manifest.SegmentFile(0)] = want; !containsValue(at, want) {
				t.Errorf("gap %d: nothing goes on at %s: %v", n+1, want, at)
			}
		}
	})
	if cuts != 2 || length < media.Duration().Seconds()-0.04 || length > media.Duration().Seconds()+0.04 {
		t.Errorf("%d cuts, %v s; recorded are %v", cuts, length, media.Duration())
	}

	items, _ = itemsOf(t, playlistOf(t, rec, true))
	length = 0
	var gap float64
	for _, i := range items {
		length += i.length
		if i.gap {
			gap += i.length
		}
	}
	if end := rec.End().Duration().Seconds(); length < end-0.04 || length > end+0.04 || gap < 35 || gap > 41 {
		t.Errorf("with gaps it is %v s long, %v s of gaps; the recording is %v s", length, gap, end)
	}
}

func containsValue(m map[string]string, want string) bool {
	for k, v := range m {
		if k != manifest.SegmentFile(0) && strings.HasSuffix(v, want) {
			return true
		}
	}
	return false
}

// What a player was told while a recording grew stays true: each playlist begins
// with the one before, and what they name can be fetched.
func TestAPlaylistGrows(t *testing.T) {
	t.Parallel()
	var texts []string
	l := record(t, func(s *studio) {
		src := s.on("court-2")
		rec := s.start(src, "court-2", nil)
		for range 12 {
			time.Sleep(7*time.Second + 310*time.Millisecond)
			texts = append(texts, playlistOf(s.t, opened(s.t, New(Options{Dir: s.dir}), rec.ID()), false))
		}
		s.stop(rec)
		src.Off()
	})
	rec := only(t, l)
	texts = append(texts, playlistOf(t, rec, false))
	grew := 0
	kind := regexp.MustCompile(`PLAYLIST-TYPE:\w+`)
	for i := 1; i < len(texts); i++ {
		before, after := kind.ReplaceAllString(texts[i-1], ""), kind.ReplaceAllString(texts[i], "")
		if !strings.HasPrefix(after, before) {
			t.Fatalf("\n%s\nbecame\n%s", before, after)
		}
		if len(after) > len(before) {
			grew++
		}
		if _, ended := itemsOf(t, texts[i]); ended != (i == len(texts)-1) {
			t.Errorf("playlist %d ends: %v", i, ended)
		}
	}
	if grew < 11 {
		t.Errorf("it grew %d times in 12", grew)
	}
	url := serve(t, rec)
	for _, i := range must(itemsOf(t, texts[len(texts)-1])) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", url+"/"+i.uri, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", i.from, i.from+i.size-1))
		got, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if err != nil || got.StatusCode != http.StatusPartialContent || int64(len(data)) != i.size || string(data[4:8]) != "prft" {
			t.Errorf("%s %d+%d: %s, %d bytes, %v", i.uri, i.from, i.size, got.Status, len(data), err)
		}
	}
}

func must(items []item, _ bool) []item { return items }

// A change of the camera's coding is told with another initialization.
func TestAPlaylistTellsOfOtherCoding(t *testing.T) {
	t.Parallel()
	rec := only(t, changed(t))
	items, _ := itemsOf(t, playlistOf(t, rec, false))
	var inits []string
	for n, i := range items {
		if i.init != "" {
			inits = append(inits, i.init)
			if n > 0 && !i.cut {
				t.Error("another initialization without a discontinuity")
			}
		}
	}
	if len(inits) != 2 || inits[0] == inits[1] {
		t.Errorf("initializations: %v", inits)
	}
	// ffmpeg 5.1 hangs at another initialization on a connection that it keeps.
	found := packetsOf(t, serve(t, rec)+"/media.m3u8", "-http_persistent", "0")
	if len(found["video"]) != kept(rec)[1] {
		t.Errorf("%d pictures, %d were kept", len(found["video"]), kept(rec)[1])
	}
	parts, err := rec.Parts(Span{Start: 15 * second, Duration: 10 * second})
	if err != nil {
		t.Fatal(err)
	}
	codings := map[int]bool{}
	for _, p := range parts {
		codings[p.Coding] = true
	}
	if len(codings) != 2 {
		t.Errorf("codings %v", codings)
	}
}
