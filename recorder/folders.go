package recorder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mkdirSynced makes a folder below root, and syncs each that has got a new one in it.
func mkdirSynced(root, dir string) error {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return err
	}
	at := root
	for _, name := range strings.Split(rel, string(filepath.Separator)) {
		next := filepath.Join(at, name)
		err := os.Mkdir(next, 0o750)
		if err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if err == nil {
			if err := syncDir(at); err != nil {
				return err
			}
		}
		at = next
	}
	return nil
}

// saveSynced writes a file so that after a power cut the old or the new one is there.
func saveSynced(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".new"))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// mark notes that a recording is open.
func (r *Recorder) mark(id, dir string) error {
	rel, err := filepath.Rel(r.o.Dir, dir)
	if err != nil {
		return err
	}
	return saveSynced(filepath.Join(r.o.Dir, openDir, id), []byte(rel+"\n"))
}

// unmark notes that it is sealed.
func (r *Recorder) unmark(id string) error {
	path := filepath.Join(r.o.Dir, openDir, id)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// marked lists the folders of recordings that are open, by id.
func (r *Recorder) marked() (map[string]string, error) {
	names, err := os.ReadDir(filepath.Join(r.o.Dir, openDir))
	if err != nil {
		return nil, err
	}
	open := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name.Name(), ".new") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(r.o.Dir, openDir, name.Name()))
		if err != nil {
			return nil, err
		}
		rel := strings.TrimSpace(string(raw))
		if !filepath.IsLocal(rel) {
			return nil, fmt.Errorf("recordings: the mark of %s names the folder %q, which is not within %s", name.Name(), rel, r.o.Dir)
		}
		open[name.Name()] = filepath.Join(r.o.Dir, rel)
	}
	return open, nil
}
