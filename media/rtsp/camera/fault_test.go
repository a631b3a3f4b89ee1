package camera

import (
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Fault{
		"none":           {Kind: None},
		"drop":           {Kind: Drop, Arg: 5},
		"drop:30":        {Kind: Drop, Arg: 30},
		"jump":           {Kind: Jump, Arg: 10},
		"jump:-3600@30s": {Kind: Jump, Arg: -3600, After: 30 * time.Second},
		"slow:0.5":       {Kind: Slow, Arg: 0.5},
		"fast":           {Kind: Fast, Arg: 2},
		"gone@1m":        {Kind: Gone, After: time.Minute},
		"freeze":         {Kind: Freeze},
		"black":          {Kind: Black},
		"mute":           {Kind: Mute},
		"unauthorized":   {Kind: Unauthorized},
		"noparams@0s":    {Kind: NoParams},
	} {
		if f, err := ParseFault(text); err != nil || f != want {
			t.Errorf("%q is %+v %v", text, f, err)
		}
	}
	for _, text := range []string{
		"", "smoke", "drop:", "drop:many", "drop:101", "drop:-1", "drop:NaN", "jump:Inf", "freeze:3", "gone@", "gone@-1s", "gone@soon", ":5", "@5s",
	} {
		if f, err := ParseFault(text); err == nil {
			t.Errorf("%q is taken as %+v", text, f)
		}
	}
}
