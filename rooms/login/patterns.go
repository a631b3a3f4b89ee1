package login

import (
	"math"
	"strings"
	"time"
	"unicode"
)

// pinyin finds runs of syllables: each is one of 400, and few are common.
func (g *guessing) pinyin() {
	const syllable = 5.5
	syllables, _ := pinyin()
	n := len(g.text)
	for from := range n {
		count := make([]int, n+1) // fewest syllables up to here; 0: none
		for i := from; i < n; i++ {
			if i > from && count[i] == 0 {
				continue
			}
			for j := i + 1; j <= min(i+longestSyllable, n); j++ {
				if !syllables[string(g.lower[i:j])] {
					continue
				}
				if k := count[i] + 1; count[j] == 0 || k < count[j] {
					count[j] = k
					g.learn(from, j, 1+syllable*float64(k)+g.capitals(from, j))
				}
			}
		}
	}
}

// sequences finds "abcd", "9876", "2468".
func (g *guessing) sequences() {
	counted := func(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' }
	for i := range g.lower {
		if i+2 >= len(g.lower) || !counted(g.lower[i]) {
			continue
		}
		step := g.lower[i+1] - g.lower[i]
		if step == 0 || step < -2 || step > 2 {
			continue
		}
		for j := i + 1; j < len(g.lower) && counted(g.lower[j]) && g.lower[j]-g.lower[j-1] == step; j++ {
			if j-i >= 2 {
				g.learn(i, j+1, 4+math.Log2(float64(j+1-i))+g.capitals(i, j+1))
			}
		}
	}
}

// walks are ways over the keyboard and over its block of digits, as fingers go.
var walks = []string{
	"`1234567890-=", "qwertyuiop[]asdfghjkl;'zxcvbnm,./", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
	"qazwsxedcrfvtgbyhnujmikolp", "zaq1xsw2cde3vfr4bgt5nhy6mju7", "zaq12wsxcde34rfvbgt56yhn",
	"1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "a1s2d3f4g5h6j7k8l9", "qawsedrftgyhujikolp", "1a2b3c4d5e6f7g8h9i", "a1b2c3d4e5f6g7h8i9",
	"147258369", "1472583690", "789456123", "7894561230", "159357", "741852963", "123654789", "14789632", "aassddffgghhjjkkll", "qqwweerrttyyuuiioopp",
	"112233445566778899", "11223344556677889900", "asdzxcqwe", "qweasdzxc", "qwerasdfzxcv", "1234qwerasdfzxcv",
}

// shifted are the signs above the digits.
const shifted = ")!@#$%^&*("

// keyboard finds pieces of walks, there or back.
func (g *guessing) keyboard() {
	keys := []rune(strings.Map(func(r rune) rune {
		if i := strings.IndexRune(shifted, r); i >= 0 {
			return '0' + rune(i)
		}
		return r
	}, string(g.lower)))
	back := []rune(reversed(string(keys)))
	n := len(keys)
	for i := range n {
		for j := i + 4; j <= n; j++ {
			there, andBack := string(keys[i:j]), string(back[n-j:n-i])
			found := false
			for _, w := range walks {
				found = found || strings.Contains(w, there) || strings.Contains(w, andBack)
			}
			if !found {
				break
			}
			cost := 5 + math.Log2(float64(j-i)) + g.capitals(i, j)
			if there != string(g.lower[i:j]) {
				cost += 2
			}
			g.learn(i, j, cost)
		}
	}
}

// Numbers that people have: their cost is that of the first guesses of somebody
// who knows the person.
const (
	yearBits   = 6  // of the last ninety, mostly
	dayBits    = 8  // of a year
	personBits = 17 // mobile number, identity card
)

// digits finds years, dates, mobile numbers and numbers of identity cards.
func (g *guessing) digits() {
	for i := range g.text {
		for _, size := range []int{4, 6, 8, 11, 18} {
			j := i + size
			if j > len(g.text) {
				break
			}
			s := strings.ToLower(string(g.text[i:j]))
			if strings.ContainsFunc(strings.TrimSuffix(s, "x"), func(r rune) bool { return r < '0' || r > '9' }) || s[0] == 'x' {
				break
			}
			switch {
			case size == 4 && isDate("2006", s):
				g.learn(i, j, yearBits)
			case size == 4 && isDate("20060102", "2000"+s): // a leap year
				g.learn(i, j, dayBits)
			case size == 6 && (isDate("060102", s) || isDate("020106", s)):
				g.learn(i, j, yearBits+dayBits)
			case size == 6 && isDate("200601", s):
				g.learn(i, j, yearBits+4)
			case size == 8 && (isDate("20060102", s) || isDate("02012006", s) || isDate("01022006", s)):
				g.learn(i, j, yearBits+dayBits)
			case size == 11 && s[0] == '1' && s[1] >= '3', size == 18 && isDate("20060102", s[6:14]):
				g.learn(i, j, personBits)
			}
		}
	}
}

func isDate(layout, s string) bool {
	t, err := time.Parse(layout, s)
	return err == nil && (t.Year() >= 1930 && t.Year() < 2040)
}

// repeats finds what is written again and again: "aaaa", "abcabc".
func (g *guessing) repeats() {
	n := len(g.lower)
	for size := 1; size <= n/2; size++ {
		for i := 0; i+2*size <= n; i++ {
			block := -1.0
			for j := i + size; j+size <= n && string(g.lower[j:j+size]) == string(g.lower[i:i+size]); j += size {
				if block < 0 {
					block = g.path(i, i+size)
				}
				g.learn(i, j+size, block+math.Log2(float64((j-i)/size+1))+g.capitals(i, j+size))
			}
		}
	}
}

func reversed(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// letters is a text without what only stands between words.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
