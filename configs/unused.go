package configs

import (
	"reflect"
	"strings"
)

// without are the keys that this version reads and checks, and that nothing
// acts on: the parts that they are for are not in it.
var without = []string{
	"cluster", "transcription",
}

// Unused are the settings that were changed and have no effect in this version,
// by their keys. Whoever starts the hub is to be told: a court that has
// transcription switched on must not find out later that nothing was written down.
func (c *Config) Unused() []string {
	var found []string
	defaults := settings(reflect.ValueOf(Default()).Elem(), "")
	for i, s := range settings(reflect.ValueOf(c).Elem(), "") {
		if isWithout(s.path) && !s.value.Equal(defaults[i].value) {
			found = append(found, s.path)
		}
	}
	return found
}

func isWithout(path string) bool {
	for _, w := range without {
		if path == w || strings.HasPrefix(path, w+".") {
			return true
		}
	}
	return false
}
