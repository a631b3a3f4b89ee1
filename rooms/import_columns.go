package rooms

import (
	"slices"
	"strings"
)

// ImportColumn is a column of a list of hearings.
type ImportColumn string

// Columns.
const (
	ColumnNumber     ImportColumn = "case number"
	ColumnCause      ImportColumn = "cause"
	ColumnDate       ImportColumn = "date"
	ColumnStart      ImportColumn = "start"
	ColumnMinutes    ImportColumn = "duration"
	ColumnSite       ImportColumn = "courtroom"
	ColumnKind       ImportColumn = "kind"
	ColumnPublic     ImportColumn = "public"
	ColumnPresiding  ImportColumn = "presiding judge"
	ColumnJudges     ImportColumn = "judges"
	ColumnAssessors  ImportColumn = "assessors"
	ColumnClerk      ImportColumn = "clerk"
	ColumnParties    ImportColumn = "parties"
	ColumnExternalID ImportColumn = "external id"
)

// columns are the headings by which each column is known, the template's first.
var columns = []struct {
	id       ImportColumn
	headings []string
	example  string
}{
	{ColumnNumber, []string{"案号", "case_number", "number"}, "（2021）黑11民初23号"},
	{ColumnCause, []string{"案由", "标题", "title", "cause of action"}, "买卖合同纠纷"},
	{ColumnDate, []string{"日期", "开庭日期"}, "2021-03-05"},
	{ColumnStart, []string{"开始时间", "开庭时间", "时间", "time", "start time"}, "09:00"},
	{ColumnMinutes, []string{"时长", "时长（分钟）", "预计时长", "minutes", "duration (minutes)"}, "120"},
	{ColumnSite, []string{"法庭", "场所", "地点", "site", "room"}, "（填写法庭名称）"},
	{ColumnKind, []string{"类型", "庭审类型"}, "庭审"},
	{ColumnPublic, []string{"是否公开", "公开"}, "是"},
	{ColumnPresiding, []string{"审判长", "独任审判员", "主持人", "presiding_judge", "chair"}, "（填写用户名）"},
	{ColumnJudges, []string{"审判员", "合议庭成员"}, ""},
	{ColumnAssessors, []string{"人民陪审员", "陪审员", "people's assessors"}, ""},
	{ColumnClerk, []string{"书记员"}, "（填写用户名）"},
	{ColumnParties, []string{"当事人"}, "原告:张三;被告:李四"},
	{ColumnExternalID, []string{"外部编号", "external_id"}, ""},
}

// ImportColumns are all there are, in the template's order.
var ImportColumns = func() []ImportColumn {
	var list []ImportColumn
	for _, c := range columns {
		list = append(list, c.id)
	}
	return list
}()

// Valid tells whether the column exists.
func (c ImportColumn) Valid() bool { return slices.Contains(ImportColumns, c) }

// Chinese is the column's heading in Chinese.
func (c ImportColumn) Chinese() string {
	for _, x := range columns {
		if x.id == c {
			return x.headings[0]
		}
	}
	return ""
}

// columnOf finds a column by its heading, in letters of any size and width.
func columnOf(heading string) (ImportColumn, bool) {
	key := SearchKey(heading)
	for _, c := range columns {
		for _, h := range append([]string{string(c.id)}, c.headings...) {
			if key == SearchKey(h) {
				return c.id, true
			}
		}
	}
	return "", false
}

// ImportTemplate is an empty list as a spreadsheet opens it (UTF-8 with a mark,
// lines ending in CR LF): headings and one example, which cannot be imported as it
// is, because it names no courtroom and no person.
func ImportTemplate(chinese bool) string {
	var headings, example []string
	for _, c := range columns {
		heading := string(c.id)
		if chinese {
			heading = c.headings[0]
		}
		headings, example = append(headings, heading), append(example, c.example)
	}
	return "\ufeff" + strings.Join(headings, ",") + "\r\n" + strings.Join(example, ",") + "\r\n"
}
