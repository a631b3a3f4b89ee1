package configs

import (
	"fmt"
	"reflect"
	"strings"
)

// without are the keys that this version reads and checks, and that nothing
// acts on: the parts that they are for are not in it.
var without = []string{
	"http.tls", "http.behind_proxy", "database", "recording", "archive", "cluster", "transcription",
}

// Unused are the settings that were changed and have no effect in this version,
// by their keys. Whoever starts the hub is to be told: a court that has
// recording switched on must not find out later that nothing was recorded.
func (c *Config) Unused() []string {
	var found []string
	defaults := settings(reflect.ValueOf(Default()).Elem(), "")
	for i, s := range settings(reflect.ValueOf(c).Elem(), "") {
		if isWithout(s.path) && !s.value.Equal(defaults[i].value) {
			found = append(found, s.path)
		}
	}
	for i, s := range c.Sources {
		if s.Record != DefaultSource().Record {
			found = append(found, fmt.Sprintf("%s.record (%s)", index("sources", i), s.ID))
		}
	}
	return found
}

func isWithout(path string) bool {
	for _, w := range without {
		if path == w || strings.HasPrefix(path, w+".") && w != "http.tls" {
			return true
		}
	}
	return false
}
