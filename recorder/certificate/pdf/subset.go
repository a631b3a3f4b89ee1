package pdf

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// outline is a glyph's, of no bytes where it has none (a blank).
func (f *Font) outline(glyph uint16) []byte {
	loca := f.tables["loca"]
	at := func(i int) uint32 {
		if f.long {
			return binary.BigEndian.Uint32(loca[4*i:])
		}
		return 2 * uint32(binary.BigEndian.Uint16(loca[2*i:]))
	}
	return f.tables["glyf"][at(int(glyph)):at(int(glyph)+1)]
}

// Flags of a component of a glyph (glyf, composite glyph description).
const (
	wordArguments = 1 << 0
	oneScale      = 1 << 3
	moreFollow    = 1 << 5
	twoScales     = 1 << 6
	twoByTwo      = 1 << 7
)

// components are the glyphs that a glyph is put together from.
func components(outline []byte) (all []uint16) {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return nil
	}
	for p := outline[10:]; len(p) >= 4; {
		flags := binary.BigEndian.Uint16(p)
		all = append(all, binary.BigEndian.Uint16(p[2:]))
		size := 6
		if flags&wordArguments != 0 {
			size += 2
		}
		switch {
		case flags&oneScale != 0:
			size += 2
		case flags&twoScales != 0:
			size += 4
		case flags&twoByTwo != 0:
			size += 8
		}
		if flags&moreFollow == 0 || len(p) < size {
			break
		}
		p = p[size:]
	}
	return all
}

// subset is the font with no other outlines than those of the glyphs and of what they
// are put together from. Glyphs keep their numbers.
func (f *Font) subset(glyphs []uint16) []byte {
	wanted := map[uint16]bool{0: true}
	for todo := slices.Clone(glyphs); len(todo) > 0; {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if int(g) < f.count && !wanted[g] {
			wanted[g] = true
			todo = append(todo, components(f.outline(g))...)
		}
	}
	var glyf, loca []byte
	for g := range f.count {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if wanted[uint16(g)] {
			glyf = append(glyf, f.outline(uint16(g))...)
			for len(glyf)%4 != 0 {
				glyf = append(glyf, 0)
			}
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := bytes.Clone(f.tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checkSumAdjustment: set below
	binary.BigEndian.PutUint16(head[50:], 1) // loca has 32 bits
	return assemble(map[string][]byte{"head": head, "hhea": f.tables["hhea"], "hmtx": f.tables["hmtx"], "maxp": f.tables["maxp"], "loca": loca, "glyf": glyf})
}

// assemble writes a font's file.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	log := 0
	for 2<<log <= len(names) {
		log++
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, n := range []int{len(names), 16 << log, log, 16 * (len(names) - 1<<log)} {
		out = binary.BigEndian.AppendUint16(out, uint16(n))
	}
	at, headAt := len(out)+16*len(names), 0
	for _, name := range names {
		if name == "head" {
			headAt = at
		}
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(tables[name]))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		at += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xb1b0afba-checksum(out))
	return out
}

func checksum(data []byte) (sum uint32) {
	for ; len(data) >= 4; data = data[4:] {
		sum += binary.BigEndian.Uint32(data)
	}
	var rest [4]byte
	copy(rest[:], data)
	return sum + binary.BigEndian.Uint32(rest[:])
}
