package fmp4

import (
	"fmt"
	"io"
)

// maxPrelude is the most that may stand before a part's media.
const maxPrelude = 1 << 20

// Prelude reads what stands before the media of the part that begins at a place
// and has size bytes: prft and moof, which Rebase takes. All that follows is one
// mdat.
func Prelude(r io.ReaderAt, at, size int64) ([]byte, error) {
	end, next, last := at+size, at, ""
	for {
		box, err := boxAt(r, next, end)
		if err == io.EOF {
			return nil, ErrTorn
		}
		if err != nil {
			return nil, err
		}
		switch {
		case box.name == "prft" && last == "":
		case box.name == "moof" && last != "moof":
		case box.name == "mdat" && last == "moof" && box.end == end:
			prelude := make([]byte, next-at)
			_, err := r.ReadAt(prelude, at)
			return prelude, err
		default:
			return nil, fmt.Errorf("%w: box %q does not belong here", ErrMalformed, box.name)
		}
		last, next = box.name, box.end
		if next-at > maxPrelude {
			return nil, fmt.Errorf("%w: %d bytes before the media", ErrMalformed, next-at)
		}
	}
}
