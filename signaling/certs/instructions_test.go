package certs

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestGuidesAreComplete: both languages, the right file, the fingerprint on
// every way that installs a CA.
func TestGuidesAreComplete(t *testing.T) {
	t.Parallel()
	texts := []Text{Introduction, Comparison}
	var platforms []string
	for _, g := range Guides() {
		platforms = append(platforms, g.Platform)
		texts = append(append(texts, g.Title), g.Steps...)
		if g.Note != (Text{}) {
			texts = append(texts, g.Note)
		}
		var zh, en strings.Builder
		for _, s := range g.Steps {
			zh.WriteString(s.ZH)
			en.WriteString(s.EN)
		}
		for _, way := range []string{zh.String(), en.String()} {
			if !strings.Contains(way, g.File) {
				t.Errorf("%s: the steps do not name %s", g.Platform, g.File)
			}
		}
		if !strings.Contains(zh.String(), "指纹") || !strings.Contains(en.String(), "fingerprint") {
			t.Errorf("%s: nobody is told to compare the fingerprint", g.Platform)
		}
		if g.File != CAFileDER && g.File != CAFilePEM {
			t.Errorf("%s: file %s", g.Platform, g.File)
		}
	}
	if want := []string{"windows", "macos", "ios", "android", "linux", "firefox"}; !slices.Equal(platforms, want) {
		t.Errorf("platforms %v", platforms)
	}
	for _, x := range texts {
		if !strings.ContainsFunc(x.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("not in Chinese: %q", x.ZH)
		}
		if x.EN == "" || strings.ContainsFunc(x.EN, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("not in English: %q", x.EN)
		}
	}
}
