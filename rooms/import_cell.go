package rooms

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What spreadsheets make of dates and times when they save them, and what people
// write. Days before months (5/3/2021) are not read: they cannot be told from
// months before days.
var (
	dateForm    = regexp.MustCompile(`^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$`)
	dateDigits  = regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)$`)
	clockForm   = regexp.MustCompile(`^(上午|下午)?(\d{1,2})(?::(\d\d)(?::00)?|[时点](?:(\d{1,2})分)?)(am|pm)?$`)
	minutesForm = regexp.MustCompile(`^(\d{1,5})(?:分钟|分|min|minutes)?$`)
	hoursForm   = regexp.MustCompile(`^(\d{1,2}(?:\.\d{1,2})?)(?:小时|h|hours?)$`)
	bothForm    = regexp.MustCompile(`^(\d{1,2})(?::|小时)(\d{1,2})(?::00|分钟|分)?$`)
)

// parseDate reads 2021-03-05, 2021/3/5, 2021.3.5, 2021年3月5日 and 20210305.
func parseDate(cell string) (y int, m time.Month, d int, ok bool) {
	cell = SearchKey(cell)
	part := dateForm.FindStringSubmatch(cell)
	if part == nil {
		part = dateDigits.FindStringSubmatch(cell)
	}
	if part == nil {
		return 0, 0, 0, false
	}
	y, d = number(part[1]), number(part[3])
	m = time.Month(number(part[2]))
	got := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return y, m, d, got.Year() == y && got.Month() == m && got.Day() == d
}

// parseClock reads 9:00, 09:00:00, 9：00, 9时30分, 9点, 下午2:30 and 2:30 PM.
func parseClock(cell string) (hour, minute int, ok bool) {
	part := clockForm.FindStringSubmatch(SearchKey(cell))
	if part == nil {
		return 0, 0, false
	}
	hour, minute = number(part[2]), number(part[3]+part[4])
	if half := part[1] + part[5]; half != "" {
		if hour < 1 || hour > 12 || part[1] != "" && part[5] != "" {
			return 0, 0, false
		}
		if hour %= 12; half == "下午" || half == "pm" {
			hour += 12
		}
	}
	return hour, minute, hour < 24 && minute < 60
}

// parseMinutes reads 90, 90分钟, 1.5小时, 1:30 and 1小时30分.
func parseMinutes(cell string) (minutes int, ok bool) {
	cell = SearchKey(cell)
	if part := minutesForm.FindStringSubmatch(cell); part != nil {
		return number(part[1]), true
	}
	if part := hoursForm.FindStringSubmatch(cell); part != nil {
		hours, err := strconv.ParseFloat(part[1], 64)
		return int(hours*60 + 0.5), err == nil
	}
	if part := bothForm.FindStringSubmatch(cell); part != nil && number(part[2]) < 60 {
		return number(part[1])*60 + number(part[2]), true
	}
	return 0, false
}

// number reads a few digits; none are 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// split cuts a list at any of the separators and leaves out what is empty.
func split(list, separators string) []string {
	var items []string
	for _, item := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// cutAny cuts a text at the first of the separators.
func cutAny(s, separators string) (before, after string, found bool) {
	for i, r := range s {
		if strings.ContainsRune(separators, r) {
			return s[:i], s[i+len(string(r)):], true
		}
	}
	return s, "", false
}
