package signaling_test

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"avhub/recorder/verify"
	"avhub/signaling"
)

// A case file with one MP4 of each camera has the same evidence as one without; a
// download of it goes on where it broke off; each MP4 has every frame that was kept.
func TestExportWithMovies(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	ids := []string{h.faultyFilm(t, "court-1", hearingLabels(x)), h.film(t, "court-2", hearingLabels(x), true)}
	path := "/api/v1/hearings/" + x.ID + "/export"
	plain := into[signaling.ExportContents](t, h.as(t, b.clerk, "GET", path+"/contents", ""))
	c := into[signaling.ExportContents](t, h.as(t, b.clerk, "GET", path+"/contents?movies=true", ""))
	if c.Files != plain.Files+2 || c.Size <= plain.Size || c.Tag == plain.Tag {
		t.Fatalf("%+v, without movies %+v", c, plain)
	}
	whole := h.as(t, b.judge, "GET", path+because+"&movies=true", "").body
	if int64(len(whole)) != c.Size {
		t.Fatalf("%d bytes of %d", len(whole), c.Size)
	}
	for _, from := range []int{1, len(whole) / 3, len(whole) - 1000} {
		rest := h.ask(t, "GET", path+because+"&movies=true&tag="+c.Tag, "", "Authorization", "Bearer "+b.judge, "Range", fmt.Sprintf("bytes=%d-", from))
		if rest.StatusCode != 206 || rest.body != whole[from:] {
			t.Errorf("from byte %d on: %d, %d bytes of %d", from, rest.StatusCode, len(rest.body), len(whole)-from)
		}
	}
	root := t.TempDir()
	z, err := zip.NewReader(strings.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r) // checks the CRC-32
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	items, err := verify.Find(root)
	if err != nil || len(items) != 2 {
		t.Fatalf("to verify: %v %v", items, err)
	}
	movies, err := filepath.Glob(filepath.Join(root, "*", "mp4", "*.mp4"))
	if err != nil || len(movies) != 2 {
		t.Fatalf("%v %v", movies, err)
	}
	kept := map[string]bool{}
	for _, id := range ids {
		d := into[signaling.RecordingDetail](t, h.as(t, b.clerk, "GET", "/api/v1/recordings/"+id, ""))
		for _, f := range d.Seal.Frames {
			if f.Kind == "video" {
				kept[fmt.Sprint(f.Kept)] = true
			}
		}
	}
	for _, movie := range movies { // all frames are there, also one before the beginning of its edit list
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-ignore_editlist", "1", "-count_packets", "-select_streams", "v", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", movie).CombinedOutput()
		if err != nil || !kept[strings.Trim(string(out), "\n,")] {
			t.Errorf("%s: %v, %s pictures; kept were %v", movie, err, out, kept)
		}
	}
	if text, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(movies[0])), "README.txt")); err != nil || !strings.Contains(string(text), "mp4/") {
		t.Errorf("the README does not tell of them: %v", err)
	}
	// Of a clip they show the clip.
	clip := into[signaling.ExportContents](t, h.as(t, b.clerk, "GET", path+"/contents?movies=true&start=2&duration=3", ""))
	less := into[signaling.ExportContents](t, h.as(t, b.clerk, "GET", path+"/contents?start=2&duration=3", ""))
	if clip.Files != less.Files+2 {
		t.Errorf("a clip with movies: %+v, without %+v", clip, less)
	}
}
