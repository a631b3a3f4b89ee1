package rooms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// lookups is a small court: two courtrooms, three judges, a clerk and others.
func lookups() ImportLookups {
	sites := map[string]Site{
		"第一法庭": {ID: "court-1", Court: "heihe", Name: "第一法庭", Kind: Courtroom},
		"第二法庭": {ID: "court-2", Court: "heihe", Name: "第二法庭", Kind: Courtroom},
	}
	users := map[string]User{
		"zhao": {ID: "u1", FullName: "赵审判长", Grants: []Grant{{Role: Judge, Court: "heihe"}}},
		"qian": {ID: "u2", FullName: "钱审判员", Grants: []Grant{{Role: Judge, Court: "heihe"}}},
		"li":   {ID: "u4", FullName: "李审判员", Grants: []Grant{{Role: Judge, Court: "heihe"}}},
		"sun":  {ID: "u3", FullName: "孙书记员", Grants: []Grant{{Role: Clerk, Court: "heihe"}}},
		"gone": {ID: "u5", FullName: "离职", Disabled: true, Grants: []Grant{{Role: Judge, Court: "heihe"}}},
	}
	return ImportLookups{
		Court: "heihe",
		Site: func(name string) (Site, bool) {
			for _, s := range sites {
				if s.Name == name || s.ID == name {
					return s, true
				}
			}
			return Site{}, false
		},
		User: func(name string) (User, bool) { u, ok := users[name]; return u, ok },
	}
}

const heads = "案号,案由,日期,开始时间,时长,法庭,类型,是否公开,审判长,审判员,人民陪审员,书记员,当事人,外部编号\n"

func parse(text string) ([]ImportRow, []ImportProblem) {
	return ParseHearings(strings.NewReader(text), DefaultImportLimits, lookups())
}

func TestAListOfHearingsIsRead(t *testing.T) {
	t.Parallel()
	rows, problems := parse(heads +
		"(2021)黑11民初23号,买卖合同纠纷,2021/3/5,9:00,120,第一法庭,庭审,是,zhao,qian、li,张陪审,sun,原告:张三、王五;被告：李四,ext-1\n" +
		"\n,,,,,,,,,,,,,\n" +
		"（2021）黑11刑初1号,,2021年3月5日,14时30分,1.5小时,court-2,提讯,,qian,,,sun,\"公诉机关:黑河市人民检察院\n被告人:赵六\",\n" +
		",,20210306,下午2点,1:30,,会议,否,zhao,,,,,\n")
	if len(problems) != 0 || len(rows) != 3 {
		t.Fatalf("%+v\n%+v", rows, problems)
	}
	n23, _ := ParseCaseNumber("（2021）黑11民初23号")
	want := ImportRow{
		Line: 2, Number: n23, Cause: "买卖合同纠纷",
		Parties: []Party{{"张三", StandingPlaintiff}, {"王五", StandingPlaintiff}, {"李四", StandingDefendant}},
		Plan: Plan{
			Court: "heihe", Site: "court-1", Kind: KindTrial, Title: "买卖合同纠纷", Start: nine, Minutes: 120, Public: true, Recorded: true, ExternalID: "ext-1",
			Panel: []Member{{"u1", "赵审判长", PartPresidingJudge}, {"u2", "钱审判员", PartJudge}, {"u4", "李审判员", PartJudge}, {"", "张陪审", PartAssessor}, {"u3", "孙书记员", PartClerk}},
		},
	}
	if !reflect.DeepEqual(rows[0], want) {
		t.Errorf("%+v, not\n%+v", rows[0], want)
	}
	second := rows[1]
	if second.Line != 5 || second.Plan.Title != "提讯" || second.Plan.Public || second.Plan.Site != "court-2" || second.Plan.Minutes != 90 ||
		!second.Plan.Start.Equal(time.Date(2021, 3, 5, 6, 30, 0, 0, time.UTC)) || second.Plan.Panel[0].Part != PartJudge ||
		!slices.Equal(second.Parties, []Party{{"黑河市人民检察院", StandingProsecution}, {"赵六", StandingAccused}}) {
		t.Errorf("%+v", second)
	}
	if third := rows[2]; !third.Number.IsZero() || third.Plan.Panel[0].Part != PartChair || third.Plan.Minutes != 90 || !third.Plan.Start.Equal(time.Date(2021, 3, 6, 6, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", third)
	}
}

func TestWhateverSpreadsheetsSave(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(heads, "是否公开", "公开") + "（2021）黑11民初23号,买卖合同纠纷,2021/3/5,9:00:00,120,第一法庭,庭审,是,zhao,,,sun,原告:张三,ext-1\n"
	english := "External ID,Case Number,Cause,Date,Start,Duration,Courtroom,Kind,Public,Presiding Judge,Clerk,Parties\n" +
		"ext-1,(2021)黑11民初23号,买卖合同纠纷,2021-03-05,9:00 AM,120 min,court-1,Trial,yes,zhao,sun,plaintiff: 张三\n"
	want, problems := parse(text)
	if len(want) != 1 || len(problems) != 0 {
		t.Fatal(want, problems)
	}
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String(text)
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, ",", "\t"))
	quoted := strings.ReplaceAll(strings.ReplaceAll(`"`+strings.ReplaceAll(text, ",", `","`), "\n", "\"\n\""), "\n\"\n", "\n")
	for name, file := range map[string]string{
		"with a mark":      "\ufeff" + text,
		"in GB18030":       gb,
		"as Unicode text":  utf16,
		"with CR LF":       strings.ReplaceAll(text, "\n", "\r\n"),
		"without an end":   strings.TrimSpace(text),
		"with semicolons":  strings.ReplaceAll(text, ",", ";"),
		"with tabs":        strings.ReplaceAll(text, ",", "\t"),
		"in quotes":        strings.TrimSuffix(quoted, `"`),
		"with blanks":      strings.ReplaceAll(text, ",", " , "),
		"in English":       english,
		"full-width heads": strings.Replace(text, "案号", "　案号 ", 1),
	} {
		rows, problems := parse(file)
		if len(problems) != 0 || !reflect.DeepEqual(rows, want) {
			t.Errorf("%s: %+v\n%+v", name, rows, problems)
		}
	}
}

func TestEachMistakeIsShownWhereItStands(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"案号": "（2021）黑11民初23号", "案由": "买卖合同纠纷", "日期": "2021-03-05", "开始时间": "09:00", "时长": "120", "法庭": "第一法庭", "类型": "庭审", "是否公开": "是",
		"审判长": "zhao", "审判员": "qian", "人民陪审员": "", "书记员": "sun", "当事人": "原告:张三;被告:李四", "外部编号": "ext-1",
	}
	for name, x := range map[string]struct {
		heading, value string
		code           ImportCode
		what           string // a part of it
	}{
		"no number":               {"案号", "", ImportMissing, "is empty"},
		"half a number":           {"案号", "（2021）黑11民初23", ImportInvalid, "its end is wrong"},
		"a number of 2014":        {"案号", "（2014）黑中民终字第23号", ImportInvalid, "its type is wrong"},
		"a cause in two lines":    {"案由", "\"买卖\n合同\"", ImportInvalid, "cannot be shown"},
		"a long cause":            {"案由", strings.Repeat("长", 201), ImportInvalid, "longer than 200"},
		"a very long cause":       {"案由", strings.Repeat("长", 1001), ImportInvalid, "longer than 1000"},
		"no date":                 {"日期", "", ImportMissing, "is empty"},
		"a day that is none":      {"日期", "2021-02-29", ImportInvalid, "no date"},
		"a date of the wrong end": {"日期", "5/3/2021", ImportInvalid, "no date"},
		"a number as a date":      {"日期", "44260", ImportInvalid, "no date"},
		"a year long ago":         {"日期", "1021-03-05", ImportInvalid, "2000"},
		"no time":                 {"开始时间", "", ImportMissing, "is empty"},
		"a time that is none":     {"开始时间", "25:00", ImportInvalid, "no time"},
		"morning":                 {"开始时间", "上午", ImportInvalid, "no time"},
		"no duration":             {"时长", "", ImportMissing, "is empty"},
		"a duration in words":     {"时长", "很久", ImportInvalid, "no duration"},
		"a duration of nothing":   {"时长", "0", ImportInvalid, "between 1 and 1440"},
		"a duration of a week":    {"时长", "10080", ImportInvalid, "between 1 and 1440"},
		"no such courtroom":       {"法庭", "第九法庭", ImportUnknown, "no site"},
		"no kind":                 {"类型", "", ImportMissing, "is empty"},
		"no such kind":            {"类型", "聚会", ImportInvalid, "no kind"},
		"public, or not":          {"是否公开", "也许", ImportInvalid, "neither yes nor no"},
		"no such judge":           {"审判长", "wukong", ImportUnknown, "no user"},
		"a judge who has left":    {"审判长", "gone", ImportUnknown, "disabled"},
		"a clerk who presides":    {"审判长", "sun", ImportInvalid, "role judge"},
		"a judge twice":           {"审判员", "zhao", ImportInvalid, "twice"},
		"a judge as clerk":        {"书记员", "li", ImportInvalid, "role clerk"},
		"a party without a side":  {"当事人", "张三", ImportInvalid, "how the party stands"},
		"a party on no side":      {"当事人", "老板:张三", ImportInvalid, "no standing"},
		"a party twice":           {"当事人", "原告:张三、张三", ImportInvalid, "twice"},
		"a party with a turn":     {"当事人", "原告:张\u202e三", ImportInvalid, "cannot be shown"},
		"an id with a bell":       {"外部编号", "a\ab", ImportInvalid, "cannot be shown"},
	} {
		headings := strings.Split(strings.TrimSpace(heads), ",")
		cells := each(headings, func(h string) string {
			if h == x.heading {
				return x.value
			}
			return good[h]
		})
		rows, problems := parse(heads + strings.Join(cells, ",") + "\n")
		if len(rows) != 0 || len(problems) != 1 {
			t.Errorf("%s: %+v, %+v", name, rows, problems)
			continue
		}
		p := problems[0]
		if p.Line != 2 || p.Column != slices.Index(headings, x.heading)+1 || p.Heading != x.heading || p.Code != x.code || !p.Code.Valid() || !strings.Contains(p.What, x.what) || p.Fix == "" || p.Warning || len([]rune(p.Value)) > 13 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	// A conference has no judges, a meeting cannot be public.
	_, problems := parse(heads + ",例会,2021-03-05,09:00,60,,会议,是,zhao,qian,,,,\n")
	if len(problems) != 2 || problems[0].Heading != "是否公开" || problems[1].Heading != "审判员" {
		t.Errorf("%+v", problems)
	}
}

func TestFilesThatAreNoLists(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		file string
		code ImportCode
		line int
	}{
		"nothing":               {"", ImportNoHeadings, 1},
		"a letter":              {"尊敬的院长:\n您好\n", ImportNoHeadings, 1},
		"a workbook":            {"PK\x03\x04\x14\x00", ImportWorkbook, 0},
		"an old workbook":       {"\xd0\xcf\x11\xe0\xa1\xb1", ImportWorkbook, 0},
		"a picture":             {"\x89PNG\r\n\x1a\n\x00\x00\x00\xff\xff", ImportEncoding, 0},
		"binary":                {"案号,日期\n\x00\x00", ImportEncoding, 0},
		"broken UTF-8":          {"\ufeff案号,日期\n\xff\xfe", ImportEncoding, 0},
		"odd UTF-16":            {"\xff\xfea\x00b", ImportEncoding, 0},
		"too large":             {strings.Repeat("a", 1<<20+1), ImportTooLarge, 0},
		"without the date":      {"案号,开始时间,时长,类型\n", ImportMissing, 1},
		"the date twice":        {"案号,日期,开庭日期,开始时间,时长,类型\n", ImportDuplicate, 1},
		"a mark where none can": {heads + "（2021）黑11民初23号,张\"三,\n", ImportQuotes, 2},
		"a mark without end":    {heads + "\"（2021）黑11民初23号,\n", ImportQuotes, 2},
		"a mark in the heads":   {"案号,日\"期\n", ImportNoHeadings, 1},
		"more cells than heads": {"日期,开始时间,时长,类型\n2021-03-05,09:00,60,会议,多\n", ImportInvalid, 2},
	} {
		rows, problems := parse(x.file)
		if len(rows) != 0 || len(problems) != 1 || problems[0].Code != x.code || problems[0].Line != x.line || !ImportFailed(problems) {
			t.Errorf("%s: %+v, %+v", name, rows, problems)
		}
	}
	_, problems := ParseHearings(iotest.ErrReader(errors.New("connection reset")), DefaultImportLimits, lookups())
	if len(problems) != 1 || problems[0].Code != ImportUnreadable || !strings.Contains(problems[0].What, "connection reset") {
		t.Errorf("%+v", problems)
	}
	rows, problems := parse("日期,开始时间,时长,类型,天气\n2021-03-05,09:00,60,会议,晴\n")
	if len(rows) != 1 || len(problems) != 1 || problems[0].Code != ImportUnknownColumn || ImportFailed(problems) {
		t.Errorf("a column too many: %+v, %+v", rows, problems)
	}
}

func TestAMistakeThatIsInNoCell(t *testing.T) {
	t.Parallel()
	l := lookups()
	l.Court = ""
	rows, problems := ParseHearings(strings.NewReader("天气,日期,开始时间,时长,类型\n晴,2021-03-05,09:00,60,会议\n"), DefaultImportLimits, l)
	if len(rows) != 0 || len(problems) != 2 || problems[1].Line != 2 || problems[1].Column != 0 || !strings.HasPrefix(problems[1].What, "court: ") {
		t.Errorf("%+v, %+v", rows, problems)
	}
	// Judges of equal rank, and nobody who presides: the panel as a whole is wrong.
	_, problems = parse(heads + "（2021）黑11民初23号,纠纷,2021-03-05,09:00,60,,庭审,否,,qian、li,,sun,,\n")
	if len(problems) != 1 || problems[0].Heading != "审判长" || !strings.Contains(problems[0].What, "name one presiding judge") {
		t.Errorf("%+v", problems)
	}
	// A kind without judges names the column that they stand in.
	_, problems = parse(heads + ",例会,2021-03-05,09:00,60,,会议,否,zhao,qian,王人大,,,\n")
	if len(problems) != 2 || problems[0].Heading != "审判员" || problems[1].Heading != "人民陪审员" {
		t.Errorf("%+v", problems)
	}
}

func TestLimitsOfAFile(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("日期,开始时间,时长,类型\n")
	for range 2000 {
		b.WriteString("2021-03-05,09:00,60,会议\n")
	}
	if rows, problems := parse(b.String()); len(rows) != 2000 || len(problems) != 0 {
		t.Errorf("%d rows, %+v", len(rows), problems)
	}
	if _, problems := parse(b.String() + "2021-03-05,09:00,60,会议\n"); len(problems) != 1 || problems[0].Code != ImportTooLarge || problems[0].Line != 2002 {
		t.Errorf("%+v", problems)
	}
	wrong := strings.ReplaceAll(b.String(), "09:00", "morning")
	rows, problems := parse(wrong)
	if n := len(problems); len(rows) != 0 || n != 201 || problems[n-1].Code != ImportMore || !strings.Contains(problems[n-1].What, "1800 more") || problems[0].Line != 2 {
		t.Errorf("%d rows, %d problems, the last %+v", len(rows), n, problems[n-1])
	}
}

func TestFormulasAreText(t *testing.T) {
	t.Parallel()
	rows, problems := parse(heads + "（2021）黑11民初23号,\"=HYPERLINK(\"\"http://x/\"\",\"\"点\"\")\",2021-03-05,09:00,60,第一法庭,庭审,否,zhao,,,sun,原告:=1+1;被告:@SUM(A1),+86\n")
	if len(problems) != 0 || len(rows) != 1 || rows[0].Cause != `=HYPERLINK("http://x/","点")` || rows[0].Parties[0].Name != "=1+1" || rows[0].Parties[1].Name != "@SUM(A1)" || rows[0].Plan.ExternalID != "+86" {
		t.Errorf("%+v, %+v", rows, problems)
	}
}

func TestLinesThatCannotStandTogether(t *testing.T) {
	t.Parallel()
	line := func(number, start, site, judge, id string) string {
		return fmt.Sprintf("（2021）黑11民初%s号,纠纷,2021-03-05,%s,60,%s,庭审,否,%s,,,sun,,%s\n", number, start, site, judge, id)
	}
	busy := scheduled(t, trialPlan()) // court-1, 9 to 11, zhao, ext-1
	for name, x := range map[string]struct {
		lines string
		want  string
		rows  int
	}{
		"good ones":              {line("1", "13:00", "court-1", "zhao", "a") + line("2", "14:00", "court-1", "zhao", "b"), "", 2},
		"one id":                 {line("1", "13:00", "court-1", "zhao", "a") + line("2", "15:00", "court-1", "zhao", "a"), "3 外部编号 duplicate", 1},
		"one case at one time":   {line("1", "13:00", "", "zhao", "a") + line("1", "13:00", "", "qian", "b"), "3 案号 duplicate, 3 书记员 person_clash", 1},
		"one case, two times":    {line("1", "13:00", "", "zhao", "a") + line("1", "15:00", "", "zhao", "b"), "", 2},
		"one courtroom":          {line("1", "13:30", "court-1", "zhao", "a") + line("2", "13:00", "court-1", "qian", "b"), "3 法庭 site_clash, 3 书记员 person_clash", 1},
		"one that is taken":      {line("1", "10:00", "court-1", "qian", "a"), "2 法庭 site_clash, 2 审判长 person_clash, 2 书记员 person_clash", 0},
		"before one that begins": {line("1", "08:30", "court-1", "qian", "a"), "2 法庭 site_clash, 2 审判长 person_clash, 2 书记员 person_clash", 0},
		"the one that is there":  {line("1", "10:00", "court-1", "zhao", "ext-1"), "", 1},
		"a judge who is busy":    {line("1", "10:00", "court-2", "zhao", "a"), "2 审判长 person_clash, 2 书记员 person_clash", 1},
		"no time, no clash":      {strings.ReplaceAll(line("1", "10:00", "court-1", "qian", "a"), "10:00", "x") + line("2", "13:00", "court-1", "qian", "b"), "2 开始时间 invalid", 1},
	} {
		l := lookups()
		l.Existing = []Hearing{busy}
		rows, problems := ParseHearings(strings.NewReader(heads+x.lines), DefaultImportLimits, l)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprint(p.Line, " ", p.Heading, " ", p.Code))
			if p.Warning != (p.Code == ImportPersonClash) {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if strings.Join(got, ", ") != x.want || len(rows) != x.rows {
			t.Errorf("%s: %d rows, %+v", name, len(rows), problems)
		}
	}
}

func TestTheTemplateExplainsItself(t *testing.T) {
	t.Parallel()
	for _, chinese := range []bool{true, false} {
		template := ImportTemplate(chinese)
		rows, problems := parse(template)
		codes := each(problems, func(p ImportProblem) ImportCode { return p.Code })
		if len(rows) != 0 || !slices.Equal(codes, []ImportCode{ImportUnknown, ImportUnknown, ImportUnknown}) {
			t.Errorf("as it is: %+v, %+v", rows, problems)
		}
		filled := strings.NewReplacer("（填写法庭名称）", "第一法庭", "（填写用户名）,,,（填写用户名）", "zhao,,,sun").Replace(template)
		if rows, problems := parse(filled); len(rows) != 1 || len(problems) != 0 || !strings.HasPrefix(template, "\ufeff") {
			t.Errorf("filled in: %+v, %+v", rows, problems)
		}
	}
	for _, c := range ImportColumns {
		if !c.Valid() || c.Chinese() == "" {
			t.Error(c)
		}
	}
	if ImportColumn("weather").Valid() || ImportCode("rain").Valid() {
		t.Error("weather")
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{"2021-3-5": "2021-03-05", "2021.03.05": "2021-03-05", "２０２１年３月５日": "2021-03-05", "20210305": "2021-03-05", "2021-13-05": "", "2021": "", "": "", "2021-03-05 09:00": ""} {
		y, m, d, ok := parseDate(cell)
		if got := fmt.Sprintf("%04d-%02d-%02d", y, m, d); ok != (want != "") || ok && got != want {
			t.Errorf("date %q: %s, %v", cell, got, ok)
		}
	}
	for cell, want := range map[string]string{
		"9:00": "09:00", "09:00:00": "09:00", "９：３０": "09:30", "9时": "09:00", "9点5分": "09:05", "下午2:30": "14:30", "上午12:00": "00:00", "下午12点": "12:00", "2:30 PM": "14:30", "12:15 am": "00:15",
		"24:00": "", "9:60": "", "9": "", "13:00 PM": "", "0:30 am": "", "下午2:30 PM": "", "9:00:30": "", "": "",
	} {
		h, m, ok := parseClock(cell)
		if got := fmt.Sprintf("%02d:%02d", h, m); ok != (want != "") || ok && got != want {
			t.Errorf("time %q: %s, %v", cell, got, ok)
		}
	}
	for cell, want := range map[string]int{"90": 90, "90分钟": 90, "90 min": 90, "1.5小时": 90, "2h": 120, "1:30": 90, "1:30:00": 90, "1小时30分": 90, "0.25 hours": 15, "": -1, "-5": -1, "1:75": -1, "1e3": -1, "９０": 90} {
		if got, ok := parseMinutes(cell); ok != (want >= 0) || ok && got != want {
			t.Errorf("duration %q: %d, %v", cell, got, ok)
		}
	}
}

func FuzzParseHearings(f *testing.F) {
	f.Add([]byte(heads + "（2021）黑11民初23号,买卖,2021/3/5,9:00,120,第一法庭,庭审,是,zhao,qian,张,sun,原告:张三;被告:李四,e\n"))
	f.Add([]byte(ImportTemplate(true)))
	f.Add([]byte("日期;开始时间;时长;类型\n2021-03-05;9点;1.5小时;会议\n"))
	f.Add([]byte("日期\t开始时间\t时长\t类型\r\n\"2021\n\t\"\t"))
	f.Add([]byte("\xff\xfea\x00"))
	gb, _ := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(heads))
	f.Add(gb)
	limits := ImportLimits{Bytes: 4096, Rows: 20, Cell: 100, Problems: 10}
	f.Fuzz(func(t *testing.T, data []byte) {
		l := lookups()
		rows, problems := ParseHearings(io.MultiReader(bytes.NewReader(data)), limits, l)
		if len(rows) > limits.Rows || len(problems) > limits.Problems+1 {
			t.Fatalf("%d rows, %d problems", len(rows), len(problems))
		}
		for _, p := range problems {
			if !p.Code.Valid() || p.What == "" || p.Fix == "" || len(p.What) > 1000 || len(p.Value) > 100 {
				t.Fatalf("%+v", p)
			}
		}
		for i, r := range rows {
			plan := r.Plan
			if plan.Case = "c1"; plan.Check() != nil || checkParties("parties", r.Parties) != nil {
				t.Fatalf("line %d is good, and cannot be scheduled: %+v: %v", r.Line, r, plan.Check())
			}
			if i > 0 && rows[i-1].Line >= r.Line {
				t.Fatal("lines are not in order")
			}
		}
	})
}
