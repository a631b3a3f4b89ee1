package configs

import (
	"fmt"
	"reflect"
	"strings"
)

// setEnviron puts the AVHUB_ variables over what the file said.
func setEnviron(c *Config, environ []string, f *faults) {
	all := settings(reflect.ValueOf(c).Elem(), "")
	byName := map[string]setting{}
	known := make([]string, 0, len(all))
	for _, s := range all {
		byName[s.variable] = s
		known = append(known, s.variable)
	}
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "AVHUB_") {
			continue
		}
		s, ok := byName[name]
		if !ok {
			message := fmt.Sprintf("unknown variable %s in the environment: %s", clip(name), suggestion(name, known))
			f.list = append(f.list, &FieldError{Message: message})
			continue
		}
		f.where[s.path] = name
		setVariable(s, text, f)
	}
}

// setVariable takes a word as the file would; a list may be written with
// commas, and lists and sections in YAML's short form ([a, b], {key: value}).
func setVariable(s setting, text string, f *faults) {
	short := strings.TrimSpace(text)
	list := s.value.Kind() == reflect.Slice
	switch {
	case list && strings.HasPrefix(short, "["), isSection(s.value.Type()) && strings.HasPrefix(short, "{"):
		decode([]byte(text), s.value, s.path, s.variable, f)
	case list && short == "":
		s.value.SetZero()
	case list && isSection(s.value.Type().Elem()) && !hasShortForm(s.value.Type().Elem()):
		f.add(s.path, "expected a list in YAML's short form, such as [{id: court-1, url: rtsp://host/path}]")
	case list:
		words := strings.Split(short, ",")
		s.value.Set(reflect.MakeSlice(s.value.Type(), len(words), len(words)))
		for i, word := range words {
			if err := setText(s.value.Index(i), strings.TrimSpace(word)); err != nil {
				f.add(index(s.path, i), "%v", err)
			}
		}
	default:
		if err := setText(s.value, text); err != nil {
			f.add(s.path, "%v", err)
		}
	}
}
