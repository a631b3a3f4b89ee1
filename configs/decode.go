package configs

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds what is read, in bytes: a thousand sources take half of it.
const maxFile = 1 << 20

// decoder puts a YAML tree into settings. It walks the tree itself, where the
// library's decoder would stop at the first error and quote the line, password
// included.
type decoder struct {
	*faults
	anchors map[string]ast.Node
	from    string // the variable that the text stands in; empty: a file
}

// decode puts the text over what to holds.
func decode(text []byte, to reflect.Value, path, from string, f *faults) {
	d := &decoder{faults: f, anchors: map[string]ast.Node{}, from: from}
	root, err := parse(text)
	if err != nil {
		f.list = append(f.list, err)
		return
	}
	if root != nil {
		d.node(root, to, path)
	}
}

// parse is the one document in a text; nil if it holds nothing.
func parse(text []byte) (ast.Node, error) {
	if len(text) > maxFile {
		return nil, &FieldError{Message: fmt.Sprintf("it is larger than %d bytes", maxFile)}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		fault := &FieldError{Message: "not YAML"}
		if at, ok := errors.AsType[yaml.Error](err); ok { // its Error would quote the line
			fault.Message = "not YAML: " + Mask(clip(at.GetMessage())) + ": check colons, quotes and indentation here and in the line above"
			if t := at.GetToken(); t != nil {
				fault.Where = line(t.Position.Line)
			}
		}
		return nil, fault
	}
	var root ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if root != nil {
			return nil, &FieldError{"", line(doc.Body.GetToken().Position.Line), "a second document begins: keep one, and no --- between"}
		}
		root = doc.Body
	}
	return root, nil
}

func line(n int) string { return fmt.Sprintf("line %d", n) }

// node puts a node and what is under it into v.
func (d *decoder) node(n ast.Node, v reflect.Value, path string) {
	n, anchor := d.resolve(n, path)
	if n == nil {
		return
	}
	d.mark(n, path)
	switch n := n.(type) {
	case *ast.NullNode: // "http:" with all its keys commented out
	case ast.MapNode:
		d.section(n, v, path)
	case *ast.SequenceNode:
		d.sequence(n, v, path)
	case ast.ScalarNode:
		if err := setText(v, scalarText(n)); err != nil {
			d.add(path, "%v", err)
		}
	default:
		d.add(path, "this kind of YAML has no meaning here")
	}
	if anchor != "" { // known from here on: an anchor within itself has no end
		d.anchors[anchor] = n
	}
}

// resolve looks through tags, anchors and aliases.
func (d *decoder) resolve(n ast.Node, path string) (node ast.Node, anchor string) {
	for n != nil {
		switch at := n.(type) {
		case *ast.TagNode:
			n = at.Value
		case *ast.AnchorNode:
			anchor, n = at.Name.GetToken().Value, at.Value
		case *ast.AliasNode:
			name := at.Value.GetToken().Value
			if n = d.anchors[name]; n == nil {
				d.mark(at, path)
				d.add(path, "there is no anchor &%s before this line", clip(name))
			}
		default:
			return n, anchor
		}
	}
	return nil, ""
}

func (d *decoder) mark(n ast.Node, path string) {
	switch t := n.GetToken(); {
	case d.from != "":
		d.where[path] = d.from
	case t != nil && t.Position != nil:
		d.where[path] = line(t.Position.Line)
	}
}

func (d *decoder) section(n ast.MapNode, v reflect.Value, path string) {
	if !isSection(v.Type()) {
		d.add(path, "expected %s, found keys", expected(v.Type()))
		return
	}
	keys := keysOf(v.Type())
	for entries := n.MapRange(); entries.Next(); {
		if entries.Key().IsMergeKey() { // first, so that what is written out wins
			d.merge(entries.Value(), v, path)
		}
	}
	for entries := n.MapRange(); entries.Next(); {
		name := entries.Key().GetToken().Value
		at := slices.IndexFunc(keys, func(k key) bool { return k.name == name })
		switch {
		case entries.Key().IsMergeKey():
		case at < 0:
			d.unknown(entries.Key(), name, keys, path)
		default:
			p := join(path, name)
			d.mark(entries.Key(), p)
			d.node(entries.Value(), v.FieldByIndex(keys[at].field.Index), p)
			d.mark(entries.Key(), p) // an alias' content stands elsewhere
		}
	}
}

func (d *decoder) unknown(k ast.Node, name string, keys []key, path string) {
	in, where := "", d.from
	if path != "" {
		in = " in " + path
	}
	if where == "" {
		where = line(k.GetToken().Position.Line)
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	message := fmt.Sprintf("unknown key %q%s (%s): %s", clip(Mask(name)), in, where, suggestion(name, names))
	d.list = append(d.list, &FieldError{Message: message})
}

// merge takes the keys of << : *alias, or of a list of them, the first of which
// wins.
func (d *decoder) merge(n ast.Node, v reflect.Value, path string) {
	n, _ = d.resolve(n, path)
	switch n := n.(type) {
	case nil:
	case ast.MapNode:
		d.section(n, v, path)
	case *ast.SequenceNode:
		for _, entry := range slices.Backward(n.Values) {
			if entry, _ = d.resolve(entry, path); entry == nil {
				continue
			}
			if m, ok := entry.(ast.MapNode); ok {
				d.section(m, v, path)
				continue
			}
			d.add(path, "<< takes sections only")
		}
	default:
		d.add(path, "<< takes a section")
	}
}

func (d *decoder) sequence(n *ast.SequenceNode, v reflect.Value, path string) {
	if v.Kind() != reflect.Slice {
		d.add(path, "expected %s, found a list", expected(v.Type()))
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Values), len(n.Values))
	for i, entry := range n.Values {
		if list.Index(i).Type() == reflect.TypeFor[Source]() {
			list.Index(i).Set(reflect.ValueOf(DefaultSource()))
		}
		d.node(entry, list.Index(i), index(path, i))
	}
	v.Set(list)
}

// scalarText is a scalar as it was written, without quotes.
func scalarText(n ast.ScalarNode) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	return n.GetToken().Value
}

// setText puts a word, of the file or of the environment, into a setting.
func setText(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is no length of time: write a number with ms, s, m or h, such as 60s", clip(text))
		}
		v.SetInt(int64(d))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false", clip(text))
		}
		v.SetBool(text == "true")
	case reflect.Int:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no whole number", clip(text))
		}
		v.SetInt(n)
	default:
		return fmt.Errorf("expected %s, found %q", expected(v.Type()), clip(Mask(text)))
	}
	return nil
}

// expected says in words what a setting takes.
func expected(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice && isSection(t.Elem()):
		return "a list of sections, each beginning with -"
	case t.Kind() == reflect.Slice:
		return "a list, such as [a, b]"
	case isSection(t):
		names := []string{}
		for _, k := range keysOf(t) {
			names = append(names, k.name)
		}
		return "a section with keys of " + strings.Join(names, ", ")
	}
	return "one value"
}
