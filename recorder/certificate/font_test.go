package certificate

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The 通用规范汉字表 is what persons' names are registered with.
func TestFontHasTheCharactersOfNames(t *testing.T) {
	f, err := printed()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../../scripts/font/characters.txt")
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[rune]bool{}
	for _, r := range strings.ReplaceAll(string(raw), "\n", "") {
		wanted[r] = true
	}
	more := len(wanted)
	for a := 0xa1; a < 0xf8; a++ {
		for b := 0xa1; b < 0xff; b++ {
			text, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{byte(a), byte(b)})
			if r := []rune(string(text)); err == nil && len(r) == 1 && a >= 0xb0 && r[0] >= 0x4e00 && r[0] <= 0x9fff {
				wanted[r[0]] = true
			}
		}
	}
	if more != 1467 || len(wanted) != 1467+6763 {
		t.Errorf("%d characters, %d of them not in GB 2312", len(wanted), more)
	}
	for r := range wanted {
		if !f.Has(r) {
			t.Errorf("the font does not have %c (%U)", r, r)
		}
	}
}

func TestLinesBreakWhereTheyMay(t *testing.T) {
	f, err := printed()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text  string
		width float64 // in Chinese characters
		want  string
	}{
		{"一二三四五六", 3, "一二三|四五六"},
		{"一二三，四五六", 3, "一二|三，四|五六"},
		{"一二（三四）", 3, "一二|（三|四）"},
		{"one two three", 4.2, "one two|three"},
		{"abcdefghijkl", 2, ""},
		{"一\n\n二", 5, "一||二"},
		{"", 5, ""},
	} {
		lines := wrapped(f, c.text, 10, 10*c.width)
		got := strings.Join(lines, "|")
		if c.want != "" && got != c.want {
			t.Errorf("%q in %v: %s, want %s", c.text, c.width, got, c.want)
		}
		for _, l := range lines {
			if 10*f.Width(l) > 10*c.width+0.001 {
				t.Errorf("%q in %v: line %q is wider", c.text, c.width, l)
			}
		}
		if strings.ReplaceAll(solid(strings.Join(lines, "")), "\n", "") != solid(c.text) {
			t.Errorf("%q in %v: %q has lost something", c.text, c.width, lines)
		}
	}
}
