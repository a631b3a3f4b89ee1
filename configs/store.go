package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// SourceStore keeps the sources that were added through the API, in one file
// that only the hub's user can read: cameras' passwords stand in it in the
// clear, because cameras want them so; mode 0600. ${NAME} and file: mean nothing
// here: what comes over the network must not read the hub's own secrets out.
//
// The file may be edited by hand. It is read anew before each change, and a
// change to a file that cannot be read is refused, so that nothing is lost.
type SourceStore struct {
	path string
	mu   sync.Mutex
}

// NewSourceStore keeps sources in dataDir/sources.yaml.
func NewSourceStore(dataDir string) *SourceStore {
	return &SourceStore{path: filepath.Join(dataDir, "sources.yaml")}
}

// stored is a source with its addresses in the clear.
type stored struct {
	ID        string    `yaml:"id"`
	Name      string    `yaml:"name"`
	Site      Site      `yaml:"site"`
	SiteID    string    `yaml:"site_id,omitempty"`
	Court     string    `yaml:"court,omitempty"`
	URL       string    `yaml:"url,omitempty"`
	SubURL    string    `yaml:"sub_url,omitempty"`
	Transport Transport `yaml:"transport"`
	Start     Start     `yaml:"start"`
	Record    Record    `yaml:"record"`

	Loudspeaker Loudspeaker `yaml:"loudspeaker,omitempty"`
}

// Load reads all sources; none if there is no file yet.
func (s *SourceStore) Load() ([]Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

func (s *SourceStore) load() ([]Source, error) {
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("stored sources: %w", err)
	}
	list, f := []Source{}, newFaults()
	decode(data, reflect.ValueOf(&list).Elem(), "sources", "", f)
	fillNames(list)
	if len(f.list) == 0 {
		checkWords(reflect.ValueOf(list), "sources", f)
		checkSources(list, "sources", f)
	}
	if err := f.err(); err != nil {
		return nil, fmt.Errorf("%s is not right; mend it by hand, nothing was changed:\n%w", s.path, err)
	}
	return list, nil
}

// Put adds or replaces a source. When it returns nil the change is on disk.
func (s *SourceStore) Put(src Source) error {
	return s.change(func(list []Source) []Source {
		if i := indexOf(list, src.ID); i >= 0 {
			list[i] = src
			return list
		}
		return append(list, src)
	})
}

// Delete removes a source; one that is not there is no error.
func (s *SourceStore) Delete(id string) error {
	return s.change(func(list []Source) []Source {
		if i := indexOf(list, id); i >= 0 {
			return slices.Delete(list, i, i+1)
		}
		return list
	})
}

func indexOf(list []Source, id string) int {
	return slices.IndexFunc(list, func(s Source) bool { return s.ID == id })
}

func (s *SourceStore) change(edit func([]Source) []Source) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, err := s.load()
	if err != nil {
		return err
	}
	out := []stored{}
	for _, x := range edit(list) {
		out = append(out, stored{x.ID, x.Name, x.Site, x.SiteID, x.Court, x.URL.Reveal(), x.SubURL.Reveal(), x.Transport, x.Start, x.Record, x.Loudspeaker})
	}
	data, err := yaml.Marshal(out)
	if err != nil {
		return err
	}
	header := "# Sources added in the devices page. The hub writes this file anew at each change.\n"
	return save(s.path, []byte(header+strings.TrimSpace(string(data))+"\n"))
}

// save replaces a file so that after a power cut either the old or the new one
// is there, whole: temporary file, fsync, rename, fsync of the folder.
func save(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
