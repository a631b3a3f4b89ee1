package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Font is a TrueType font (ISO/IEC 14496-22) with outlines in glyf. It is not changed
// after it was parsed, and may be used by several documents at once.
type Font struct {
	name    string // as it stands in documents
	tables  map[string][]byte
	glyphs  map[rune]uint16
	unit    int // of an em
	ascent  int
	descent int
	box     [4]int16
	count   int // of glyphs
	long    bool
	widths  int // of glyphs that have one of their own
}

var errFont = errors.New("the font is damaged, or is none with TrueType outlines")

// ParseFont reads a font. It keeps the bytes. The name, of letters and digits, is the
// one that the font has in documents.
func ParseFont(name string, data []byte) (f *Font, err error) {
	defer func() {
		if recover() != nil { // an index past the end
			f, err = nil, errFont
		}
	}()
	if binary.BigEndian.Uint32(data) != 0x00010000 {
		return nil, errFont
	}
	f = &Font{name: name, tables: map[string][]byte{}, glyphs: map[rune]uint16{}}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		entry := data[12+16*i:]
		at, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		f.tables[string(entry[:4])] = data[at:][:size:size]
	}
	for _, name := range []string{"head", "hhea", "hmtx", "maxp", "cmap", "loca", "glyf"} {
		if f.tables[name] == nil {
			return nil, fmt.Errorf("%w: it has no table %s", errFont, name)
		}
	}
	head, hhea := f.tables["head"], f.tables["hhea"]
	f.unit = int(binary.BigEndian.Uint16(head[18:]))
	for i := range f.box {
		f.box[i] = int16(binary.BigEndian.Uint16(head[36+2*i:]))
	}
	f.long = binary.BigEndian.Uint16(head[50:]) == 1
	f.ascent, f.descent = int(int16(binary.BigEndian.Uint16(hhea[4:]))), int(int16(binary.BigEndian.Uint16(hhea[6:])))
	f.widths = int(binary.BigEndian.Uint16(hhea[34:]))
	f.count = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	if f.unit == 0 || f.widths == 0 || len(f.tables["hmtx"]) < 4*f.widths {
		return nil, errFont
	}
	_ = f.outline(uint16(f.count - 1)) // all are within the tables
	return f, f.readCharacters()
}

// readCharacters reads the map of characters to glyphs: format 12, which has those
// beyond the basic plane.
func (f *Font) readCharacters() error {
	cmap := f.tables["cmap"]
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		t := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
		if binary.BigEndian.Uint16(t) != 12 {
			continue
		}
		for g := range int(binary.BigEndian.Uint32(t[12:])) {
			group := t[16+12*g:]
			first, last, glyph := binary.BigEndian.Uint32(group), binary.BigEndian.Uint32(group[4:]), binary.BigEndian.Uint32(group[8:])
			if last > 0x10ffff || first > last || uint64(glyph)+uint64(last-first) >= uint64(f.count) {
				return errFont
			}
			for c := first; c <= last; c++ {
				if id := uint16(glyph + c - first); id != 0 {
					f.glyphs[rune(c)] = id
				}
			}
		}
		return nil
	}
	return fmt.Errorf("%w: its cmap has no table of format 12", errFont)
}

// Has tells whether the font can show a character.
func (f *Font) Has(r rune) bool { return f.glyphs[r] != 0 }

// Width is the length of a text at a size of 1.
func (f *Font) Width(text string) float64 {
	sum := 0
	for _, r := range text {
		sum += f.advance(f.glyphs[r])
	}
	return float64(sum) / float64(f.unit)
}

func (f *Font) advance(glyph uint16) int {
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(int(glyph), f.widths-1):]))
}

// perMille scales units of the font to thousandths of an em, as PDF has them.
func (f *Font) perMille(n int) int { return (n*2000 + f.unit) / (2 * f.unit) }
