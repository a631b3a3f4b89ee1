package rooms

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// row is one line as it is read.
type row struct {
	*importer
	line  int
	cells map[ImportColumn]string
	bad   map[string]bool // fields of the plan whose cell was told of already
	out   ImportRow
}

// line reads one line of the table.
func (p *importer) line(line int, cells []string) {
	r := &row{importer: p, line: line, cells: map[ImportColumn]string{}, bad: map[string]bool{}, out: ImportRow{Line: line}}
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		switch {
		case cell == "":
		case i >= len(p.columns):
			p.problem(ImportProblem{Line: line, Column: i + 1, Code: ImportInvalid, Value: cut(cell), What: "there are more cells than headings", Fix: "put a cell with a separator in it into quotation marks"})
		case utf8.RuneCountInString(cell) > p.limits.Cell:
			r.tell(p.columns[i], ImportInvalid, cell, fmt.Sprintf("is longer than %d characters", p.limits.Cell), "shorten it")
		case p.columns[i] != "":
			r.cells[p.columns[i]] = cell
		}
	}
	if len(r.cells) == 0 {
		return
	}
	plan := &r.out.Plan
	plan.Court, plan.ExternalID = p.lookups.Court, r.cells[ColumnExternalID]
	r.kind()
	r.number()
	r.when()
	r.site()
	r.public()
	r.parties()
	r.panel()
	r.out.Cause = r.cells[ColumnCause]
	if plan.Title = r.out.Cause; plan.Title == "" {
		plan.Title = plan.Kind.facts().Chinese
	}
	*plan = plan.Normal()
	r.check()
	p.rows = append(p.rows, r.out)
}

func (r *row) tell(c ImportColumn, code ImportCode, value, what, fix string) {
	r.problem(r.at(r.line, c, ImportProblem{Code: code, Value: cut(value), What: what, Fix: fix}))
}

// need is a cell that must be filled.
func (r *row) need(c ImportColumn, fix string) (string, bool) {
	cell, ok := r.cells[c]
	if !ok {
		r.tell(c, ImportMissing, "", "is empty", fix)
	}
	return cell, ok
}

func (r *row) kind() {
	names := strings.Join(each(kindFacts, func(f KindFacts) string { return f.Chinese }), "、")
	cell, ok := r.need(ColumnKind, "enter one of "+names)
	if !ok {
		return
	}
	kind, ok := ParseRoomKind(strings.ToLower(cell))
	if !ok {
		r.tell(ColumnKind, ImportInvalid, cell, "is no kind of hearing", "enter one of "+names)
	}
	r.out.Plan.Kind = kind
}

func (r *row) number() {
	cell, ok := r.cells[ColumnNumber]
	if !ok {
		if r.out.Plan.Kind.facts().NeedsCase {
			r.need(ColumnNumber, "enter the case number, such as （2021）黑11民初23号")
		}
		return
	}
	n, err := ParseCaseNumber(cell)
	var e CaseNumberError
	if errors.As(err, &e) {
		r.tell(ColumnNumber, ImportInvalid, cell, fmt.Sprintf("is no case number: its %s is wrong", e.Part), e.What)
	}
	r.out.Number = n
}

func (r *row) when() {
	plan := &r.out.Plan
	var start time.Time
	date, okDate := r.need(ColumnDate, "enter a date such as 2021-03-05")
	clock, okClock := r.need(ColumnStart, "enter a time such as 09:00")
	minutes, okMinutes := r.need(ColumnMinutes, "enter the minutes, such as 120")
	y, m, d, good := parseDate(date)
	if okDate && !good {
		r.tell(ColumnDate, ImportInvalid, date, "is no date", "write it as 2021-03-05")
	}
	hour, minute, goodClock := parseClock(clock)
	if okClock && !goodClock {
		r.tell(ColumnStart, ImportInvalid, clock, "is no time of day", "write it as 09:00")
	}
	if good && goodClock {
		start = time.Date(y, m, d, hour, minute, 0, 0, r.lookups.Zone).UTC()
	}
	length, goodLength := parseMinutes(minutes)
	if okMinutes && !goodLength {
		r.tell(ColumnMinutes, ImportInvalid, minutes, "is no duration", "write the minutes: 90")
	}
	plan.Start, plan.Minutes = start, length
	r.bad["start"], r.bad["minutes"] = start.IsZero(), !goodLength
}

func (r *row) site() {
	cell, ok := r.cells[ColumnSite]
	if !ok {
		return
	}
	site, ok := r.lookups.Site(cell)
	if !ok {
		r.tell(ColumnSite, ImportUnknown, cell, "is no site of the court", "enter its name as the list of sites has it, or add it there first")
		return
	}
	r.out.Plan.Site = site.ID
}

// public is no unless it says yes: what was not meant for the public must not be
// shown because somebody left a cell empty.
func (r *row) public() {
	cell, ok := r.cells[ColumnPublic]
	if !ok {
		return
	}
	switch strings.ToLower(cell) {
	case "是", "公开", "yes", "y", "true", "1":
		r.out.Plan.Public = true
	case "否", "不公开", "no", "n", "false", "0":
	default:
		r.tell(ColumnPublic, ImportInvalid, cell, "is neither yes nor no", "enter 是 or 否")
	}
}

func (r *row) parties() {
	for _, side := range split(r.cells[ColumnParties], ";；\n") {
		standing, names, ok := cutAny(side, ":：")
		if !ok {
			r.tell(ColumnParties, ImportInvalid, side, "does not say how the party stands in the case", "write 原告:张三;被告:李四")
			continue
		}
		s, ok := ParseStanding(strings.TrimSpace(standing))
		if !ok {
			r.tell(ColumnParties, ImportInvalid, standing, "is no standing of a party", "enter 原告, 被告, 第三人, 上诉人, 申请执行人, 被告人 and so on")
			continue
		}
		for _, name := range split(names, "、,，") {
			r.out.Parties = append(r.out.Parties, Party{name, s})
		}
	}
	if err := checkParties("parties", r.out.Parties); err != nil {
		r.tell(ColumnParties, ImportInvalid, r.cells[ColumnParties], err.Error(), "correct the name, or remove it")
	}
}

// panel takes the columns of people. Who leads is a judge who sits alone where a
// trial has no others.
func (r *row) panel() {
	kind := r.out.Plan.Kind.facts()
	if kind.Kind == "" {
		return
	}
	judges, assessors := split(r.cells[ColumnJudges], "、,，;； \t\n"), split(r.cells[ColumnAssessors], "、,，;；\n")
	lead := kind.Leads[0]
	if lead == PartPresidingJudge && len(judges)+len(assessors) == 0 {
		lead = PartJudge
	}
	r.person(ColumnPresiding, r.cells[ColumnPresiding], lead)
	for _, name := range judges {
		r.person(ColumnJudges, name, PartJudge)
	}
	for _, name := range assessors {
		r.person(ColumnAssessors, name, PartAssessor)
	}
	r.person(ColumnClerk, r.cells[ColumnClerk], PartClerk)
}

func (r *row) person(c ImportColumn, name string, part Part) {
	if name == "" {
		return
	}
	user, ok := r.lookups.User(name)
	switch {
	case !ok && !part.facts().Account:
		r.out.Plan.Panel = append(r.out.Plan.Panel, Member{Name: name, Part: part})
		return
	case !ok:
		r.tell(c, ImportUnknown, name, "is no user of the court", "enter the name to log in with, or add the account first")
		return
	case user.Disabled:
		r.tell(c, ImportUnknown, name, "has an account that is disabled", "enter another, or enable it")
		return
	}
	// A court's clerk is one by office; in a meeting whoever writes is.
	court := slices.Contains(r.out.Plan.Kind.facts().Parts, PartJudge)
	if role, ok := offices[part]; ok && court && !slices.ContainsFunc(user.Grants, func(g Grant) bool { return g.Role == role }) {
		r.tell(c, ImportInvalid, name, fmt.Sprintf("does not have the role %s", role), "enter another, or have the role given")
		return
	}
	r.out.Plan.Panel = append(r.out.Plan.Panel, Member{User: user.ID, Name: user.FullName, Part: part})
}

// offices are the roles without which nobody has these parts.
var offices = map[Part]Role{PartPresidingJudge: Judge, PartJudge: Judge, PartClerk: Clerk}

// check has the plan checked as a whole, and tells what the cells did not show.
func (r *row) check() {
	plan := r.out.Plan
	if plan.Kind == "" {
		return
	}
	if plan.Kind.facts().NeedsCase {
		plan.Case = "by-number" // whether there is one was asked before
	}
	for _, f := range FieldErrors(plan.Check()) {
		if r.bad[f.Field] {
			continue
		}
		c := columnOfField(f.Field, plan)
		r.problem(r.at(r.line, c, ImportProblem{Code: ImportInvalid, Value: cut(r.cells[c]), What: f.Error(), Fix: "correct it"}))
	}
}

// columnOfField is where a field of the plan stands in the table; empty: nowhere.
func columnOfField(field string, plan Plan) ImportColumn {
	for i, m := range plan.Panel {
		if strings.HasPrefix(field, fmt.Sprintf("panel[%d].", i)) {
			return columnOfMember(plan, m)
		}
	}
	return map[string]ImportColumn{
		"title": ColumnCause, "start": ColumnDate, "minutes": ColumnMinutes, "site": ColumnSite, "kind": ColumnKind,
		"public": ColumnPublic, "panel": ColumnPresiding, "external_id": ColumnExternalID,
	}[field]
}

// columnOfMember is the column that somebody on the panel came from: a judge who
// leads stands where the presiding judge does.
func columnOfMember(plan Plan, m Member) ImportColumn {
	switch lead, _ := plan.Leader(); {
	case lead == m:
		return ColumnPresiding
	case m.Part == PartJudge:
		return ColumnJudges
	case m.Part == PartAssessor:
		return ColumnAssessors
	case m.Part == PartClerk:
		return ColumnClerk
	}
	return ColumnPresiding
}
