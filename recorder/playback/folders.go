package playback

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// place is where a recording lies: source/day/id.
type place struct{ source, day, id string }

func (p place) dir(root string) string { return filepath.Join(root, p.source, p.day, p.id) }

// folders is the tree of recordings, read anew where it has changed. It costs
// some 150 bytes a recording.
type folders struct {
	root string

	mu      sync.Mutex
	sources map[string]*source
	by      map[string]place // by id
	looked  time.Time        // when all of it was looked at
}

// source is a folder of days.
type source struct {
	seen seen
	days map[string]*day
}

// day is a folder of recordings.
type day struct {
	seen seen
	ids  []string
}

// seen is a folder as it was when it was read.
type seen struct{ changed, read time.Time }

// fresh tells whether a folder that was changed last at a time is as it was read.
// One that was changed right before it was read may have been changed once more in
// the same tick of the file system's clock.
func (s seen) fresh(changed time.Time) bool {
	return s.changed.Equal(changed) && s.read.Sub(changed) > 2*time.Second
}

// lookAgain is how old the knowledge of old days may be. The newest days are looked
// at each time.
const lookAgain = time.Minute

// newest is how many of a source's days may get new recordings at any time.
const newest = 3

var dayName = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// find tells where a recording lies.
func (f *folders) find(id string) (place, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p, ok := f.by[id]; ok {
		return p, true
	}
	f.look(time.Now(), false)
	if _, ok := f.by[id]; !ok && time.Since(f.looked) > time.Second {
		f.look(time.Now(), true)
	}
	p, ok := f.by[id]
	return p, ok
}

// days lists the days that hold recordings, of one source or of all, the latest
// first.
func (f *folders) days(source string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.look(time.Now(), false)
	days := map[string]bool{}
	for id, s := range f.sources {
		if source != "" && id != source {
			continue
		}
		for name := range s.days {
			days[name] = true
		}
	}
	names := make([]string, 0, len(days))
	for name := range days {
		names = append(names, name)
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names
}

// on lists the recordings of a day.
func (f *folders) on(name, source string) []place {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []place
	for id, s := range f.sources {
		if d := s.days[name]; d != nil && (source == "" || id == source) {
			for _, rec := range d.ids {
				if p := f.by[rec]; p.source == id && p.day == name { // the same id elsewhere is a copy
					all = append(all, p)
				}
			}
		}
	}
	return all
}

// look reads the folders that have changed: the newest days of each source, and
// from time to time all.
func (f *folders) look(now time.Time, all bool) {
	all = all || now.Sub(f.looked) > lookAgain
	if f.sources == nil {
		f.sources, f.by = map[string]*source{}, map[string]place{}
	}
	for _, id := range names(f.root, func(n string) bool { return !strings.HasPrefix(n, ".") }) {
		s := f.sources[id]
		if s == nil {
			s = &source{days: map[string]*day{}}
			f.sources[id] = s
		}
		f.lookSource(id, s, now, all)
	}
	if all {
		f.looked = now
		f.forget()
	}
}

func (f *folders) lookSource(id string, s *source, now time.Time, all bool) {
	dir := filepath.Join(f.root, id)
	info, err := os.Stat(dir)
	if err != nil {
		return
	}
	if !s.seen.fresh(info.ModTime()) {
		for _, name := range names(dir, dayName.MatchString) {
			if s.days[name] == nil {
				s.days[name] = &day{}
			}
		}
		s.seen = seen{info.ModTime(), now}
	}
	days := make([]string, 0, len(s.days))
	for name := range s.days {
		days = append(days, name)
	}
	slices.Sort(days)
	if !all {
		days = days[max(0, len(days)-newest):]
	}
	for _, name := range days {
		f.lookDay(place{source: id, day: name}, s.days[name], now)
	}
}

func (f *folders) lookDay(p place, d *day, now time.Time) {
	dir := filepath.Join(f.root, p.source, p.day)
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		f.drop(p, d.ids)
		delete(f.sources[p.source].days, p.day)
		return
	}
	if err != nil || d.seen.fresh(info.ModTime()) {
		return
	}
	f.drop(p, d.ids)
	d.ids = names(dir, func(n string) bool { return !strings.HasPrefix(n, ".") })
	d.seen = seen{info.ModTime(), now}
	for _, id := range d.ids {
		if _, taken := f.by[id]; !taken {
			f.by[id] = place{p.source, p.day, id}
		}
	}
}

func (f *folders) drop(p place, ids []string) {
	for _, id := range ids {
		if at := f.by[id]; at.source == p.source && at.day == p.day {
			delete(f.by, id)
		}
	}
}

// forget drops sources whose folder is gone.
func (f *folders) forget() {
	for id, s := range f.sources {
		if _, err := os.Stat(filepath.Join(f.root, id)); errors.Is(err, fs.ErrNotExist) {
			for name, d := range s.days {
				f.drop(place{source: id, day: name}, d.ids)
			}
			delete(f.sources, id)
		}
	}
}

// names lists the folders in a folder; none if it cannot be read.
func names(dir string, good func(string) bool) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []string
	for _, e := range entries {
		if e.IsDir() && good(e.Name()) {
			all = append(all, e.Name())
		}
	}
	return all
}
