package packet

import "fmt"

// fragment collects a NAL unit that is spread over packets (FU).
type fragment struct {
	data []byte
	open bool
}

func (f *fragment) drop() { f.data, f.open = nil, false }

func (f *fragment) start(header []byte, rest []byte) {
	f.data = make([]byte, 0, max(2048, 4*len(rest)))
	f.data = append(append(f.data, header...), rest...)
	f.open = true
}

func (f *fragment) more(rest []byte) error {
	if len(f.data)+len(rest) > MaxFrame {
		f.drop()
		return fmt.Errorf("%w: NAL unit over %d bytes", ErrMalformed, MaxFrame)
	}
	f.data = append(f.data, rest...)
	return nil
}

// take returns the whole NAL unit.
func (f *fragment) take() []byte {
	data := f.data
	f.drop()
	return data
}

// pushFragment handles one FU packet of either codec: header is the NAL
// header to rebuild, rest what follows the FU header.
func (u *Unpacker) pushFragment(start, end bool, header, rest []byte) error {
	var err error
	switch {
	case start:
		if u.fu.open { // the last one never ended
			u.unit.damaged = true
		}
		u.fu.start(header, rest)
	case !u.fu.open:
		// Its beginning was lost: nothing of it can be used.
		u.unit.damaged = true
		return nil
	default:
		if err = u.fu.more(rest); err != nil {
			u.unit.damaged = true
		}
	}
	if end && u.fu.open {
		return u.addNAL(u.fu.take())
	}
	return err
}

// addNAL adds a whole NAL unit that the unpacker owns, leaving out what
// carries nothing, and taking apart what a camera wrapped in start codes.
func (u *Unpacker) addNAL(nalu []byte) error {
	if inner, ok := splitAnnexB(nalu); ok {
		for _, n := range inner {
			if err := u.addNAL(n); err != nil {
				return err
			}
		}
		return nil
	}
	if len(nalu) == 0 || isFiller(u.kind, nalu) {
		return nil
	}
	return u.add(nalu)
}

// splitAnnexB takes a byte stream with start codes (ITU-T H.264 annex B)
// apart. It reports false if data does not begin with one.
func splitAnnexB(data []byte) ([][]byte, bool) {
	if startCode(data) == 0 {
		return nil, false
	}
	var nalus [][]byte
	for len(data) > 0 && len(nalus) < MaxNALUs {
		data = data[startCode(data):]
		end := nextStartCode(data)
		if n := trimZeros(data[:end]); len(n) > 0 {
			nalus = append(nalus, n)
		}
		data = data[end:]
	}
	return nalus, true
}

// startCode is the length of the start code that data begins with, or 0.
func startCode(data []byte) int {
	switch {
	case len(data) >= 4 && data[0] == 0 && data[1] == 0 && data[2] == 0 && data[3] == 1:
		return 4
	case len(data) >= 3 && data[0] == 0 && data[1] == 0 && data[2] == 1:
		return 3
	}
	return 0
}

func nextStartCode(data []byte) int {
	for i := 0; i+3 <= len(data); i++ {
		if data[i] == 0 && startCode(data[i:]) != 0 {
			return i
		}
	}
	return len(data)
}

func trimZeros(data []byte) []byte {
	for len(data) > 0 && data[len(data)-1] == 0 {
		data = data[:len(data)-1]
	}
	return data
}
