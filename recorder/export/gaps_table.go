package export

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// gapTable lists all gaps for spreadsheets, in UTF-8 with a mark that says so.
func gapTable(all []listing) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"信号源 source", "录像 recording", "序号 number", "起 from (UTC)", "止 to (UTC)", "秒 seconds", "原因 cause", "详情 detail", "命令人 ordered by", "说明 explanation", "说明人 explained by", "签名 signed"})
	for _, l := range all {
		for _, g := range l.Gaps {
			_ = w.Write([]string{
				inert(l.Source), l.Folder, strconv.Itoa(g.Number), g.UTC, g.Until, strconv.FormatFloat(g.End-g.Start, 'f', 3, 64), g.Cause,
				inert(g.Detail), inert(g.By), inert(g.Text), inert(g.Author), inert(g.Signed),
			})
		}
	}
	w.Flush() // a buffer takes everything
	return b.Bytes()
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	if s != "" && bytes.ContainsAny([]byte(s[:1]), "=+-@\t\r") {
		return "'" + s
	}
	return s
}
