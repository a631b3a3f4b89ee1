package pdf

import (
	"bytes"
	"fmt"
	"strconv"
)

// Page is one page of a document.
type Page struct {
	doc           *Document
	width, height float64
	content       bytes.Buffer
}

// Style is how a text looks.
type Style struct {
	Size float64
	Bold bool
	Gray float64 // 0 is black, 1 white
}

// number writes a length so that equal ones are equal bytes.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', 3, 64)
	if i := len(text) - 4; text[i:] == ".000" {
		text = text[:i]
	}
	return text
}

// Text writes a line whose base line begins at a place.
func (p *Page) Text(x, y float64, s Style, text string) {
	if text == "" {
		return
	}
	w := &p.content
	gray := number(s.Gray)
	fmt.Fprintf(w, "BT /F %s Tf %s g ", number(s.Size), gray)
	if s.Bold { // filled and stroked
		fmt.Fprintf(w, "2 Tr %s w %s G ", number(s.Size*0.028), gray)
	}
	fmt.Fprintf(w, "%s %s Td <", number(x), number(p.height-y))
	for _, r := range text {
		fmt.Fprintf(w, "%04X", p.doc.use(r))
	}
	w.WriteString("> Tj")
	if s.Bold {
		w.WriteString(" 0 Tr")
	}
	w.WriteString(" ET\n")
}

// Line draws a straight line.
func (p *Page) Line(x1, y1, x2, y2, width, gray float64) {
	fmt.Fprintf(&p.content, "%s w %s G %s %s m %s %s l S\n", number(width), number(gray), number(x1), number(p.height-y1), number(x2), number(p.height-y2))
}

// Fill fills a rectangle, given by its upper left corner.
func (p *Page) Fill(x, y, width, height, gray float64) {
	fmt.Fprintf(&p.content, "%s g %s %s %s %s re f\n", number(gray), number(x), number(p.height-y-height), number(width), number(height))
}
