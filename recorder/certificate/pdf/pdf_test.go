package pdf

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"
)

func font(t testing.TB) (*Font, []byte) {
	t.Helper()
	raw, err := os.ReadFile("../font/NotoSansSC.ttf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseFont("Test", raw)
	if err != nil {
		t.Fatal(err)
	}
	return f, raw
}

func TestSubsetHasWhatIsUsedAndNothingElse(t *testing.T) {
	f, raw := font(t)
	glyphs := []uint16{f.glyphs['国'], f.glyphs['é'], f.glyphs['𬭎']}
	file := f.subset(glyphs)
	if sum := checksum(file); sum != 0xb1b0afba {
		t.Errorf("the file's sum is %x", sum)
	}
	s := &Font{tables: map[string][]byte{}}
	n := int(file[5])
	for i := range n {
		e := file[12+16*i:]
		at, size := int(e[8])<<24|int(e[9])<<16|int(e[10])<<8|int(e[11]), int(e[12])<<24|int(e[13])<<16|int(e[14])<<8|int(e[15])
		s.tables[string(e[:4])] = file[at : at+size]
	}
	s.long = true
	kept := 0
	for g := range f.count {
		out := s.outline(uint16(g))
		if len(out) > 0 {
			kept++
			if !bytes.HasPrefix(out, f.outline(uint16(g))) {
				t.Errorf("glyph %d has another outline", g)
			}
		}
	}
	for _, g := range glyphs {
		if len(s.outline(g)) == 0 {
			t.Errorf("glyph %d has no outline", g)
		}
		for _, c := range components(f.outline(g)) {
			if len(s.outline(c)) == 0 {
				t.Errorf("glyph %d, part of glyph %d, has no outline", c, g)
			}
		}
	}
	if kept > 8 || len(file) > len(raw)/10 {
		t.Errorf("%d outlines, %d bytes of %d", kept, len(file), len(raw))
	}
}

func TestMissingCharactersAreErrors(t *testing.T) {
	f, _ := font(t)
	d := New(f)
	d.Add(100, 100).Text(10, 10, Style{Size: 10}, "a\u202e")
	var b bytes.Buffer
	if err := d.Write(&b, Info{}); !errors.Is(err, ErrMissing) || b.Len() > 0 {
		t.Error(err, b.Len())
	}
}

func TestDocumentsFollowFromCalls(t *testing.T) {
	f, _ := font(t)
	write := func(created time.Time) []byte {
		d := New(f)
		p := d.Add(100, 100)
		p.Text(10, 10, Style{Size: 10, Bold: true}, "案号 1")
		p.Line(0, 0, 5, 5, 1, 0)
		p.Fill(1, 1, 2, 2, 0.5)
		var b bytes.Buffer
		if err := d.Write(&b, Info{Title: "案 (1)", Language: "zh-CN", Created: created}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if !bytes.Equal(write(time.Time{}), write(time.Time{})) {
		t.Error("equal calls made other bytes")
	}
	if bytes.Contains(write(time.Time{}), []byte("CreationDate")) || !bytes.Contains(write(time.Unix(0, 0)), []byte("/CreationDate (D:19700101000000Z)")) {
		t.Error("the time of creation is not the one that was given")
	}
}

func FuzzParseFont(f *testing.F) {
	_, raw := font(f)
	f.Add([]byte{})
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 'h', 'e', 'a', 'd', 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(raw[:2000])
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := ParseFont("Test", data)
		if (font == nil) == (err == nil) {
			t.Error(font, err)
		}
	})
}
