package ledger

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Naming says how a ledger's files of entries are called.
type Naming string

const (
	// Numbered files are called 000001.jsonl, 000002.jsonl …
	Numbered Naming = ""
	// Manifest is for a recording, whose folder holds other files too:
	// manifest.jsonl, manifest-000002.jsonl …
	Manifest Naming = "manifest"
)

var (
	numberedFile = regexp.MustCompile(`^([0-9]{6})\.jsonl$`)
	manifestFile = regexp.MustCompile(`^manifest(?:-([0-9]{6}))?\.jsonl$`)
)

func (n Naming) valid() bool { return n == Numbered || n == Manifest }

// file is the name of a file by its number, from 1.
func (n Naming) file(number int) string {
	switch {
	case n == Numbered:
		return fmt.Sprintf("%06d.jsonl", number)
	case number == 1:
		return string(n) + ".jsonl"
	default:
		return fmt.Sprintf("%s-%06d.jsonl", n, number)
	}
}

// filesOf lists a ledger's files by number, and tells how they are called.
func filesOf(dir string) (Naming, []int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Numbered, nil, err
	}
	var numbered, manifest []int
	for _, e := range entries {
		if m := numberedFile.FindStringSubmatch(e.Name()); m != nil {
			n, _ := strconv.Atoi(m[1]) // six digits
			numbered = append(numbered, n)
		}
		if m := manifestFile.FindStringSubmatch(e.Name()); m != nil {
			n, _ := strconv.Atoi(cmp.Or(m[1], "1"))
			manifest = append(manifest, n)
		}
	}
	if len(manifest) > 0 {
		slices.Sort(manifest)
		return Manifest, manifest, nil
	}
	slices.Sort(numbered)
	return Numbered, numbered, nil
}

// Owns tells whether a file of this name in a ledger's folder is the ledger's own, or
// what a crash has left of one.
func (n Naming) Owns(name string) bool {
	name = strings.TrimSuffix(name, newSuffix)
	switch name {
	case headFile, publicFile, publicSM2File:
		return true
	case lockFile:
		return n == Numbered
	}
	if n == Numbered {
		return numberedFile.MatchString(name)
	}
	return manifestFile.MatchString(name)
}
