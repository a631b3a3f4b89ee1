package login

import (
	"reflect"
	"slices"
	"testing"
)

func TestNamesAreReadInPinyin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		want [][]string
	}{
		{"王建国", [][]string{{"wang", "jian", "guo"}}},
		{"黑河", [][]string{{"hei", "he"}}},
		{"单丹", [][]string{{"dan", "dan"}, {"shan", "dan"}}}, // read either way
		{"吕蒙", [][]string{{"lu", "meng"}, {"lv", "meng"}, {"lyu", "meng"}}},
		{"龘靐", nil},
		{"", nil},
	} {
		if got := slices.Collect(romanized(c.name)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s reads %v, want %v", c.name, got, c.want)
		}
	}
}

func TestReadingsAreBounded(t *testing.T) {
	t.Parallel()
	if n := len(slices.Collect(romanized("吕吕吕吕吕吕吕吕吕吕"))); n != mostReadings {
		t.Errorf("%d readings", n)
	}
}

func TestTheTableOfSyllables(t *testing.T) {
	t.Parallel()
	syllables, readings := pinyin()
	if len(syllables) < 390 || len(syllables) > 420 {
		t.Errorf("%d syllables: Mandarin has some 400", len(syllables))
	}
	for s := range syllables {
		if len(s) > longestSyllable {
			t.Errorf("%q is no syllable", s)
		}
	}
	for c, of := range readings {
		if c < 0x4e00 || c > 0x9fff {
			t.Errorf("%q is no Chinese character", c)
		}
		if unique := slices.Compact(slices.Clone(of)); len(unique) != len(of) {
			t.Errorf("%c has a reading twice: %v", c, of)
		}
	}
}
