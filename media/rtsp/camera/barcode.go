package camera

// FrameNumber reads the number that the clips show as a row of cells near the
// lower edge (see clips/make.sh): the picture's index in its clip. It takes the
// picture's luma, a byte a pixel, and finds nothing in pictures that are not
// the clips' or too damaged to be sure.
func FrameNumber(luma []byte, width, height int) (n int, ok bool) {
	const start, bits = 4, 16
	if width < 32 || height < 20 || len(luma) < width*height {
		return 0, false
	}
	cell, x0, y := width/32, width*11/64, height*93/100+height/40
	white := func(i int) bool { return luma[y*width+x0+i*cell+cell/2] > 127 }
	for i := range start {
		if white(i) != (i%2 == 0) {
			return 0, false
		}
	}
	odd := false
	for i := range bits {
		n <<= 1
		if white(start + i) {
			n |= 1
			odd = !odd
		}
	}
	return n, white(start+bits) == odd
}
