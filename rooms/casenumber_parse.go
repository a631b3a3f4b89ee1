package rooms

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CaseNumberPart is a part of a case number.
type CaseNumberPart string

// Parts of a case number, in their order.
const (
	YearPart   CaseNumberPart = "year"
	CourtPart  CaseNumberPart = "court"
	TypePart   CaseNumberPart = "type"
	NumberPart CaseNumberPart = "number"
	EndPart    CaseNumberPart = "end"
	SubPart    CaseNumberPart = "sub"
)

// CaseNumberError says which part of a text keeps it from being a case number.
type CaseNumberError struct {
	Part CaseNumberPart
	What string
}

func (e CaseNumberError) Error() string {
	return fmt.Sprintf("no case number: %s: %s", e.Part, e.What)
}

// Bounds of a case number.
const (
	maxCaseNumber = 64 // characters as typed, blanks included
	firstCaseYear = 2000
	lastCaseYear  = 2099
	maxTypeCode   = 4 // the rule says 3; codes such as 民诉前调 are in use
	maxNumber     = 8 // digits; a review of a death sentence has 8 drawn by lot (article 10)
	maxSub        = 99
)

// highCourts are the codes of the high courts (article 4), from which those of
// the courts under them are made: 31 provinces, the army, the Corps in Xinjiang.
const highCourts = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新军兵"

const supremeCourt = "最高法"

// ParseCaseNumber reads a case number: with brackets of any kind and width, or
// without, and with blanks anywhere. The 号 at its end must be there: it shows that
// nothing was cut off. Numbers of the form used until 2015 (（2014）黑中民终字第23号)
// are refused. Errors are of type [CaseNumberError].
func ParseCaseNumber(text string) (CaseNumber, error) {
	if utf8.RuneCountInString(text) > maxCaseNumber {
		return CaseNumber{}, CaseNumberError{EndPart, fmt.Sprintf("the text is longer than %d characters", maxCaseNumber)}
	}
	rest := strings.Map(func(r rune) rune {
		if r = fold(r); r == ' ' {
			return -1
		}
		return r
	}, text)
	var n CaseNumber
	for _, part := range []func(*CaseNumber, string) (string, error){parseYear, parseCourt, parseType, parseNumber, parseSub} {
		var err error
		if rest, err = part(&n, rest); err != nil {
			return CaseNumber{}, err
		}
	}
	return n, nil
}

func parseYear(n *CaseNumber, s string) (string, error) {
	s, opened := strings.CutPrefix(s, "(")
	year, s := cutDigits(s)
	s, closed := strings.CutPrefix(s, ")")
	switch {
	case year == "":
		return "", CaseNumberError{YearPart, "begin with the year in brackets: （2021）…"}
	case opened != closed:
		return "", CaseNumberError{YearPart, "one of its two brackets is missing"}
	case len(year) != 4:
		return "", CaseNumberError{YearPart, fmt.Sprintf("%s is not a year of four digits", cut(year))}
	}
	n.Year, _ = strconv.Atoi(year)
	if n.Year < firstCaseYear || n.Year > lastCaseYear {
		return "", CaseNumberError{YearPart, fmt.Sprintf("%s is not between %d and %d", year, firstCaseYear, lastCaseYear)}
	}
	return s, nil
}

func parseCourt(n *CaseNumber, s string) (string, error) {
	if strings.Contains(s, "字第") {
		return "", CaseNumberError{TypePart, "…字第…号 is the form used until 2015: enter the number that the case has now"}
	}
	if rest, ok := strings.CutPrefix(s, supremeCourt); ok {
		n.Court = supremeCourt
		return rest, nil
	}
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || !strings.ContainsRune(highCourts, r) {
		return "", CaseNumberError{CourtPart, fmt.Sprintf("%q is not the code of a court, such as 最高法, 黑, 黑11 or 黑1102", cut(s))}
	}
	digits, rest := cutDigits(s[size:])
	n.Court = string(r) + digits
	switch len(digits) {
	case 0, 2, 4:
		return rest, nil
	}
	return "", CaseNumberError{CourtPart, fmt.Sprintf("%s: after %c stand no digits (high court), two (intermediate) or four (basic)", cut(n.Court), r)}
}

func parseType(n *CaseNumber, s string) (string, error) {
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.Is(unicode.Han, r) || strings.ContainsRune("第号之", r) })
	if end < 0 {
		end = len(s)
	}
	n.Type = s[:end]
	switch length := utf8.RuneCountInString(n.Type); {
	case length == 0:
		return "", CaseNumberError{TypePart, fmt.Sprintf("after the court %s comes the type, such as 民初, 刑终 or 执", n.Court)}
	case length > maxTypeCode:
		return "", CaseNumberError{TypePart, fmt.Sprintf("%s is longer than %d characters", cut(n.Type), maxTypeCode)}
	}
	return s[end:], nil
}

func parseNumber(n *CaseNumber, s string) (string, error) {
	digits, s := cutDigits(s)
	digits = strings.TrimLeft(digits, "0")
	switch {
	case strings.HasPrefix(s, "第"):
		return "", CaseNumberError{NumberPart, "leave out the 第"}
	case digits == "":
		return "", CaseNumberError{NumberPart, fmt.Sprintf("after the type %s comes the number, from 1", n.Type)}
	case len(digits) > maxNumber:
		return "", CaseNumberError{NumberPart, fmt.Sprintf("%s has more than %d digits", cut(digits), maxNumber)}
	case s == "":
		return "", CaseNumberError{EndPart, "the 号 at the end is missing: was the number cut off?"}
	case strings.ContainsRune("、,-~至", firstRune(s)):
		return "", CaseNumberError{NumberPart, "enter the number of one case only"}
	}
	n.Number, _ = strconv.Atoi(digits)
	rest, ok := strings.CutPrefix(s, "号")
	if !ok {
		return "", CaseNumberError{EndPart, fmt.Sprintf("after %s comes 号, not %q", digits, cut(s))}
	}
	return rest, nil
}

// parseSub reads what may follow 号: 之一, 之1 or -1.
func parseSub(n *CaseNumber, s string) (string, error) {
	if s == "" {
		return "", nil
	}
	sub, ok := strings.CutPrefix(s, "之")
	if !ok {
		sub, ok = strings.CutPrefix(s, "-")
	}
	if !ok {
		return "", CaseNumberError{EndPart, fmt.Sprintf("after 号 nothing may follow but 之一, 之二 …, not %q", cut(s))}
	}
	for i := 1; i <= maxSub; i++ {
		if sub == hanNumber(i) || sub == strconv.Itoa(i) {
			n.Sub = i
			return "", nil
		}
	}
	return "", CaseNumberError{SubPart, fmt.Sprintf("%q is not a number from 一 to %s", cut(sub), hanNumber(maxSub))}
}

// fold maps full-width letters, digits and signs to half-width ones, all kinds
// of round and square brackets to ( and ), and all blanks to a space.
func fold(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	switch {
	case strings.ContainsRune("[〔【［", r):
		return '('
	case strings.ContainsRune("]〕】］", r):
		return ')'
	case strings.ContainsRune("—–－", r):
		return '-'
	case unicode.IsSpace(r):
		return ' '
	}
	return unicode.ToLower(r)
}

func cutDigits(s string) (digits, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// cut shortens what an error shows of a text.
func cut(s string) string {
	const shown = 12
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}
