package login

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MinPassword is the shortest password in characters (code points). Length and
// not being guessable are asked for, not kinds of characters (OWASP ASVS 5.0,
// 6.2.1, 6.2.5).
const MinPassword = 10

// Weak says why a password is not taken. It is an error, and a code for which
// pages have their own words.
type Weak string

// Reasons.
const (
	TooShort  Weak = "too_short" // under MinPassword
	TooLong   Weak = "too_long"  // over MaxPassword
	NotText   Weak = "not_text"  // no valid UTF-8
	Personal  Weak = "personal"  // has a name of its owner or of the court in it
	HouseWord Weak = "house_word"
	Common    Weak = "common"    // in a list of passwords and words that many use
	Guessable Weak = "guessable" // made of such, of dates, of runs of the keyboard
)

func (w Weak) Error() string {
	const advice = "take a few words that do not belong together"
	switch w {
	case TooShort:
		return fmt.Sprintf("too_short: use at least %d characters; %s", MinPassword, advice)
	case TooLong:
		return fmt.Sprintf("too_long: use at most %d bytes", MaxPassword)
	case NotText:
		return "not_text: it is no valid UTF-8"
	case Personal:
		return "personal: leave out your names and the court's, also in pinyin"
	case HouseWord:
		return "house_word: leave out " + strings.Join(houseWords, ", ")
	case Common:
		return "common: many people use it; " + advice
	}
	return "guessable: it is too easy to guess; " + advice
}

// houseWords must not stand in a password, as a guesser tries them first here
// (OWASP ASVS 5.0, 6.1.2, 6.2.11). The court's own name comes with each check.
var houseWords = []string{"avhub", "court", "judge", "fayuan", "faguan", "tingshen", "shenpan", "法院", "法官", "庭审", "审判"}

// scores are the guesses, as powers of two, from which on a password scores 1
// to 4. At 2^28 the hub's throttle lets through one guess in a thousand years,
// and argon2id keeps one processor busy for some 70 days.
var scores = [...]float64{10, 20, 28, 40}

// MinScore is that of the weakest password that is taken.
const MinScore = 3

// Weigh scores a password from 0 (guessed at once) to 4, and says all that
// speaks against it: nothing if the score is [MinScore] or more. about are names
// that a guesser would try: what its owner logs in with, their full name, the
// court's name and id.
func Weigh(password string, about ...string) (score int, weak []Weak) {
	switch { // what is not worth looking into
	case len(password) > MaxPassword:
		return 0, []Weak{TooLong}
	case !utf8.ValidString(password):
		return 0, []Weak{NotText}
	}
	if utf8.RuneCountInString(password) < MinPassword {
		weak = append(weak, TooShort)
	}
	var names []string
	for _, a := range about {
		names = append(names, namesIn(a)...)
	}
	if holds(password, names) {
		weak = append(weak, Personal)
	}
	if holds(password, houseWords) {
		weak = append(weak, HouseWord)
	}
	bits, common := guesses(password, append(names, houseWords...))
	for _, from := range scores {
		if bits >= from {
			score++
		}
	}
	switch {
	case common:
		weak = append(weak, Common)
	case score < MinScore:
		weak = append(weak, Guessable)
	}
	if len(weak) > 0 {
		score = min(score, MinScore-1)
	}
	return score, weak
}

// CheckPassword tells whether a password may be taken; the error is a [Weak],
// the first reason of those that [Weigh] finds.
func CheckPassword(password string, about ...string) error {
	if _, weak := Weigh(password, about...); len(weak) > 0 {
		return weak[0]
	}
	return nil
}

// holds tells whether a password has one of the words in it, whatever stands
// between the letters, and with signs for letters too.
func holds(password string, words []string) bool {
	forms := []string{letters(password)}
	for _, one := range []rune{'i', 'l'} {
		forms = append(forms, letters(string(unleet([]rune(strings.ToLower(password)), one))))
	}
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.ContainsFunc(forms, func(f string) bool { return strings.Contains(f, w) })
	})
}

// shortestName in letters that is looked for: shorter ones stand in too many
// words by chance.
const shortestName = 4

// namesIn are the forms in which a name stands in passwords: 王建国 as it is,
// 建国, wangjianguo, jianguowang, jianguo; 黑河市中级人民法院 as 黑河, heihe.
func namesIn(name string) (forms []string) {
	latin := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.Is(unicode.Han, r)
	})
	for _, word := range append(latin, strings.Join(latin, "")) {
		if utf8.RuneCountInString(word) >= shortestName {
			forms = append(forms, word)
		}
	}
	for _, han := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
		forms = append(forms, hanForms(han)...)
	}
	return forms
}

// hanForms are those of a name in Chinese characters.
func hanForms(name string) (forms []string) {
	n := utf8.RuneCountInString(name)
	if n < 2 {
		return nil
	}
	person := n <= 4
	if !person { // an office: what counts is its place
		for _, kind := range []string{"自治", "省", "市", "县", "区", "州", "盟", "旗", "中级", "高级", "基层", "人民"} {
			if place, _, found := strings.Cut(name, kind); found && utf8.RuneCountInString(place) >= 2 {
				name = place
			}
		}
	}
	forms = []string{name}
	for syllables := range romanized(name) {
		forms = append(forms, strings.Join(syllables, ""))
		if given := strings.Join(syllables[1:], ""); person && len(syllables) > 2 {
			forms = append(forms, given, given+syllables[0])
		} else if person {
			forms = append(forms, given+syllables[0])
		}
	}
	if person && n > 2 {
		forms = append(forms, string([]rune(name)[1:]))
	}
	return slices.DeleteFunc(forms, func(f string) bool { return len(f) < shortestName })
}
