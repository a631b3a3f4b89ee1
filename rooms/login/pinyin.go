package login

import (
	_ "embed"
	"iter"
	"strings"
	"sync"
)

// pinyinText has the syllables of Mandarin without tones, each with characters
// that are common in names of people and places: "li 李黎". People write their
// names so in passwords.
//
//go:embed pinyin.txt
var pinyinText string

// longestSyllable is that of zhuang.
const longestSyllable = 6

// pinyin are the syllables, and the readings of each character.
var pinyin = sync.OnceValues(func() (syllables map[string]bool, readings map[rune][]string) {
	syllables, readings = map[string]bool{}, map[rune][]string{}
	for entry := range strings.FieldsFuncSeq(pinyinText, func(r rune) bool { return r == '|' || r == '\n' }) {
		syllable, characters, _ := strings.Cut(entry, " ")
		syllables[syllable] = true
		for _, c := range characters {
			readings[c] = append(readings[c], syllable)
		}
	}
	return syllables, readings
})

// mostReadings bounds how many readings of one name are looked at.
const mostReadings = 8

// romanized yields a name's syllables in each of its readings; nothing if a
// character of it is not in the table.
func romanized(name string) iter.Seq[[]string] {
	_, readings := pinyin()
	all := [][]string{nil}
	for _, c := range name {
		var longer [][]string
		for _, before := range all {
			for _, reading := range readings[c] {
				longer = append(longer, append(before[:len(before):len(before)], reading))
			}
		}
		all = longer[:min(len(longer), mostReadings)]
	}
	return func(yield func([]string) bool) {
		for _, reading := range all {
			if len(reading) > 0 && !yield(reading) {
				return
			}
		}
	}
}
