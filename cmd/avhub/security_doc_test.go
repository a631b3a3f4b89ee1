package main

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/security.md says of each threat and each item of the standard by which
// test it is met: those tests are there, under these names.
func TestTheSecurityModelNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	text, err := fs.ReadFile(root, "docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	name := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"web", ".git", "bin", "data"}, path) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		raw, err := fs.ReadFile(root, path)
		for _, m := range name.FindAllSubmatch(raw, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllSubmatch(text, -1)
	if len(named) < 100 || len(there) < 300 {
		t.Fatalf("%d tests are named, %d are there", len(named), len(there))
	}
	for _, m := range named {
		if !there[string(m[1])] {
			t.Errorf("there is no test %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`((?:web|docs|rooms|signaling)/[\\w./-]+)`").FindAllSubmatch(text, -1) {
		if _, err := fs.Stat(root, string(m[1])); err != nil {
			t.Errorf("there is no file %s", m[1])
		}
	}
	// The chapters of the standard that it speaks of, at levels 1 and 2, item by item.
	for chapter, items := range map[string]string{
		"V2":  "2.1.1 2.1.2 2.1.3 2.2.1 2.2.2 2.2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.4.1",
		"V6":  "6.1.1 6.1.2 6.1.3 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.2 6.3.3 6.3.4 6.4.1 6.4.2 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1",
		"V7":  "7.1.1 7.1.2 7.1.3 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2",
		"V8":  "8.1.1 8.1.2 8.2.1 8.2.2 8.2.3 8.3.1 8.4.1",
		"V16": "16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3",
	} {
		for item := range strings.FieldsSeq(items) {
			if !regexp.MustCompile(`(?m)^\| (?:[\d.]+, )*` + regexp.QuoteMeta(item) + `[ ,]`).Match(text) {
				t.Errorf("%s: nothing is said of %s", chapter, item)
			}
		}
	}
}
