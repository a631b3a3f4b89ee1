package configs

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// join is the path of a key in a section.
func join(section, key string) string {
	if section == "" {
		return key
	}
	return section + "." + key
}

// index is the path of an entry in a list.
func index(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// parent is the path without its last key or index.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// key is one key of a section, by its name in the file.
type key struct {
	name  string
	field reflect.StructField
}

// words are those that the key takes; nil if it takes any.
func (k key) words() []string {
	if one := k.field.Tag.Get("one"); one != "" {
		return strings.Fields(one)
	}
	return nil
}

// keysOf are the keys of a section, in the order of the file.
func keysOf(section reflect.Type) []key {
	var keys []key
	for f := range section.Fields() {
		if name := f.Tag.Get("yaml"); name != "-" && name != "" {
			keys = append(keys, key{name, f})
		}
	}
	return keys
}

// isSection says that a type has keys of its own.
func isSection(t reflect.Type) bool { return t.Kind() == reflect.Struct }

// hasShortForm says that a section may also be one word.
func hasShortForm(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// setting is one key that can be set by itself.
type setting struct {
	path     string // http.listen
	variable string // AVHUB_HTTP_LISTEN
	value    reflect.Value
}

// settings are all keys under a section, sections with a short form included.
func settings(section reflect.Value, path string) []setting {
	var all []setting
	for _, k := range keysOf(section.Type()) {
		v, p := section.FieldByIndex(k.field.Index), join(path, k.name)
		if !isSection(v.Type()) || hasShortForm(v.Type()) {
			all = append(all, setting{p, variableOf(p), v})
		}
		if isSection(v.Type()) {
			all = append(all, settings(v, p)...)
		}
	}
	return all
}

// variableOf is the environment variable of a key.
func variableOf(path string) string {
	return "AVHUB_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}
