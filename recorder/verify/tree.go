package verify

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"avhub/recorder/manifest"
)

// Kind is what a folder holds.
type Kind string

// Kinds of folders.
const (
	KindRecording Kind = "recording"
	KindAudit     Kind = "audit"
)

// Item is something that can be verified.
type Item struct {
	Dir     string
	Kind    Kind
	Excerpt *Excerpt // of the case file that it lies in, if that is an excerpt
}

var (
	segmentName = regexp.MustCompile(`^[0-9]{6}\.mp4$`)
	auditName   = regexp.MustCompile(`^[0-9]{6}\.jsonl$`)
)

// Find lists the recordings and audits in a folder: itself, or those below it, as in a
// case file, a day's recordings or the whole data folder. Links are not followed.
func Find(root string) ([]Item, error) {
	var all []Item
	excerpts := map[string]*Excerpt{} // by the folder of the case file
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() {
			return nil
		}
		kind, err := kindOf(path)
		if err != nil || kind == "" {
			return err
		}
		item := Item{Dir: path, Kind: kind}
		if kind == KindRecording {
			item.Excerpt = excerptAbove(root, path, excerpts)
		}
		all = append(all, item)
		return fs.SkipDir
	})
	return all, err
}

// excerptAbove is the excerpt.json of the case file that a recording lies in, two folders
// up. It is looked for within root only: what was asked for is then a case file, and no
// recording of a hub.
func excerptAbove(root, dir string, known map[string]*Excerpt) *Excerpt {
	inside, err := filepath.Rel(root, dir)
	if err != nil || strings.Count(filepath.ToSlash(inside), "/") < 1 {
		return nil
	}
	at := filepath.Dir(filepath.Dir(dir))
	if _, ok := known[at]; !ok {
		known[at] = excerptOf(at)
	}
	return known[at]
}

// kindOf tells what a folder holds by its files' names; "": neither.
func kindOf(dir string) (Kind, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	kind := Kind("")
	for _, e := range entries {
		switch name := e.Name(); {
		case auditName.MatchString(name):
			return KindAudit, nil
		case isManifest(name), segmentName.MatchString(name), name == manifest.SealFileName:
			kind = KindRecording
		}
	}
	return kind, nil
}

func isManifest(name string) bool {
	return manifest.IsOwnFile(name) && strings.HasSuffix(name, ".jsonl")
}

// lost tells whether a folder is a recording's without its manifest.
func lost(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	known := false
	for _, e := range entries {
		if isManifest(e.Name()) {
			return false, nil
		}
		known = known || segmentName.MatchString(e.Name()) || e.Name() == manifest.SealFileName
	}
	return known, nil
}
