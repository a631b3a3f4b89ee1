package rooms

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

var tree = Courts{
	"heihe":  {ID: "heihe", Name: "黑河市中级人民法院"},
	"aihui":  {ID: "aihui", Name: "爱辉区人民法院", Parent: "heihe"},
	"xigang": {ID: "xigang", Name: "西岗子人民法庭", Parent: "aihui"},
	"beian":  {ID: "beian", Name: "北安市人民法院", Parent: "heihe"},
}

func TestPath(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][]string{
		"heihe":    {"heihe"},
		"xigang":   {"heihe", "aihui", "xigang"},
		"atlantis": {"heihe", "atlantis"}, // a source may name a court that is not entered yet
		"":         {"heihe"},
	} {
		if got := tree.Path(id); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, not %v", id, got, want)
		}
	}
	if got := (Courts{}).Path("heihe"); !reflect.DeepEqual(got, []string{"heihe"}) {
		t.Errorf("without any court: %v", got)
	}
	if got := tree.Under("aihui"); !reflect.DeepEqual(got, map[string]bool{"aihui": true, "xigang": true}) {
		t.Errorf("under: %v", got)
	}
}

func TestTheTreeStaysATree(t *testing.T) {
	t.Parallel()
	deep := Courts{}
	for i := range MaxDepth {
		id := fmt.Sprint("c", i)
		c := Court{ID: id, Name: id}
		if i > 0 {
			c.Parent = fmt.Sprint("c", i-1)
		}
		deep[id] = c
	}
	for name, x := range map[string]struct {
		tree Courts
		c    Court
		want error // nil: good
		text string
	}{
		"a first":            {Courts{}, Court{ID: "heihe", Name: "黑河"}, nil, ""},
		"one below":          {tree, Court{ID: "nenjiang", Name: "嫩江市人民法院", Parent: "heihe"}, nil, ""},
		"a new name":         {tree, Court{ID: "heihe", Name: "黑河中院"}, nil, ""},
		"a move":             {tree, Court{ID: "xigang", Name: "西岗子人民法庭", Parent: "beian"}, nil, ""},
		"a second root":      {tree, Court{ID: "suihua", Name: "绥化"}, ErrSecondRoot, "parent"},
		"under nothing":      {tree, Court{ID: "suihua", Name: "绥化", Parent: "atlantis"}, ErrUnknownCourt, "parent"},
		"under itself":       {tree, Court{ID: "aihui", Name: "爱辉", Parent: "aihui"}, ErrCourtLoop, "parent"},
		"under its own":      {tree, Court{ID: "aihui", Name: "爱辉", Parent: "xigang"}, ErrCourtLoop, "parent"},
		"the root under one": {tree, Court{ID: "heihe", Name: "黑河", Parent: "beian"}, errAny, "parent"},
		"too deep":           {deep, Court{ID: "c9", Name: "c9", Parent: "c4"}, ErrCourtDeep, "parent"},
		"a bad id":           {tree, Court{ID: "../etc", Name: "x", Parent: "heihe"}, errAny, "id"},
		"no name":            {tree, Court{ID: "x", Name: " ", Parent: "heihe"}, errAny, "name"},
		"a turned name":      {tree, Court{ID: "x", Name: "abc\u202edef", Parent: "heihe"}, errAny, "name"},
		"a line in a name":   {tree, Court{ID: "x", Name: "abc\nlevel=ERROR", Parent: "heihe"}, errAny, "name"},
		"a long name":        {tree, Court{ID: "x", Name: strings.Repeat("法", 101), Parent: "heihe"}, errAny, "name"},
	} {
		err := x.tree.CheckPut(x.c)
		if x.want == nil {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var f FieldError
		if !errors.As(err, &f) || f.Field != x.text || x.want != errAny && !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errAny = errors.New("any")

func TestUsersAreChecked(t *testing.T) {
	t.Parallel()
	good := User{ID: "u1", Name: "wang.wei", FullName: "王伟", Grants: []Grant{{Role: Judge, Court: "aihui", Sites: []string{"court-1"}}}}
	if err := good.Check(tree); err != nil {
		t.Error(err)
	}
	for field, spoil := range map[string]func(*User){
		"name":            func(u *User) { u.Name = "王伟" },
		"full_name":       func(u *User) { u.FullName = "" },
		"grants[0].role":  func(u *User) { u.Grants = []Grant{{Role: "root", Court: "aihui"}} },
		"grants[0].court": func(u *User) { u.Grants = []Grant{{Role: Judge, Court: "atlantis"}} },
		"grants[0].sites": func(u *User) { u.Grants = []Grant{{Role: Judge, Court: "aihui", Sites: []string{"a/b"}}} },
		"grants":          func(u *User) { u.Grants = make([]Grant, 51) },
	} {
		u := good
		spoil(&u)
		if err := u.Check(tree); err == nil || !strings.Contains(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
}
