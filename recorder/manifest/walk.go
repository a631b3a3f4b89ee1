package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	folderDate = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// Walk calls f for each recording's folder, {root}/{source}/{yyyy-mm-dd}/{id}, the
// oldest date first. A root that is not there has none.
func Walk(root string, f func(dir string) error) error {
	sources, err := subfolders(root, folderName)
	dates := map[string][]string{}
	for _, source := range sources {
		days, dayErr := subfolders(filepath.Join(root, source), folderDate)
		err = errors.Join(err, dayErr)
		for _, day := range days {
			dates[day] = append(dates[day], filepath.Join(root, source, day))
		}
	}
	if err != nil {
		return fmt.Errorf("recordings: %w", err)
	}
	for _, day := range slices.Sorted(maps.Keys(dates)) {
		for _, at := range dates[day] {
			ids, err := subfolders(at, folderName)
			if err != nil {
				return fmt.Errorf("recordings: %w", err)
			}
			for _, id := range ids {
				if err := f(filepath.Join(at, id)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func subfolders(dir string, wanted *regexp.Regexp) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && wanted.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}
