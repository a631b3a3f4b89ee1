package archive

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Labels of recordings that the archive acts on.
const (
	LabelKind    = "site_kind" // of the site: how long a copy is locked
	LabelCase    = "case"      // id
	LabelNumber  = "number"    // 案号
	LabelHearing = "hearing"   // id
)

// Ref says which recording is meant.
type Ref struct {
	ID     string            `json:"id"`
	Source string            `json:"source"`
	Date   string            `json:"date"` // yyyy-mm-dd, of its folder
	Set    string            `json:"set,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	Began  time.Time         `json:"began"`
}

var (
	namePart     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	datePart     = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	segmentFile  = regexp.MustCompile(`^[0-9]{6}\.mp4$`)
	manifestFile = regexp.MustCompile(`^manifest(-[0-9]{6})?\.jsonl$`)
)

// Files beside the segments.
const (
	headFile   = "head.json"
	publicFile = "ledger.pub"
	sm2File    = "ledger-sm2.pub" // where the hub signs by SM2 too
)

// isRecordingFile tells whether a recording's folder may hold a file of the name: what
// comes from a store is not written under any other.
func isRecordingFile(name string) bool {
	return segmentFile.MatchString(name) || manifestFile.MatchString(name) ||
		name == headFile || name == publicFile || name == sm2File || name == manifest.SealFileName
}

// check refuses what could lead out of a folder.
func (r Ref) check() error {
	if !namePart.MatchString(r.ID) || !namePart.MatchString(r.Source) || !datePart.MatchString(r.Date) {
		return fmt.Errorf("%q is no recording's place", path.Join(r.Source, r.Date, r.ID))
	}
	return nil
}

// folder is the recording's place below the recordings' folder, here and in the store.
func (r Ref) folder() string { return path.Join(r.Source, r.Date, r.ID) }

// refOf reads which recording is in a folder.
func refOf(dir string) (Ref, error) {
	var begin manifest.Begin
	errFound := errors.New("found")
	err := ledger.NewTail(dir).Read(func(e ledger.Entry) error {
		if e.Kind != manifest.KindBegin {
			return nil
		}
		return cmp.Or(json.Unmarshal(e.Body, &begin), errFound)
	})
	switch {
	case err != nil && !errors.Is(err, errFound):
		return Ref{}, fmt.Errorf("archive: %w", err)
	case begin.ID == "":
		return Ref{}, fmt.Errorf("archive: %s: its manifest has no beginning", dir)
	}
	r := Ref{
		ID: begin.ID, Source: begin.Source, Date: filepath.Base(filepath.Dir(dir)),
		Set: begin.Set, Labels: begin.Labels, Began: begin.Zero,
	}
	if begin.ID != filepath.Base(dir) || begin.Source != filepath.Base(filepath.Dir(filepath.Dir(dir))) {
		return Ref{}, fmt.Errorf("archive: the folder %s holds the recording %s of %s: it was moved", dir, begin.ID, begin.Source)
	}
	return r, r.check()
}

// Keys in the bucket.
const (
	recordingsKey = "recordings/"
	indexKey      = "index/"
	indexFormat   = "avhub-archive-index/1"
)

// indexEntry is what an object of the index holds.
type indexEntry struct {
	Format string `json:"format"`
	Ref
}

// indexKeys are the keys under which a recording can be found: by id, case, case number,
// hearing and set.
func (r Ref) indexKeys() []string {
	names := map[string]string{"recording": r.ID, "set": r.Set}
	for _, label := range []string{LabelCase, LabelNumber, LabelHearing} {
		names[label] = r.Labels[label]
	}
	if r.Set == r.Labels[LabelHearing] {
		delete(names, "set")
	}
	var keys []string
	for _, label := range findLabels {
		if names[label] != "" {
			keys = append(keys, indexFolder(label, names[label])+r.ID)
		}
	}
	return keys
}

// indexFolder is where the index has a label's value.
func indexFolder(label, value string) string { return indexKey + label + "/" + escape(value) + "/" }

// escape makes any text a part of a key: letters, digits, - and _ stay, each other
// byte becomes ~ and two hexadecimal digits.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "~%02X", c)
		}
		if b.Len() > 600 { // a key has room for 1024 bytes
			break
		}
	}
	return b.String()
}

// saveSynced writes a file so that after a power cut the old or the new one is there.
func saveSynced(file string, data []byte) error {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
