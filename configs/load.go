package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
)

// Load reads the file at path (none if path is empty), puts the AVHUB_
// variables of environ over it, fetches the secrets that stand elsewhere, and
// checks all of it. The error holds everything that is wrong; [FieldErrors]
// takes it apart.
func Load(path string, environ []string) (*Config, error) {
	if path == "" {
		return Parse(nil, environ)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: make one with: avhub config sample > %s", err, path)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return load(path, text, environ)
}

// Parse is Load for a text in memory.
func Parse(text []byte, environ []string) (*Config, error) {
	return load("the configuration", text, environ)
}

func load(name string, text []byte, environ []string) (*Config, error) {
	c, f := Default(), newFaults()
	decode(text, reflect.ValueOf(c).Elem(), "", "", f)
	setEnviron(c, environ, f)
	newExpander(environ, f).expand(reflect.ValueOf(c).Elem(), "")
	if c.HTTP.TLS.Cert != "" || c.HTTP.TLS.Key != "" {
		c.HTTP.TLS.Mode = TLSFiles
	}
	fillNames(c.Sources)
	if len(f.list) == 0 { // what could not be read would be reported twice
		c.check(f)
	}
	if err := f.err(); err != nil {
		return nil, fmt.Errorf("%s is not right:\n%w", name, err)
	}
	return c, nil
}

// fillNames names those by their id that have no name.
func fillNames(list []Source) {
	for i, s := range list {
		if s.Name == "" {
			list[i].Name = s.ID
		}
	}
}
