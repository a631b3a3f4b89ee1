package certificate

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"avhub/recorder/certificate/pdf"
)

// longest is how many characters of one text are printed; behind that stands how many
// there are. No office takes texts of that length.
const longest = 20000

// shown is a text as the font can print it: what it cannot show, what is invisible and
// what would change the order of other characters stands as its number, [U+202E]. Line
// ends stay where they may.
func shown(f *pdf.Font, text string, lines bool) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	count := 0
	for i, r := range text {
		if count == longest {
			fmt.Fprintf(&b, "……[共 %d 字 characters]", utf8.RuneCountInString(text))
			break
		}
		count++
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			fmt.Fprintf(&b, "[0x%02X]", text[i]) // no UTF-8
		case r == '\n' && lines, r == ' ', r > ' ' && f.Has(r) && !blank(r):
			b.WriteRune(r)
		case r == '\t' && lines, r == '\u3000':
			b.WriteString("  ")
		default:
			fmt.Fprintf(&b, "[U+%04X]", r)
		}
	}
	return b.String()
}

// blank tells whether a character is one of those that the font has and that show
// nothing, or change how others stand.
func blank(r rune) bool {
	return r == 0xa0 || r == 0xad || r >= 0x7f && r < 0xa0 || r >= 0x2000 && r <= 0x200f || r >= 0x2028 && r <= 0x202f || r >= 0x205f && r <= 0x206f
}
