package rooms

import (
	"fmt"
	"slices"
	"time"
)

// ImportCode says what kind of problem it is, for pages that put it into the
// reader's own language.
type ImportCode string

// Kinds of problems.
const (
	ImportUnreadable    ImportCode = "unreadable"
	ImportTooLarge      ImportCode = "too_large"
	ImportWorkbook      ImportCode = "workbook" // not CSV, but the spreadsheet itself
	ImportEncoding      ImportCode = "encoding"
	ImportNoHeadings    ImportCode = "no_headings"
	ImportUnknownColumn ImportCode = "unknown_column"
	ImportQuotes        ImportCode = "quotes"
	ImportMissing       ImportCode = "missing"
	ImportInvalid       ImportCode = "invalid"
	ImportUnknown       ImportCode = "unknown" // no such courtroom, no such person
	ImportDuplicate     ImportCode = "duplicate"
	ImportSiteClash     ImportCode = "site_clash"
	ImportPersonClash   ImportCode = "person_clash"
	ImportMore          ImportCode = "more"
)

// ImportCodes are all there are.
var ImportCodes = []ImportCode{
	ImportUnreadable, ImportTooLarge, ImportWorkbook, ImportEncoding, ImportNoHeadings, ImportUnknownColumn, ImportQuotes,
	ImportMissing, ImportInvalid, ImportUnknown, ImportDuplicate, ImportSiteClash, ImportPersonClash, ImportMore,
}

// Valid tells whether the code exists.
func (c ImportCode) Valid() bool { return slices.Contains(ImportCodes, c) }

// ImportProblem is something wrong with a file of hearings.
type ImportProblem struct {
	Line    int    `json:"line"`              // from 1, the headings'; 0: the file
	Column  int    `json:"column"`            // from 1; 0: the line
	Heading string `json:"heading,omitempty"` // of the column, as it stands in the file
	// Field is the column that it is about, whatever its heading; empty: none, or
	// one that is not known.
	Field   ImportColumn `json:"field,omitempty"`
	Code    ImportCode   `json:"code"`
	Value   string       `json:"value,omitempty"` // what stands there, shortened
	What    string       `json:"what"`
	Fix     string       `json:"fix"`               // what to do
	Warning bool         `json:"warning,omitempty"` // it can be imported so
	// Other is what it clashes with, or is the same as.
	Other *ImportOther `json:"other,omitempty"`
	// Most is the limit that was passed, Count how many problems are not told.
	Most  int `json:"most,omitempty"`
	Count int `json:"count,omitempty"`
}

// ImportOther is another line of the file, or a hearing that is there already,
// and the time for which both want the same.
type ImportOther struct {
	Line  int       `json:"line,omitempty"`  // 0: a hearing that is there
	Title string    `json:"title,omitempty"` // of that
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
}

// String is the other in a sentence.
func (o ImportOther) String() string {
	if o.Line > 0 {
		return fmt.Sprintf("line %d", o.Line)
	}
	return "the hearing " + o.Title
}

// ImportFailed tells whether there is more than warnings.
func ImportFailed(problems []ImportProblem) bool {
	return slices.ContainsFunc(problems, func(p ImportProblem) bool { return !p.Warning })
}

// at puts a problem where the column stands; without one, on the line.
func (p *importer) at(line int, c ImportColumn, x ImportProblem) ImportProblem {
	x.Line, x.Field, x.Heading = line, c, c.Chinese()
	if c == "" {
		return x
	}
	if i := slices.Index(p.columns, c); i >= 0 {
		x.Column, x.Heading = i+1, p.headings[i]
	}
	return x
}
