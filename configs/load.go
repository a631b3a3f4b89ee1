package configs

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// Limits of a configuration file.
const maxFile = 4 << 20

// Load reads the file (none if path is empty), puts the environment over it
// and checks the whole.
func Load(path string, environ []string) (*Config, error) {
	c := Default()
	env := environment(environ)
	if path != "" {
		data, err := readFile(path)
		if err != nil {
			return nil, err
		}
		if err := c.parse(data, env); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := c.override(env); err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("configuration:\n%w", err)
	}
	return c, nil
}

// Parse reads a configuration from memory.
func Parse(data []byte, environ []string) (*Config, error) {
	c := Default()
	env := environment(environ)
	if err := c.parse(data, env); err != nil {
		return nil, err
	}
	return c, errors.Join(c.override(env), c.Check())
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("configuration: %s is over %d bytes", path, maxFile)
	}
	return os.ReadFile(path)
}

func (c *Config) parse(data []byte, env map[string]string) error {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return fmt.Errorf("not YAML: %w", err)
	}
	for _, doc := range file.Docs {
		if err := knownKeys(doc.Body, reflect.TypeFor[Config](), ""); err != nil {
			return err
		}
	}
	if err := yaml.Unmarshal(data, c); err != nil {
		return errors.New(yaml.FormatError(err, false, true))
	}
	for i := range c.Sources {
		c.Sources[i].fill()
	}
	return resolve(reflect.ValueOf(c).Elem(), "", env)
}

// fill puts defaults where a source says nothing.
func (s *Source) fill() {
	d := DefaultSource()
	orElse(&s.Site, d.Site)
	orElse(&s.Transport, d.Transport)
	orElse(&s.Start, d.Start)
	orElse(&s.Record, d.Record)
	orElse(&s.Name, s.ID)
}

func orElse[T comparable](v *T, other T) {
	var zero T
	if *v == zero {
		*v = other
	}
}

// prefix of environment variables that belong to the hub.
const prefix = "AVHUB_"

func environment(environ []string) map[string]string {
	env := map[string]string{}
	for _, e := range environ {
		if k, v, ok := strings.Cut(e, "="); ok {
			env[k] = v
		}
	}
	return env
}

// override puts AVHUB_… variables over the file's values.
func (c *Config) override(env map[string]string) error {
	keys := map[string]reflect.Value{}
	leaves(reflect.ValueOf(c).Elem(), prefix, keys)
	names := make([]string, 0, len(keys))
	for k := range keys {
		names = append(names, k)
	}
	var errs []error
	for k, v := range env {
		if !strings.HasPrefix(k, prefix) {
			continue
		}
		field, ok := keys[k]
		if !ok {
			errs = append(errs, fmt.Errorf("unknown variable %s: did you mean %s?", k, nearest(k, names)))
			continue
		}
		if err := setField(field, v); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", k, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return resolve(reflect.ValueOf(c).Elem(), "", env)
}

// leaves collects the settings that one variable can hold.
func leaves(v reflect.Value, name string, into map[string]reflect.Value) {
	for i := range v.NumField() {
		key := name + strings.ToUpper(tag(v.Type().Field(i)))
		field := v.Field(i)
		if field.Kind() == reflect.Struct && field.Type() != reflect.TypeFor[TLS]() {
			leaves(field, key+"_", into)
			continue
		}
		into[key] = field
	}
}

func setField(field reflect.Value, text string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
		return nil
	default:
		if err := yaml.UnmarshalWithOptions([]byte(text), field.Addr().Interface(), yaml.Strict()); err != nil {
			return fmt.Errorf("is %q: %s", text, strings.SplitN(yaml.FormatError(err, false, false), "\n", 2)[0])
		}
		return nil
	}
}

// resolve replaces ${NAME} and file:/path in secrets and addresses.
func resolve(v reflect.Value, path string, env map[string]string) error {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if err := resolve(v.Field(i), path+"."+tag(v.Type().Field(i)), env); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := resolve(v.Index(i), fmt.Sprintf("%s[%d]", path, i), env); err != nil {
				return err
			}
		}
	case reflect.String:
		if v.Type() != reflect.TypeFor[Secret]() && v.Type() != reflect.TypeFor[URL]() {
			return nil
		}
		text, err := reveal(v.String(), env)
		if err != nil {
			return fmt.Errorf("%s: %w", strings.TrimPrefix(path, "."), err)
		}
		v.SetString(text)
	default:
	}
	return nil
}

func reveal(text string, env map[string]string) (string, error) {
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("secret file: %w", err)
		}
		return strings.TrimRight(string(data), "\r\n"), nil
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		value, set := env[name]
		switch {
		case !closed:
			return "", errors.New("${ is not closed by }")
		case !set:
			return "", fmt.Errorf("the environment has no %s", name)
		}
		out.WriteString(value)
		text = after
	}
}
