package configs_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"avhub/configs"
)

func source(id string) configs.Source {
	s := configs.DefaultSource()
	s.ID, s.Name, s.URL = id, "第一法庭", "rtsp://admin:secret@10.0.0.5/"+configs.URL(id)
	return s
}

func TestStoreKeepsSources(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	store := configs.NewSourceStore(dir)
	for _, id := range []string{"a", "b", "c"} {
		if err := store.Put(source(id)); err != nil {
			t.Fatal(err)
		}
	}
	changed := source("b")
	changed.Name = "第二法庭"
	if err := store.Put(changed); err != nil {
		t.Fatal(err)
	}
	if err := store.Delete("a"); err != nil {
		t.Fatal(err)
	}
	got, err := configs.NewSourceStore(dir).Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0] != changed || got[1] != source("c") {
		t.Errorf("loaded %+v", got)
	}
	info, err := os.Stat(filepath.Join(dir, "sources.yaml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: passwords stand in it", info.Mode(), err)
	}
}

func TestStoreTakesManyChangesAtOnce(t *testing.T) {
	t.Parallel()
	store := configs.NewSourceStore(t.TempDir())
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := store.Put(source(string(rune('a' + i)))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got, err := store.Load(); err != nil || len(got) != 20 {
		t.Errorf("%d sources, %v", len(got), err)
	}
}

func TestStoreSaysWhereAHandEditedFileIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"- id: a\n  ulr: x\n":                     `"ulr" in sources[0] (line 2)`,
		"- id: a\n- id: B\n":                      "sources[1].id (line 2)",
		"- id: a\n  url: http://10.0.0.5/\n":      "rtsp://",
		"not: a list\n":                           "sources.yaml",
		"- id: a\n  url: rtsp://h/\n  start: x\n": "start",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "sources.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := configs.NewSourceStore(dir).Load(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v does not say %q", text, err, want)
		}
	}
}
