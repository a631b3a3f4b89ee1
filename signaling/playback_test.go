package signaling_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"avhub/signaling"
)

func TestListsOfRecordings(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	labels := hearingLabels(x)
	labels["site"] = "court-1"
	one, other := h.film(t, "court-1", labels, true), h.film(t, "court-2", map[string]string{"for": "always", "court": "aihui"}, false)
	for query, want := range map[string][]string{
		"": {one, other}, "court=aihui": {one, other}, "court=heihe": {one, other}, "court=beian": {}, "court=nowhere": {}, "site=court-1": {one}, "site=court-2": {},
		"court=heihe&site=court-1&hearing=" + x.ID: {one}, "source=court-2": {other}, "hearing=" + x.ID: {one}, "set=" + x.ID: {one}, "case=" + x.Case: {one},
		"case=(2026)黑1102民初23号": {one}, "case=民初23": {one}, "case=民初99": {}, "from=2000-01-01T00:00:30Z": {one, other}, "from=2001-01-01T00:00:00Z": {}, "to=1999-12-31T00:00:00Z": {},
	} {
		got := map[string]bool{}
		list := into[items[signaling.RecordingSummary]](t, h.ask(t, "GET", "/api/v1/recordings?"+query, "")).Items
		for _, s := range list {
			got[s.ID] = true
		}
		if len(got) != len(want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
		for _, id := range want {
			if !got[id] {
				t.Errorf("%q: %v, want %v", query, got, want)
			}
		}
	}
	page := into[struct {
		Items []signaling.RecordingSummary
		Next  string
	}](t, h.ask(t, "GET", "/api/v1/recordings?limit=1", ""))
	if len(page.Items) != 1 || page.Next == "" {
		t.Fatalf("%+v", page)
	}
	if rest := into[items[signaling.RecordingSummary]](t, h.ask(t, "GET", "/api/v1/recordings?limit=1&after="+page.Next, "")).Items; len(rest) != 1 || rest[0].ID == page.Items[0].ID {
		t.Errorf("the next page is %+v", rest)
	}
	for _, query := range []string{"after=nonsense", "limit=0", "limit=9999", "from=yesterday", "source=" + strings.Repeat("x", 100)} {
		if a := h.ask(t, "GET", "/api/v1/recordings?"+query, ""); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d %s", query, a.StatusCode, a.body)
		}
	}
}

// The detail says what the manifest says.
func TestTheDetailOfARecording(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	id := h.film(t, "court-3", map[string]string{"for": "always", "court": "aihui"}, true)
	d := into[signaling.RecordingDetail](t, h.ask(t, "GET", "/api/v1/recordings/"+id, ""))
	if d.ID != id || d.Source != "court-3" || !d.Sealed || len(d.Value) != 64 || !d.May.Play || d.Length < 39.9 || d.Length > 40.1 || d.Seal == nil || d.Seal.Media+d.Gaps != d.Length {
		t.Errorf("%+v", d)
	}
	if len(d.Files) != 2 || d.Files[0].Coding != 1 || d.Files[1].Coding != 1 || d.Files[0].Gone != "" || len(d.Files[0].SHA256) != 64 {
		t.Errorf("files %+v", d.Files)
	}
	if len(d.Codings) != 1 || len(d.Codings[0].Tracks) != 2 || d.Codings[0].Tracks[1].Codec != "FLAC" || d.Codings[0].Tracks[1].Source == "" || d.Codings[0].Tracks[0].Width != 1280 {
		t.Errorf("codings %+v", d.Codings)
	}
	if len(d.GapList) != 1 || d.GapList[0].Cause != "adjournment" || !d.GapList[0].Lawful || d.GapList[0].By != "王建国" || d.GapList[0].Detail != "休息" || d.GapList[0].Lasts || d.GapList[0].End-d.GapList[0].Start < 3 {
		t.Errorf("gaps %+v", d.GapList)
	}
	for _, a := range d.Seal.Frames {
		if a.In == 0 || a.In != a.Kept+a.Gapped {
			t.Errorf("%+v", a)
		}
	}
}

// Ranges of play.mp4 are its bytes, whoever asks in what way.
func TestRangesOfAMovie(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	id := h.film(t, "court-2", map[string]string{"for": "always", "court": "aihui"}, true)
	path := "/api/v1/recordings/" + id + "/play.mp4?start=3.52"
	whole := h.ask(t, "GET", path, "")
	tag := whole.Header.Get("ETag")
	if whole.StatusCode != http.StatusOK || whole.Header.Get("Content-Type") != "video/mp4" || whole.Header.Get("Accept-Ranges") != "bytes" || tag == "" ||
		whole.Header.Get("Content-Length") != fmt.Sprint(len(whole.body)) || whole.Header.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("%d %v", whole.StatusCode, whole.Header)
	}
	if a := h.ask(t, "HEAD", path, ""); a.StatusCode != http.StatusOK || a.Header.Get("Content-Length") != fmt.Sprint(len(whole.body)) || a.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %d %v", a.StatusCode, a.Header)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		from := random.IntN(len(whole.body))
		to := min(from+random.IntN(100_000), len(whole.body)-1)
		a := h.ask(t, "GET", path, "", "Range", fmt.Sprintf("bytes=%d-%d", from, to))
		if a.StatusCode != http.StatusPartialContent || a.body != whole.body[from:to+1] || a.Header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", from, to, len(whole.body)) || a.Header.Get("ETag") != tag {
			t.Fatalf("bytes %d to %d: %d, %d bytes, %s", from, to, a.StatusCode, len(a.body), a.Header.Get("Content-Range"))
		}
	}
	size := len(whole.body)
	for _, c := range []struct {
		headers []string
		status  int
		body    string
	}{
		{[]string{"Range", "bytes=0-0"}, http.StatusPartialContent, whole.body[:1]},
		{[]string{"Range", "bytes=-100"}, http.StatusPartialContent, whole.body[size-100:]},
		{[]string{"Range", fmt.Sprintf("bytes=%d-", size-5)}, http.StatusPartialContent, whole.body[size-5:]},
		{[]string{"Range", "bytes=5-9", "If-Range", tag}, http.StatusPartialContent, whole.body[5:10]},
		{[]string{"Range", "bytes=5-9", "If-Range", `"other"`}, http.StatusOK, whole.body},
		{[]string{"If-None-Match", tag}, http.StatusNotModified, ""},
		{[]string{"If-Match", `"other"`}, http.StatusPreconditionFailed, ""},
		{[]string{"Range", fmt.Sprintf("bytes=%d-", size)}, http.StatusRequestedRangeNotSatisfiable, "-"},
		{[]string{"Range", "bytes=9-5"}, http.StatusRequestedRangeNotSatisfiable, "-"},
		{[]string{"Range", "lines=1-2"}, http.StatusRequestedRangeNotSatisfiable, "-"},
	} {
		a := h.ask(t, "GET", path, "", c.headers...)
		if a.StatusCode != c.status || c.body != "-" && a.body != c.body {
			t.Errorf("%v: %d, %d bytes", c.headers, a.StatusCode, len(a.body))
		}
	}
	both := h.ask(t, "GET", path, "", "Range", "bytes=0-9,100-109")
	if both.StatusCode != http.StatusPartialContent || !strings.HasPrefix(both.Header.Get("Content-Type"), "multipart/byteranges") || !strings.Contains(both.body, whole.body[100:110]) {
		t.Errorf("two ranges: %d %s", both.StatusCode, both.Header.Get("Content-Type"))
	}
	file := filepath.Join(t.TempDir(), "play.mp4")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-headers", "Authorization: Bearer "+h.boss+"\r\n", "-i", h.url+path, "-c", "copy", file).CombinedOutput()
	if err != nil {
		t.Errorf("ffmpeg: %v: %s", err, out)
	}
}

// The end of a recording that is being written is settled before it is sent.
func TestPlayingWhatIsBeingWritten(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	id := h.film(t, "court-2", map[string]string{"for": "always", "court": "aihui"}, false)
	path := "/api/v1/recordings/" + id + "/"
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(query string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), "GET", h.url+path+"play.mp4"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+h.boss)
		a, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, a.Body)
		_ = a.Body.Close()
		return a
	}
	for _, query := range []string{"", "?start=10", "?start=10&duration=500&gaps=keep"} {
		a := ask(query)
		to := a.Header.Get("Location")
		if a.StatusCode != http.StatusTemporaryRedirect || !strings.HasPrefix(to, "play.mp4?") || !strings.Contains(to, "duration=") {
			t.Fatalf("%q: %d %q", query, a.StatusCode, to)
		}
		if next := ask(strings.TrimPrefix(to, "play.mp4")); next.StatusCode != http.StatusOK {
			t.Errorf("%q leads to %q: %d", query, to, next.StatusCode)
		}
	}
	if a := ask("?start=10&duration=5"); a.StatusCode != http.StatusOK {
		t.Errorf("a stretch that is there: %d", a.StatusCode)
	}
	list := into[signaling.PartList](t, h.ask(t, "GET", path+"parts?start=12&duration=5", ""))
	if !list.Open || list.End < 39 || len(list.Items) < 10 || !list.Items[0].Keyframe {
		t.Errorf("%+v", list)
	}
	if text := h.ask(t, "GET", path+"media.m3u8", "").body; strings.Contains(text, "ENDLIST") || !strings.Contains(text, "EVENT") {
		t.Errorf("%s", text)
	}
}

// A player of HLS that logs in with a token plays all of it.
func TestHLSByAPlayer(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	id := h.film(t, "court-1", map[string]string{"for": "always", "court": "aihui"}, true)
	d := into[signaling.RecordingDetail](t, h.ask(t, "GET", "/api/v1/recordings/"+id, ""))
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-headers", "Authorization: Bearer "+h.boss+"\r\n", "-count_packets", "-show_entries", "stream=codec_type,nb_read_packets", "-of", "json", h.url+"/api/v1/recordings/"+id+"/index.m3u8").Output()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var found struct {
		Streams []struct {
			Type    string `json:"codec_type"`
			Packets string `json:"nb_read_packets"`
		}
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	for _, s := range found.Streams {
		for _, a := range d.Seal.Frames {
			if a.Kind == s.Type && fmt.Sprint(a.Kept) != s.Packets {
				t.Errorf("%s of %d %s frames", s.Packets, a.Kept, a.Kind)
			}
		}
	}
	if len(found.Streams) != 2 {
		t.Errorf("%d streams", len(found.Streams))
	}
}

// All cameras of a hearing are one playlist, of which a player takes one or all.
func TestHLSOfAHearing(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID + "/index.m3u8"
	if a := h.ask(t, "GET", path, "", "Authorization", "Bearer "+b.clerk); a.StatusCode != http.StatusNotFound {
		t.Errorf("of nothing: %d %s", a.StatusCode, a.body)
	}
	kept := map[string]int{}
	for _, source := range []string{"court-1", "court-3"} {
		id := h.film(t, source, hearingLabels(x), true)
		d := into[signaling.RecordingDetail](t, h.ask(t, "GET", "/api/v1/recordings/"+id, "", "Authorization", "Bearer "+b.clerk))
		for _, f := range d.Seal.Frames {
			kept[f.Kind+" "+fmt.Sprint(f.Kept)]++
		}
	}
	if a := h.ask(t, "GET", path, "", "Authorization", "Bearer "+b.clerk); strings.Count(a.body, "#EXT-X-MEDIA:TYPE=VIDEO") != 2 || a.Header.Get("Content-Type") != "application/vnd.apple.mpegurl" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-headers", "Authorization: Bearer "+b.clerk+"\r\n", "-count_packets", "-show_entries", "stream=codec_type,nb_read_packets", "-of", "json", h.url+path).Output()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var found struct {
		Streams []struct {
			Type    string `json:"codec_type"`
			Packets string `json:"nb_read_packets"`
		}
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	read := map[string]int{}
	for _, s := range found.Streams {
		read[s.Type+" "+s.Packets]++
	}
	for k, n := range kept {
		if read[k] < n {
			t.Errorf("frames read: %v, kept: %v", read, kept)
			break
		}
	}
	if a := h.ask(t, "GET", "/api/v1/recordings/x/media.m3u8?gaps=keep&lead=1e9", ""); a.StatusCode < 400 {
		t.Errorf("a lead of years: %d", a.StatusCode)
	}
}

func TestThumbnailsOfARecording(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	id := h.film(t, "court-4", map[string]string{"for": "always", "court": "aihui"}, true)
	var a *answer
	await(t, "a thumbnail", func() bool { // on a busy machine ffmpeg may take more than it is given
		a = h.ask(t, "GET", "/api/v1/recordings/"+id+"/thumbnail.jpg?at=12.3&width=200", "")
		return a.StatusCode == http.StatusOK
	})
	img, err := jpeg.Decode(bytes.NewReader([]byte(a.body)))
	if err != nil || img.Bounds().Dx() != 200 || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v %v %v", err, img, a.Header)
	}
}

// Whatever is asked: an answer that says what is wrong.
func TestBadRequestsForRecordings(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	id := h.film(t, "court-1", map[string]string{"for": "always", "court": "aihui"}, true)
	base := "/api/v1/recordings/" + id
	for path, want := range map[string]int{
		base + "/play.mp4?start=abc": 422, base + "/play.mp4?start=-1": 422, base + "/play.mp4?start=NaN": 422, base + "/play.mp4?start=1e300": 422, base + "/play.mp4?start=Inf": 422,
		base + "/play.mp4?duration=0": 422, base + "/play.mp4?duration=-5": 422, base + "/play.mp4?duration=x": 422, base + "/play.mp4?gaps=maybe": 422,
		base + "/play.mp4?start=2026-13-99T00:00:00Z": 422, base + "/play.mp4?start=1990-01-01T00:00:00Z": 422, base + "/play.mp4?start=" + strings.Repeat("1", 100): 422,
		base + "/play.mp4?start=9999": 404, base + "/play.mp4?start=22&duration=1&gaps=keep": 404, base + "/play.mp4?start=2090-01-01T00:00:00Z": 404,
		base + "/play.mp4?start=2000-01-01T00:00:05Z": 200, base + "/play.mp4?start=5&duration=1e8": 200,
		base + "/segments/000009.mp4": 404, base + "/segments/1.mp4": 404, base + "/segments/seal.json": 404, base + "/segments/manifest.jsonl": 404,
		base + "/segments/..%2f..%2fx": 404, base + "/segments/000001.mp4%00": 404, base + "/segments/-00001.mp4": 404, base + "/inits/000000.mp4": 404, base + "/inits/000077.mp4": 404,
		base + "/segments/" + strings.Repeat("0", 50) + "1.mp4": 422,
		base + "/parts?start=-1":                                422, base + "/parts?duration=9999": 422, base + "/frames?duration=61": 422, base + "/frames?start=x": 422,
		base + "/thumbnail.jpg?width=1": 422, base + "/thumbnail.jpg?at=x": 422, base + "/nothing": 404,
		"/api/v1/recordings/none": 404, "/api/v1/recordings/none/play.mp4": 404, "/api/v1/recordings/%2e%2e%2fcourt-1": 404, "/api/v1/recordings/..%2f..%2fetc/play.mp4": 404,
		"/api/v1/recordings/" + strings.Repeat("x", 300): 422, "/api/v1/recordings/%00": 404, "/api/v1/recordings/court-1": 404,
	} {
		a := h.ask(t, "GET", path, "")
		if a.StatusCode != want {
			t.Errorf("%s: %d, want %d: %.300s", path, a.StatusCode, want, a.body)
		}
		if want >= 400 {
			a.problem(t)
		}
	}
}
