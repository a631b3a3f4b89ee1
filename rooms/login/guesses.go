package login

import (
	_ "embed"
	"math"
	"strings"
	"unicode"

	"github.com/trustelem/zxcvbn/frequency"
)

// commonText has words and passwords that are common in China, the commonest of
// each line first; the lists of package frequency know English only.
//
//go:embed common.txt
var commonText string

// looked is how many characters of a password are looked at: what follows can
// only make it stronger.
const looked = 64

// guessing is an estimate at work: how few guesses, as a power of two, lead to
// each part of a text. A guesser is taken to know how people make passwords:
// words, dates, runs of the keyboard, pinyin, and that one after the other. The
// method is that of zxcvbn (D. L. Wheeler, USENIX Security 2016).
type guessing struct {
	text  []rune
	lower []rune
	cost  [][]float64 // by begin and end; infinite if the part is nothing known
	whole bool        // the text as a whole is in a list
}

// join is what it costs to guess that another part follows.
const join = 1

// guesses estimates the guesses for a text as a power of two. common tells that
// it is, as a whole, a word or a password that many use.
func guesses(text string, about []string) (bits float64, common bool) {
	g := &guessing{text: []rune(text)}
	g.text = g.text[:min(len(g.text), looked)]
	n := len(g.text)
	g.lower = []rune(strings.ToLower(string(g.text)))
	if len(g.lower) != n { // of letters that grow: keep places equal
		g.lower = g.text
	}
	g.cost = make([][]float64, n)
	for i := range n {
		g.cost[i] = make([]float64, n+1)
		for j := range g.cost[i] {
			g.cost[i][j] = math.Inf(1)
		}
		g.cost[i][i+1] = character(g.text[i])
	}
	g.words(about)
	g.whole = g.whole && n == len([]rune(text))
	g.pinyin()
	g.sequences()
	g.keyboard()
	g.digits()
	g.repeats()
	return g.path(0, n), g.whole
}

// path is the cheapest way through a part of the text.
func (g *guessing) path(from, to int) float64 {
	best := make([]float64, to-from+1)
	for j := from + 1; j <= to; j++ {
		best[j-from] = g.cost[from][j]
		for i := from + 1; i < j; i++ {
			best[j-from] = min(best[j-from], best[i-from]+join+g.cost[i][j])
		}
	}
	return best[to-from]
}

func (g *guessing) learn(i, j int, bits float64) {
	g.cost[i][j] = min(g.cost[i][j], bits)
}

// character is what a single one costs that stands in no known part.
func character(r rune) float64 {
	switch {
	case r >= '0' && r <= '9':
		return 3.3
	case r >= 'a' && r <= 'z':
		return 4.7
	case r >= 'A' && r <= 'Z':
		return 5.7
	case strings.ContainsRune(" -_.,", r):
		return 2
	case unicode.Is(unicode.Han, r):
		return 9
	case r < unicode.MaxASCII:
		return 5
	}
	return 8
}

// part is where a word may stand, and what it costs that it is written so.
type part struct {
	i, j int
	bits float64
}

// words finds words of the lists, also with other letters for some ("p@ssw0rd")
// and backwards. The text's parts are looked up in the lists' order, so that no
// dictionary has to be kept in memory for something that happens once a year.
func (g *guessing) words(about []string) {
	parts := map[string][]part{}
	var begin [256][256]bool // how parts begin: most words of the lists need no more than a look here
	for _, v := range g.variants() {
		for i := range v.text {
			for j := i + 1; j <= min(i+24, len(v.text)); j++ {
				p := part{i, j, v.bits + g.capitals(i, j)}
				if v.backwards {
					p.i, p.j = len(v.text)-j, len(v.text)-i
					p.bits = v.bits + g.capitals(p.i, p.j)
				}
				s := string(v.text[i:j])
				parts[s] = append(parts[s], p)
				if len(s) > 1 {
					begin[s[0]][s[1]] = true
				}
			}
		}
	}
	learn := func(word string, rank int) (whole bool) {
		if len(word) < 2 || !begin[word[0]][word[1]] {
			return false
		}
		for _, p := range parts[word] {
			g.learn(p.i, p.j, max(1, math.Log2(float64(rank+1)))+p.bits)
			whole = whole || p.i == 0 && p.j == len(g.text)
		}
		return whole
	}
	for _, list := range frequency.FrequencyLists {
		for rank, word := range list {
			if len(word) > 2 && learn(word, rank+1) {
				g.whole = true
			}
		}
	}
	for line := range strings.Lines(commonText) {
		for rank, word := range strings.Fields(line) {
			if learn(word, rank+8) {
				g.whole = true
			}
		}
	}
	for _, word := range about {
		learn(word, 1)
	}
}

type variant struct {
	text      []rune
	bits      float64
	backwards bool
}

// variants are the ways in which the text may hide words.
func (g *guessing) variants() []variant {
	all := []variant{{text: g.lower}}
	for _, one := range []rune{'i', 'l'} {
		if plain := unleet(g.lower, one); string(plain) != string(g.lower) {
			all = append(all, variant{text: plain, bits: 2})
		}
	}
	backwards := make([]rune, len(g.lower))
	for i, r := range g.lower {
		backwards[len(backwards)-1-i] = r
	}
	return append(all, variant{text: backwards, bits: 1, backwards: true})
}

// unleet puts letters back for the signs that stand in for them.
func unleet(text []rune, one rune) []rune {
	plain := make([]rune, len(text))
	for i, r := range text {
		switch r {
		case '@', '4':
			r = 'a'
		case '0':
			r = 'o'
		case '1', '!', '|':
			r = one
		case '3':
			r = 'e'
		case '$', '5':
			r = 's'
		case '7', '+':
			r = 't'
		case '8':
			r = 'b'
		case '9':
			r = 'g'
		}
		plain[i] = r
	}
	return plain
}

// capitals is what it costs to guess which letters of a part are large: little
// for the first one or for all.
func (g *guessing) capitals(i, j int) float64 {
	n := 0
	for _, r := range g.text[i:j] {
		if unicode.IsUpper(r) {
			n++
		}
	}
	switch {
	case n == 0:
		return 0
	case n == j-i || n == 1 && unicode.IsUpper(g.text[i]):
		return 1
	}
	return float64(min(n, j-i-n)) + 2
}
