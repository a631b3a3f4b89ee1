package compose

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// What a crash has left of a picture is removed at the next start; what was made stays.
func TestLeftoversAreRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	made, err := json.Marshal(Job{ID: "made", For: "h1", State: Done, Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"made.mp4": "abc", "made.json": string(made),
		"alone.mp4": "abc",
		"gone.json": `{"id":"gone","state":"done","size":3}`,
		"cut.json":  `{"id":"cut",`, "cut.mp4": "abc",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "making-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 || left[0].Name() != "made.json" || left[1].Name() != "made.mp4" {
		t.Errorf("left: %v, %v", left, err)
	}
	if jobs := c.Jobs("h1"); len(jobs) != 1 || jobs[0].ID != "made" {
		t.Errorf("jobs: %+v", jobs)
	}
}
