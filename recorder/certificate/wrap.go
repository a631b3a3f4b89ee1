package certificate

import (
	"strings"
	"unicode"

	"avhub/recorder/certificate/pdf"
)

// Characters that do not begin, or do not end, a line of Chinese (GB/T 15834).
const (
	notFirst = "，。、；：？！）】》〉」』”’…—·,.;:?!)]}%"
	notLast  = "（【《〈「『“‘([{"
)

// breakable tells whether a line may end between two characters.
func breakable(before, after rune) bool {
	if strings.ContainsRune(notFirst, after) || strings.ContainsRune(notLast, before) || after == ' ' {
		return false
	}
	return before == ' ' || before == '-' || before == '/' || wide(before) || wide(after)
}

// wide tells whether a character is one of Chinese writing, which needs no blanks.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || r == '“' || r == '”' || r == '…' || r == '—'
}

// wrapped breaks a text into lines no wider than so many points. A word that is wider
// than a line is broken where the line ends.
func wrapped(f *pdf.Font, text string, size, width float64) (lines []string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrappedLine(f, []rune(paragraph), size, width)...)
	}
	return lines
}

func wrappedLine(f *pdf.Font, rest []rune, size, width float64) (lines []string) {
	for {
		n, may, at := 0, 0, 0.0 // taken, up to where a line may end, its width
		for ; n < len(rest); n++ {
			if n > 0 && breakable(rest[n-1], rest[n]) {
				may = n
			}
			at += size * f.Width(string(rest[n]))
			if at > width && n > 0 && rest[n] != ' ' {
				break
			}
		}
		if n == len(rest) {
			return append(lines, strings.TrimRight(string(rest), " "))
		}
		if may > 0 {
			n = may
		}
		lines = append(lines, strings.TrimRight(string(rest[:n]), " "))
		for rest = rest[n:]; len(rest) > 0 && rest[0] == ' '; {
			rest = rest[1:]
		}
	}
}
