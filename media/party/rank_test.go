package party

import (
	"slices"
	"testing"
)

func TestRank(t *testing.T) {
	t.Parallel()
	voices := func(of ...voice) []voice { return of }
	for name, x := range map[string]struct {
		before []string
		voices []voice
		want   []string
	}{
		"nobody":                             {[]string{"a"}, nil, []string{}},
		"the loudest first":                  {nil, voices(voice{"a", 60, false}, voice{"b", 70, false}, voice{"c", 65, false}), []string{"b", "c", "a"}},
		"a little louder changes nothing":    {[]string{"a", "b"}, voices(voice{"a", 60, false}, voice{"b", 65, false}), []string{"a", "b"}},
		"much louder does":                   {[]string{"a", "b"}, voices(voice{"a", 60, false}, voice{"b", 66, false}), []string{"b", "a"}},
		"who comes new":                      {[]string{"b"}, voices(voice{"a", 65, false}, voice{"b", 60, false}), []string{"b", "a"}},
		"who comes new and much louder":      {[]string{"b"}, voices(voice{"a", 70, false}, voice{"b", 60, false}), []string{"a", "b"}},
		"who has stopped is gone":            {[]string{"a", "b"}, voices(voice{"b", 60, false}), []string{"b"}},
		"a courtroom hears everybody":        {nil, voices(voice{"court", 90, true}, voice{"b", 60, false}), []string{"b", "court"}},
		"also when it was alone before":      {[]string{"court"}, voices(voice{"court", 90, true}, voice{"b", 60, false}), []string{"b", "court"}},
		"it speaks when nobody else does":    {[]string{"b", "court"}, voices(voice{"court", 60, true}), []string{"court"}},
		"of as loud ones the order is fixed": {nil, voices(voice{"b", 60, false}, voice{"a", 60, false}), []string{"a", "b"}},
	} {
		if got := rank(x.before, x.voices); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, not %v", name, got, x.want)
		}
	}
}
