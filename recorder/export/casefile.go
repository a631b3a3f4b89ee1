// Package export hands recordings out so that whoever gets them can play and prove
// them with nothing else: a case file is one ZIP archive with the recordings' own
// files, a statement of gaps, the public key, and a page that plays and verifies all
// of it in a browser without a network.
//
//	a, err := export.CaseFile(export.Case{Number: "（2026）黑11民初1号", Recordings: dirs})
//	defer a.Close()
//	http.ServeContent(w, r, "case.zip", time.Time{}, io.NewSectionReader(a, 0, a.Size()))
//
// A clip is the same with an Excerpt: whole segments, and a statement of which of their
// bytes were asked for, so that it proves as much as the recording does.
//
// Invariants:
//   - the archive's bytes follow from what is on disk, and its Tag names them: a download
//     that broke off goes on where it was, as long as the tag is the same;
//   - only sealed recordings are exported: one that runs has no end yet;
//   - what was damaged on the disk is exported as it is: it is evidence too, and page and
//     avhub verify say what is wrong.
package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"avhub/recorder/manifest"
)

// Case is what is exported.
type Case struct {
	Number     string   // 案号, for people
	Title      string   // of the hearing
	Recordings []string // folders of sealed recordings
	Excerpt    *Excerpt // nil: all of them
	// More are files that others add: certificates, a composed picture, transcripts.
	More []Entry
}

// Excerpt is a stretch of the recordings, by the clock of the first of them.
type Excerpt struct {
	From, To manifest.Micros // on the timeline of the first recording
}

// MoviesFolder is where More has copies to watch, one MP4 of each camera.
const MoviesFolder = "mp4"

// Errors.
var (
	ErrOpen  = errors.New("the recording has not ended: close the hearing first")
	ErrGone  = errors.New("its files were deleted here by rule: restore them from the archive first (avhub archive restore)")
	ErrEmpty = errors.New("there is nothing to export")
)

// Contents tell what is in an archive, before it is sent.
type Contents struct {
	Name  string // of the case file
	Files int
	Size  int64
	Tag   string
	Media time.Duration // of all recordings together
	Gaps  int
}

// CaseFile lays out a case file.
func CaseFile(c Case) (*Archive, error) {
	if len(c.Recordings) == 0 {
		return nil, ErrEmpty
	}
	l, err := list(c)
	if err != nil {
		return nil, err
	}
	entries := l.entries
	made := l.newest()
	add := func(name string, data []byte) { entries = append(entries, Entry{Name: name, Data: data, Time: made}) }
	page, err := player(c, l)
	if err != nil {
		return nil, err
	}
	add("player.html", page)
	add("gaps.csv", gapTable(l.recordings))
	statement, err := gapStatement(c, l.recordings)
	if err != nil {
		return nil, err
	}
	add("gaps.html", statement)
	for i, key := range l.keys {
		add(keyName("public-key", i), key)
	}
	for i, key := range l.sm2Keys {
		add(keyName("public-key-sm2", i), key)
	}
	if l.excerpt != nil {
		raw, err := json.MarshalIndent(l.excerpt, "", "  ")
		if err != nil {
			return nil, err
		}
		text, err := excerptStatement(c, l)
		if err != nil {
			return nil, err
		}
		add("excerpt.json", append(raw, '\n'))
		add("excerpt.html", text)
	}
	add("README.txt", readme(c, l))
	entries = append(entries, c.More...)
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	a := &Archive{name: FolderName(c.Number)}
	for _, e := range entries {
		e.Name = path.Join(a.name, e.Name)
		a.put(e)
	}
	a.end()
	a.media, a.gaps = l.totals()
	return a, nil
}

// list lays out the recordings' own files.
func list(c Case) (*layout, error) {
	l := &layout{}
	for i, dir := range c.Recordings {
		r, err := readRecording(dir)
		if err == nil {
			if i == 0 && c.Excerpt != nil {
				err = l.begin(c.Excerpt, r.rec)
			}
			if err == nil {
				err = l.take(r)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("recording %s: %w", filepath.Base(dir), err)
		}
	}
	if l.excerpt != nil && len(l.excerpt.Recordings) == 0 {
		return nil, fmt.Errorf("nothing is recorded there: %w", ErrEmpty)
	}
	slices.SortStableFunc(l.recordings, func(a, b listing) int { return strings.Compare(a.Folder, b.Folder) })
	return l, nil
}

func keyName(name string, i int) string {
	if i == 0 {
		return name + ".pem"
	}
	return fmt.Sprintf("%s-%d.pem", name, i+1)
}

// FolderName makes a file name of a case number: nothing that a file system or an
// unpacker could take for more than a name.
func FolderName(number string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, number)
	name = strings.Trim(name, ". ")
	if r := []rune(name); len(r) > 80 { // 240 bytes at most: file systems take 255
		name = strings.Trim(string(r[:80]), ". ")
	}
	if name == "" {
		return "case"
	}
	return name
}
