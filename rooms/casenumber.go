package rooms

import (
	"fmt"
	"strings"
)

// CaseNumber is a case's number 案号, such as （2021）黑11民初23号. Its form is that
// of the Supreme People's Court's rules on case numbers, 法〔2015〕137号, articles
// 2 to 10: year in brackets, code of the court, code of the type, number, 号.
//
//	n, err := rooms.ParseCaseNumber("(2021) 黑 11 民初 23 号")
//	n.String() // （2021）黑11民初23号
//
// The zero value is no number; it prints as an empty text.
type CaseNumber struct {
	Year   int    // the case was accepted in, 2000 to 2099
	Court  string // code of the court: 最高法, 黑, 黑11, 黑1102
	Type   string // code of the type: 民初, 刑终, 执保; 1 to 4 characters
	Number int    // 1 to 99,999,999
	Sub    int    // 之一 is 1, up to 99; 0: none
}

// IsZero tells whether there is no number.
func (n CaseNumber) IsZero() bool { return n == CaseNumber{} }

// String is the number in its official form.
func (n CaseNumber) String() string {
	if n.IsZero() {
		return ""
	}
	s := fmt.Sprintf("（%d）%s%s%d号", n.Year, n.Court, n.Type, n.Number)
	if n.Sub > 0 {
		s += "之" + hanNumber(n.Sub)
	}
	return s
}

// Execution tells whether it is a case of the execution department, 执行.
func (n CaseNumber) Execution() bool { return strings.HasPrefix(n.Type, "执") }

// MarshalText writes the official form: in JSON a number is a string.
func (n CaseNumber) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads any form that [ParseCaseNumber] reads; an empty text is no
// number.
func (n *CaseNumber) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*n = CaseNumber{}
		return nil
	}
	parsed, err := ParseCaseNumber(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// SearchKey is the number as it is searched in: the official form without its
// brackets. What [SearchKey] makes of a part of the number, however it was typed,
// is a part of this.
func (n CaseNumber) SearchKey() string { return SearchKey(n.String()) }

// SearchKey is a text as it is searched for and in: half-width small letters,
// digits and signs, without brackets and blanks. "2021 黑11民初23", "民初２３" and
// "（2021）黑11" each are a part of the key of （2021）黑11民初23号; "民初23号" is a
// part of that, and not of number 230's.
func SearchKey(text string) string {
	return strings.Map(func(r rune) rune {
		if r = fold(r); r == ' ' || r == '(' || r == ')' {
			return -1
		}
		return r
	}, text)
}

var hanDigits = []rune("零一二三四五六七八九")

// hanNumber writes 1 to 99 in Chinese: 一, 十, 十二, 二十, 九十九.
func hanNumber(n int) string {
	s := ""
	if n >= 20 {
		s = string(hanDigits[n/10])
	}
	if n >= 10 {
		s += "十"
	}
	if n%10 > 0 {
		s += string(hanDigits[n%10])
	}
	return s
}
