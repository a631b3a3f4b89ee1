package configs

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// tag is a field's key.
func tag(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// knownKeys refuses a key that the configuration does not have, naming the
// nearest one that it has.
func knownKeys(node ast.Node, t reflect.Type, path string) error {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			if err := knownPair(pair, t, path); err != nil {
				return err
			}
		}
	case *ast.MappingValueNode:
		return knownPair(n, t, path)
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			return nil // the decoder says so better
		}
		for i, item := range n.Values {
			if err := knownKeys(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func knownPair(pair *ast.MappingValueNode, t reflect.Type, path string) error {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[TLS]() {
		return nil
	}
	key := pair.Key.GetToken().Value
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if tag(f) == key {
			here := strings.TrimPrefix(path+"."+key, ".")
			if f.Type == reflect.TypeFor[time.Duration]() {
				return durationAt(pair.Value, here)
			}
			return knownKeys(pair.Value, f.Type, here)
		}
		names = append(names, tag(f))
	}
	where := ""
	if path != "" {
		where = " in " + path
	}
	return fmt.Errorf("unknown key %q%s (line %d): did you mean %q?", key, where, pair.Key.GetToken().Position.Line, nearest(key, names))
}

// durationAt says where a duration is wrong, which the decoder does not.
func durationAt(node ast.Node, path string) error {
	token := node.GetToken()
	if _, err := time.ParseDuration(token.Value); err != nil {
		return fmt.Errorf("%s (line %d) is %q: write a duration such as 500ms, 60s or 10m", path, token.Position.Line, token.Value)
	}
	return nil
}

// nearest is the known word with the fewest letters to change.
func nearest(word string, known []string) string {
	best, fewest := "", -1
	for _, k := range known {
		if d := distance(word, k); fewest < 0 || d < fewest || (d == fewest && k < best) {
			best, fewest = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
