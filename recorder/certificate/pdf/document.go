package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// Document is what is being written. Its methods are not for several goroutines.
type Document struct {
	font    *Font
	pages   []*Page
	used    map[uint16]rune // glyphs, with the first character that is shown by each
	missing error
}

// Info is about a document.
type Info struct {
	Title    string
	Language string    // BCP 47
	Created  time.Time // zero: not said
}

// ErrMissing says that the font does not have a character.
var ErrMissing = errors.New("the font does not have the character")

// New begins a document.
func New(f *Font) *Document { return &Document{font: f, used: map[uint16]rune{}} }

// Add adds a page of a size.
func (d *Document) Add(width, height float64) *Page {
	p := &Page{doc: d, width: width, height: height}
	d.pages = append(d.pages, p)
	return p
}

// Pages are those that were added.
func (d *Document) Pages() []*Page { return d.pages }

// use notes that a character is shown, and returns its glyph.
func (d *Document) use(r rune) uint16 {
	g := d.font.glyphs[r]
	if g == 0 {
		if d.missing == nil {
			d.missing = fmt.Errorf("%w %U", ErrMissing, r)
		}
		return 0
	}
	if first, ok := d.used[g]; !ok || r < first {
		d.used[g] = r
	}
	return g
}

// Numbers of the objects that each document has; pages follow, each with its content.
const (
	catalog = iota + 1
	pageTree
	info
	typeZero
	cidFont
	descriptor
	fontFile
	toUnicode
	firstPage
)

// Write writes the document. An error is the writer's, or [ErrMissing].
func (d *Document) Write(w io.Writer, about Info) error {
	if d.missing != nil {
		return d.missing
	}
	o := &objects{}
	o.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	o.add("<< /Type /Catalog /Pages %d 0 R /Lang %s /ViewerPreferences << /DisplayDocTitle true >> >>", pageTree, literal(about.Language))
	var kids strings.Builder
	for i := range d.pages {
		fmt.Fprintf(&kids, " %d 0 R", firstPage+2*i)
	}
	o.add("<< /Type /Pages /Count %d /Kids [%s ] >>", len(d.pages), kids.String())
	created := ""
	if !about.Created.IsZero() {
		created = " /CreationDate (D:" + about.Created.UTC().Format("20060102150405") + "Z)"
	}
	o.add("<< /Title %s /Producer (avhub)%s >>", text(about.Title), created)
	d.writeFont(o)
	for i, p := range d.pages {
		o.add("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources << /Font << /F %d 0 R >> >> /Contents %d 0 R >>",
			pageTree, number(p.width), number(p.height), typeZero, firstPage+2*i+1)
		o.stream("", p.content.Bytes())
	}
	o.end()
	_, err := w.Write(o.Bytes())
	return err
}

// writeFont writes the font and what of it is used.
func (d *Document) writeFont(o *objects) {
	f, glyphs := d.font, slices.Sorted(maps.Keys(d.used))
	var widths strings.Builder
	for _, g := range glyphs {
		if n := f.perMille(f.advance(g)); n != 1000 {
			fmt.Fprintf(&widths, "%d [%d] ", g, n)
		}
	}
	file := f.subset(glyphs)
	sum := sha256.Sum256(file)
	tag := make([]byte, 6) // which subset it is (section 9.6.4)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	name := string(tag) + "+" + f.name
	o.add("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, cidFont, toUnicode)
	o.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 1000 /W [%s] >>",
		name, descriptor, widths.String())
	o.add("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R >>",
		name, f.perMille(int(f.box[0])), f.perMille(int(f.box[1])), f.perMille(int(f.box[2])), f.perMille(int(f.box[3])),
		f.perMille(f.ascent), f.perMille(f.descent), f.perMille(f.ascent), fontFile)
	o.stream(fmt.Sprintf(" /Length1 %d", len(file)), file)
	o.stream("", characters(glyphs, d.used))
}

// characters tells readers which character each glyph is (section 9.10.3).
func characters(glyphs []uint16, used map[uint16]rune) []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for chunk := range slices.Chunk(glyphs, 100) { // no more are allowed
		fmt.Fprintf(&b, "%d beginbfchar\n", len(chunk))
		for _, g := range chunk {
			fmt.Fprintf(&b, "<%04X> <", g)
			for _, u := range utf16.Encode([]rune{used[g]}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// objects are a file's objects, numbered from 1 as they come.
type objects struct {
	bytes.Buffer
	at []int
}

func (o *objects) begin() {
	o.at = append(o.at, o.Len())
	fmt.Fprintf(o, "%d 0 obj\n", len(o.at))
}

func (o *objects) add(format string, a ...any) {
	o.begin()
	fmt.Fprintf(o, format, a...)
	o.WriteString("\nendobj\n")
}

// stream adds bytes, compressed.
func (o *objects) stream(more string, data []byte) {
	var z bytes.Buffer
	c := zlib.NewWriter(&z)
	_, _ = c.Write(data) // to memory
	_ = c.Close()
	o.begin()
	fmt.Fprintf(o, "<< /Length %d /Filter /FlateDecode%s >>\nstream\n", z.Len(), more)
	o.Write(z.Bytes())
	o.WriteString("\nendstream\nendobj\n")
}

// end writes the table of objects and the trailer. The file's identifier follows from
// what is in it.
func (o *objects) end() {
	id, table := sha256.Sum256(o.Bytes()), o.Len()
	fmt.Fprintf(o, "xref\n0 %d\n0000000000 65535 f \n", len(o.at)+1)
	for _, at := range o.at {
		fmt.Fprintf(o, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(o, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(o.at)+1, catalog, info, id[:16], id[:16], table)
}

// text is a string for people: UTF-16 with its mark.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

// literal is a string of ASCII.
func literal(s string) string {
	return "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(s) + ")"
}
