package certificate

import "avhub/recorder/certificate/pdf"

// column of a table.
type column struct {
	width float64
	right bool // its texts end at the right
	shade bool // it names what stands beside it
}

// cell is what stands in a row's place, one text below the other.
type cell []said

// table is drawn row by row. Its head stands on each page that it goes over.
type table struct {
	sheet   *sheet
	columns []column
	head    []cell
	least   float64 // height of a row
	begun   bool
}

const (
	padX = 4.0
	padY = 2.6
)

func (s *sheet) table(columns []column, head ...cell) *table {
	return &table{sheet: s, columns: columns, head: head}
}

func (t *table) width() (sum float64) {
	for _, c := range t.columns {
		sum += c.width
	}
	return sum
}

// laid breaks a row's texts into lines.
func (t *table) laid(cells []cell) (all [][]line, height float64) {
	for i, c := range cells {
		lines := t.sheet.broken(c, t.columns[i].width-2*padX)
		all = append(all, lines)
		height = max(height, heightOf(lines))
	}
	return all, max(height+2*padY, t.least)
}

func heightOf(lines []line) (sum float64) {
	for _, l := range lines {
		sum += l.height
	}
	return sum
}

// row draws a row. One that does not fit goes to the next page; one that fits on no
// page goes on over several.
func (t *table) row(cells ...cell) {
	lines, height := t.laid(cells)
	headHeight := t.headHeight()
	s := t.sheet
	if !t.begun {
		s.need(min(headHeight+height, bottom-top))
		t.drawHead()
	}
	if s.y+height > bottom && height <= bottom-top-headHeight {
		t.turn()
	}
	for {
		taken, rest := fitting(lines, bottom-s.y-2*padY)
		if rest == nil {
			t.draw(lines, max(heightOfRow(lines)+2*padY, min(t.least, bottom-s.y)), false)
			return
		}
		if taken != nil {
			t.draw(taken, heightOfRow(taken)+2*padY, false)
		}
		t.turn()
		lines = rest
	}
}

func heightOfRow(cells [][]line) (height float64) {
	for _, lines := range cells {
		height = max(height, heightOf(lines))
	}
	return height
}

// fitting are the lines of each cell that fit into a height, and those that do not; nil:
// there are none.
func fitting(cells [][]line, height float64) (taken, rest [][]line) {
	some, more := false, false
	taken, rest = make([][]line, len(cells)), make([][]line, len(cells))
	for i, lines := range cells {
		at, n := 0.0, 0
		for n < len(lines) && at+lines[n].height <= height {
			at += lines[n].height
			n++
		}
		taken[i], rest[i] = lines[:n], lines[n:]
		some, more = some || n > 0, more || n < len(lines)
	}
	if !some {
		taken = nil
	}
	if !more {
		rest = nil
	}
	return taken, rest
}

func (t *table) headHeight() float64 {
	if t.head == nil {
		return 0
	}
	lines, _ := t.laid(t.head)
	return heightOfRow(lines) + 2*padY
}

// turn goes on on the next page.
func (t *table) turn() {
	t.sheet.turn()
	t.drawHead()
}

func (t *table) drawHead() {
	t.begun = true
	if t.head != nil {
		lines, _ := t.laid(t.head)
		t.draw(lines, heightOfRow(lines)+2*padY, true)
	}
}

// draw draws lines within the borders of a row.
func (t *table) draw(cells [][]line, height float64, head bool) {
	s, x := t.sheet, left
	for i, c := range t.columns {
		if head || c.shade {
			s.page.Fill(x, s.y, c.width, height, shade)
		}
		if i < len(cells) {
			y := s.y + padY
			for _, l := range cells[i] {
				at := x + padX
				if c.right {
					at = x + c.width - padX - l.style.Size*s.font.Width(l.text)
				}
				s.put(at, y, l)
				y += l.height
			}
		}
		x += c.width
	}
	at := left
	s.page.Line(left, s.y, left+t.width(), s.y, 0.5, rule) // what is filled covers half of the last one
	for i := range len(t.columns) + 1 {
		s.page.Line(at, s.y, at, s.y+height, 0.5, rule)
		if i < len(t.columns) {
			at += t.columns[i].width
		}
	}
	s.y += height
	s.page.Line(left, s.y, at, s.y, 0.5, rule)
}

// Styles of texts.
var (
	plain  = pdf.Style{Size: 8.5}
	small  = pdf.Style{Size: 7.5}
	beside = pdf.Style{Size: 7.2, Gray: faint} // English below Chinese
	strong = pdf.Style{Size: 8.5, Bold: true}
	values = pdf.Style{Size: 7}
)

func in(s pdf.Style, text string) cell { return cell{{text: text, style: s}} }

// named is a label in both languages.
func named(chinese, english string) cell {
	return cell{{text: chinese, style: pdf.Style{Size: 8.2}}, {text: english, style: pdf.Style{Size: 6.8, Gray: faint}}}
}
