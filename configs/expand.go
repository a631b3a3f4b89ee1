package configs

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
)

// maxSecret bounds a secret's file, in bytes.
const maxSecret = 64 << 10

// reference is ${NAME}; $${ stands for a ${ that is meant as such.
var reference = regexp.MustCompile(`\$\$\{|\$\{([^}]*)\}`)

// expander fetches the secrets that stand elsewhere. It is for what an
// administrator wrote into avhub.yaml, never for what came over the network:
// there, ${NAME} and file: would read the hub's own secrets out to whoever asks.
type expander struct {
	*faults
	environ map[string]string
}

func newExpander(environ []string, f *faults) *expander {
	e := &expander{f, map[string]string{}}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		e.environ[name] = value
	}
	return e
}

// expand walks all settings and fetches every Secret and URL.
func (e *expander) expand(v reflect.Value, path string) {
	switch at := v.Addr().Interface().(type) {
	case *Secret:
		*at = Secret(e.fetch(string(*at), path))
		return
	case *URL:
		*at = URL(e.fetch(string(*at), path))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, k := range keysOf(v.Type()) {
			e.expand(v.FieldByIndex(k.field.Index), join(path, k.name))
		}
	case reflect.Slice:
		for i := range v.Len() {
			e.expand(v.Index(i), index(path, i))
		}
	}
}

func (e *expander) fetch(text, path string) string {
	if name, ok := strings.CutPrefix(text, "file:"); ok {
		value, err := readSecret(name)
		if err != nil {
			e.add(path, "%v", err)
		}
		return value
	}
	// Within user:password@ a value is escaped, so that any password fits there.
	var out strings.Builder
	last, userEnd := 0, strings.LastIndexByte(text, '@')
	for _, m := range reference.FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(text[last:m[0]])
		last = m[1]
		if m[2] < 0 {
			out.WriteString("${")
			continue
		}
		name := text[m[2]:m[3]]
		value, ok := e.environ[name]
		if !ok {
			e.add(path, "${%s} is not set: set it in the hub's environment", clip(name))
		}
		if m[0] < userEnd {
			value = strings.TrimPrefix(url.UserPassword("", value).String(), ":")
		}
		out.WriteString(value)
	}
	return out.String() + text[last:]
}

// readSecret is a file's text without the line's end.
func readSecret(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", fmt.Errorf("its file cannot be read: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxSecret {
		return "", fmt.Errorf("%s is not a file of at most %d bytes", clip(name), maxSecret)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("its file cannot be read: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
