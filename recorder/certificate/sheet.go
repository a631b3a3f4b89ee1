package certificate

import (
	_ "embed"
	"fmt"
	"sync"

	"avhub/recorder/certificate/pdf"
)

// notoSansSC is made by scripts/font.sh.
//
//go:embed font/NotoSansSC.ttf
var notoSansSC []byte

var printed = sync.OnceValues(func() (*pdf.Font, error) { return pdf.ParseFont("NotoSansSC", notoSansSC) })

// A4, and where what is printed stands on it. Points.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	left       = 56.0
	right      = pageWidth - 50
	top        = 60.0
	bottom     = pageHeight - 62
	inner      = right - left
)

const (
	ink   = 0.0
	faint = 0.38 // English beside Chinese, notes
	rule  = 0.55 // lines of tables
	shade = 0.94 // behind heads of tables
)

// sheet is a certificate as it is laid out: from above to below, page after page.
type sheet struct {
	font *pdf.Font
	doc  *pdf.Document
	page *pdf.Page
	y    float64 // where the next thing begins
	zone Zone
}

func newSheet(f *pdf.Font, z Zone) *sheet {
	s := &sheet{font: f, doc: pdf.New(f), zone: z}
	s.turn()
	return s
}

// turn begins a page.
func (s *sheet) turn() { s.page, s.y = s.doc.Add(pageWidth, pageHeight), top }

// need begins a page where there is less room than that on this one.
func (s *sheet) need(height float64) {
	if s.y+height > bottom && s.y > top {
		s.turn()
	}
}

func (s *sheet) space(height float64) { s.y += height }

// line is one line of text that is measured.
type line struct {
	style  pdf.Style
	text   string
	height float64
}

// said is a text in a style; the zero style's size is that of running text.
type said struct {
	text  string
	style pdf.Style
	lines bool // line ends in it are line ends
}

func (s *sheet) broken(all []said, width float64) (lines []line) {
	for _, t := range all {
		if t.text == "" {
			continue
		}
		for _, text := range wrapped(s.font, shown(s.font, t.text, t.lines), t.style.Size, width) {
			lines = append(lines, line{t.style, text, t.style.Size * 1.42})
		}
	}
	return lines
}

// put writes a line at a place; its base line is so far below as the font asks for.
func (s *sheet) put(x, y float64, l line) {
	s.page.Text(x, y+l.height/2+l.style.Size*0.36, l.style, l.text)
}

// paragraph writes texts one below the other over the width of the page.
func (s *sheet) paragraph(all ...said) {
	for _, l := range s.broken(all, inner) {
		s.need(l.height)
		s.put(left, s.y, l)
		s.y += l.height
	}
}

// centered writes texts in the middle.
func (s *sheet) centered(all ...said) {
	for _, l := range s.broken(all, inner) {
		s.need(l.height)
		s.put(left+(inner-l.style.Size*s.font.Width(l.text))/2, s.y, l)
		s.y += l.height
	}
}

// heading begins a section, with room for what follows.
func (s *sheet) heading(chinese, english string, follows float64) {
	s.need(follows + 30)
	s.space(12)
	s.pair(left, chinese, english, 11.5)
	s.space(20)
}

// subheading begins a part of a section.
func (s *sheet) subheading(chinese, english string, follows float64) {
	s.need(follows + 24)
	s.space(8)
	s.pair(left, chinese, english, 9.5)
	s.space(16)
}

// pair writes Chinese, and English behind it, on one line.
func (s *sheet) pair(x float64, chinese, english string, size float64) {
	s.put(x, s.y, line{pdf.Style{Size: size, Bold: true, Gray: ink}, chinese, size * 1.42})
	s.put(x+size*(s.font.Width(chinese)+0.6), s.y+size*0.06, line{pdf.Style{Size: size * 0.84, Gray: faint}, english, size * 1.42})
}

// finish writes what stands on each page: whose certificate it is, and which page.
func (s *sheet) finish(about, code string) {
	small := pdf.Style{Size: 7.5, Gray: faint}
	pages := s.doc.Pages()
	for i, p := range pages {
		s.page = p
		if i > 0 {
			p.Text(left, 40, small, about)
			p.Line(left, 46, right, 46, 0.4, rule)
		}
		p.Line(left, pageHeight-48, right, pageHeight-48, 0.4, rule)
		p.Text(left, pageHeight-36, small, "证明书码 Sheet code  "+code)
		text := fmt.Sprintf("第 %d 页 / 共 %d 页   Page %d of %d", i+1, len(pages), i+1, len(pages))
		p.Text(right-small.Size*s.font.Width(text), pageHeight-36, small, text)
	}
}

// fitted is a text cut to a width, with a sign that something follows.
func (s *sheet) fitted(text string, size, width float64) string {
	all := []rune(shown(s.font, text, false))
	if size*s.font.Width(string(all)) <= width {
		return string(all)
	}
	at := size * s.font.Width("…")
	for i, r := range all {
		if at += size * s.font.Width(string(r)); at > width {
			return string(all[:i]) + "…"
		}
	}
	return string(all)
}
