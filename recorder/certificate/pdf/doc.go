// Package pdf writes plain documents: text in one TrueType font, lines and filled
// rectangles on pages (PDF 1.7, ISO 32000-1). Of the font only what is used is in the
// document, and text can be searched and copied, also characters beyond the basic
// plane, which names have.
//
//	font, err := pdf.ParseFont("NotoSansSC", ttf)
//	d := pdf.New(font)
//	p := d.Add(595.28, 841.89)
//	p.Text(56, 80, pdf.Style{Size: 12}, "案号")
//	err = d.Write(w, pdf.Info{Title: "…", Language: "zh-CN"})
//
// Invariants:
//   - equal calls make equal bytes: there is no clock, no chance and no map's order in
//     a document;
//   - a character that the font does not have is an error, never a gap: see [Font.Has].
//
// Lengths are points (1/72 inch); x goes to the right and y downwards from the page's
// upper left corner.
package pdf
