package rooms

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// ImportRow is a hearing read from a line of a file. Its case has to be found by
// the number, or made, and its id put into the plan.
type ImportRow struct {
	Line    int        `json:"line"`
	Number  CaseNumber `json:"number"` // empty: a hearing without a case
	Cause   string     `json:"cause,omitempty"`
	Parties []Party    `json:"parties,omitempty"`
	Plan    Plan       `json:"plan"`
}

// ImportLimits bound what is read.
type ImportLimits struct {
	Bytes    int // of the file
	Rows     int // without the headings
	Cell     int // characters in one cell
	Problems int // that are told
}

// DefaultImportLimits are those of the hub: a year's hearings of a court fit.
var DefaultImportLimits = ImportLimits{Bytes: 1 << 20, Rows: 2000, Cell: 1000, Problems: 200}

// ImportLookups is what the reader has to know of the court.
type ImportLookups struct {
	Court string                         // id; all hearings of the file are its
	Zone  *time.Location                 // of the times in the file; nil: Shanghai
	Site  func(name string) (Site, bool) // by name or id
	User  func(name string) (User, bool) // who works at this court, by log-in name
	// Existing are the hearings that the new ones may clash with. One with the
	// external id of a line is what the line changes: it clashes with nothing.
	Existing []Hearing
}

// ParseHearings reads a list of hearings as spreadsheets save it: CSV with commas,
// semicolons or tabs; UTF-8, GB18030 or UTF-16; headings in Chinese or English, in
// any order. Each cell is text: a formula is not one here.
//
// It returns the lines that are good and everything that is wrong with the others,
// by line. Whoever wants all or nothing imports only if [ImportFailed] says no.
func ParseHearings(r io.Reader, limits ImportLimits, lookups ImportLookups) ([]ImportRow, []ImportProblem) {
	p := &importer{limits: limits, lookups: lookups}
	if p.lookups.Zone == nil {
		p.lookups.Zone = Shanghai
	}
	if text, ok := p.text(r); ok {
		p.table(text)
	}
	p.duplicates()
	p.clashes()
	slices.SortStableFunc(p.problems, func(a, b ImportProblem) int { return a.Line - b.Line })
	bad := map[int]bool{}
	for _, x := range p.problems {
		bad[x.Line] = bad[x.Line] || !x.Warning
	}
	if p.untold > 0 {
		p.problems = append(p.problems, ImportProblem{Code: ImportMore, Count: p.untold, What: fmt.Sprintf("there are %d more problems", p.untold), Fix: "mend these first, then try again"})
	}
	return slices.DeleteFunc(p.rows, func(r ImportRow) bool { return bad[r.Line] || p.untold > 0 }), p.problems
}

// importer is the state of one reading.
type importer struct {
	limits   ImportLimits
	lookups  ImportLookups
	columns  []ImportColumn // by place; empty: not known
	headings []string       // as they stand in the file
	rows     []ImportRow
	problems []ImportProblem
	untold   int
}

func (p *importer) problem(x ImportProblem) {
	if len(p.problems) >= p.limits.Problems {
		p.untold++
		return
	}
	p.problems = append(p.problems, x)
}

// table reads all lines.
func (p *importer) table(text string) {
	comma, ok := p.separator(text)
	if !ok {
		p.problem(ImportProblem{Line: 1, Code: ImportNoHeadings, What: "the first line has no heading that is known", Fix: "begin with the headings of the template"})
		return
	}
	lines := reader(text, comma)
	for first := true; ; {
		cells, err := lines.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &broken):
			p.problem(ImportProblem{Line: broken.StartLine, Code: ImportQuotes, What: "a quotation mark stands where none can be", Fix: `put the cell into quotation marks and double each mark in it: "他说""好"""`})
			if first {
				return
			}
		case first:
			first = false
			if !p.header(cells) {
				return
			}
		default:
			line, _ := lines.FieldPos(0)
			if len(p.rows) >= p.limits.Rows {
				p.problem(ImportProblem{Line: line, Code: ImportTooLarge, Most: p.limits.Rows, What: fmt.Sprintf("there are more than %d hearings", p.limits.Rows), Fix: "split the file"})
				return
			}
			p.line(line, cells)
		}
	}
}

func reader(text string, comma rune) *csv.Reader {
	lines := csv.NewReader(strings.NewReader(text))
	lines.Comma, lines.FieldsPerRecord = comma, -1
	lines.TrimLeadingSpace = comma != '\t' // a tab is a blank, too
	return lines
}

// separator is what gives most known headings in the first line.
func (p *importer) separator(text string) (comma rune, ok bool) {
	most := 0
	for _, c := range ",;\t" {
		cells, err := reader(text, c).Read()
		known := 0
		for _, cell := range cells {
			if _, ok := columnOf(cell); ok {
				known++
			}
		}
		if err == nil && known > most {
			comma, most = c, known
		}
	}
	return comma, most > 0
}

// header takes the line of headings.
func (p *importer) header(cells []string) bool {
	good := true
	for i, cell := range cells {
		c, ok := columnOf(cell)
		heading := strings.TrimSpace(cell)
		switch {
		case !ok && heading != "":
			p.problem(ImportProblem{Line: 1, Column: i + 1, Heading: cut(heading), Code: ImportUnknownColumn, Warning: true, What: "no such column is known; it is left out", Fix: "use the headings of the template"})
		case ok && slices.Contains(p.columns, c):
			good = false
			p.problem(ImportProblem{Line: 1, Column: i + 1, Heading: cut(heading), Field: c, Code: ImportDuplicate, What: "the column stands there twice", Fix: "remove one"})
		}
		p.columns, p.headings = append(p.columns, c), append(p.headings, cut(heading))
	}
	for _, c := range []ImportColumn{ColumnDate, ColumnStart, ColumnMinutes, ColumnKind} {
		if !slices.Contains(p.columns, c) {
			good = false
			p.problem(ImportProblem{Line: 1, Heading: c.Chinese(), Field: c, Code: ImportMissing, What: fmt.Sprintf("the column %s (%s) is missing", c.Chinese(), c), Fix: "add it: the template shows its form"})
		}
	}
	return good
}

// duplicates finds lines that are of the same hearing.
func (p *importer) duplicates() {
	seen := map[string]int{}
	for _, r := range p.rows {
		keys := map[ImportColumn]string{}
		if r.Plan.ExternalID != "" {
			keys[ColumnExternalID] = r.Plan.ExternalID
		}
		if !r.Number.IsZero() && !r.Plan.Start.IsZero() {
			keys[ColumnNumber] = r.Number.String() + r.Plan.Start.String()
		}
		for _, column := range []ImportColumn{ColumnExternalID, ColumnNumber} {
			key, ok := keys[column]
			if !ok {
				continue
			}
			if line, twice := seen[string(column)+key]; twice {
				p.problem(p.at(r.Line, column, ImportProblem{Code: ImportDuplicate, Other: &ImportOther{Line: line}, What: fmt.Sprintf("is the hearing of line %d", line), Fix: "remove one of the two lines"}))
				break
			}
			seen[string(column)+key] = r.Line
		}
	}
}

// clashes finds lines that want a courtroom, or a person, that others have.
func (p *importer) clashes() {
	changed := map[string]bool{}
	rows, others := map[string]ImportRow{}, map[string]ImportOther{} // by id in the calendar
	var slots []Slot
	for _, r := range p.rows {
		if r.Plan.ExternalID != "" {
			changed[r.Plan.ExternalID] = true
		}
		if r.Plan.Start.IsZero() {
			continue
		}
		id := fmt.Sprintf("line %d", r.Line)
		rows[id], others[id] = r, ImportOther{Line: r.Line}
		slots = append(slots, Hearing{ID: id, Plan: r.Plan, State: StateScheduled}.Slots()...)
	}
	for _, h := range p.lookups.Existing {
		if h.Court != p.lookups.Court || !changed[h.ExternalID] {
			others[h.ID] = ImportOther{Title: h.Title}
			slots = append(slots, h.Slots()...)
		}
	}
	for _, c := range Clashes(slots) {
		// Told is the line that comes later in the file; a line rather than a hearing
		// that is there already.
		told, other := rows[c.B], others[c.A]
		if rows[c.A].Line > told.Line {
			told, other = rows[c.A], others[c.B]
		}
		if told.Line == 0 {
			continue // both were there before
		}
		other.From, other.To = c.From, c.To
		from, to := c.From.In(p.lookups.Zone).Format("2006-01-02 15:04"), c.To.In(p.lookups.Zone).Format("15:04")
		if c.Kind == SiteClash {
			p.problem(p.at(told.Line, ColumnSite, ImportProblem{Code: ImportSiteClash, Value: c.Site, Other: &other, What: fmt.Sprintf("is taken from %s to %s by %s", from, to, other), Fix: "choose another courtroom or time"}))
			continue
		}
		m, _ := told.Plan.Member(c.Person.User)
		p.problem(p.at(told.Line, columnOfMember(told.Plan, m), ImportProblem{Code: ImportPersonClash, Warning: true, Value: m.Name, Other: &other, What: fmt.Sprintf("%s sits in %s from %s to %s", m.Name, other, from, to), Fix: "choose another time, if one of them cannot be moved"}))
	}
}
