package configs

import (
	"slices"
	"strings"
)

// suggestion ends an error about an unknown word: the nearest known one, or all
// of them where none is near.
func suggestion(word string, known []string) string {
	if len(known) == 0 {
		return "nothing is known here"
	}
	near := slices.MinFunc(known, func(a, b string) int { return distance(word, a) - distance(word, b) })
	if distance(word, near) <= max(2, len(near)/2) {
		return `did you mean "` + near + `"?`
	}
	return "known are " + strings.Join(known, ", ")
}

// distance is how many letters must be changed, added or taken away to make b
// of a (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(clip(strings.ToLower(a))), []rune(strings.ToLower(b))
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
