package packet

import (
	"encoding/binary"
	"fmt"
)

// Limits of a block of redundant audio (RFC 2198 section 3).
const (
	MaxREDOffset = 1<<14 - 1 // ticks before the packet's own timestamp
	maxREDBlock  = 1<<10 - 1 // octets
	maxREDBlocks = 16        // in one packet
)

// REDBlock is one block of a packet of redundant audio: a frame that was, or is to be, a
// packet of its own.
type REDBlock struct {
	PayloadType uint8
	Offset      uint32 // ticks before the packet's timestamp; 0: the primary
	Data        []byte // shares the packet's bytes
}

// ParseRED takes a payload of redundant audio (RFC 2198) apart, into dst: the oldest block
// first, the primary last.
func ParseRED(dst []REDBlock, payload []byte) ([]REDBlock, error) {
	dst = dst[:0]
	var sizes [maxREDBlocks]int
	rest := payload
	for {
		switch {
		case len(rest) == 0:
			return nil, fmt.Errorf("%w: redundant audio ends within its headers", ErrMalformed)
		case len(dst) == maxREDBlocks:
			return nil, fmt.Errorf("%w: redundant audio of more than %d blocks", ErrMalformed, maxREDBlocks)
		}
		b := REDBlock{PayloadType: rest[0] & 0x7f}
		if rest[0]&0x80 == 0 {
			dst, rest = append(dst, b), rest[1:]
			break
		}
		if len(rest) < 4 {
			return nil, fmt.Errorf("%w: redundant audio ends within a header", ErrMalformed)
		}
		header := binary.BigEndian.Uint32(rest)
		b.Offset = header >> 10 & MaxREDOffset
		sizes[len(dst)] = int(header & maxREDBlock)
		dst, rest = append(dst, b), rest[4:]
	}
	for i := range dst[:len(dst)-1] {
		if sizes[i] > len(rest) {
			return nil, fmt.Errorf("%w: a block of redundant audio is longer than the packet", ErrMalformed)
		}
		dst[i].Data, rest = rest[:sizes[i]:sizes[i]], rest[sizes[i]:]
	}
	dst[len(dst)-1].Data = rest
	return dst, nil
}

// AppendRED puts a packet of redundant audio behind dst: the primary, and before it the
// frame that came offset ticks earlier, where there is one and RFC 2198 has room for it.
func AppendRED(dst []byte, payloadType uint8, before []byte, offset uint32, primary []byte) []byte {
	redundant := len(before) > 0 && len(before) <= maxREDBlock && offset > 0 && offset <= MaxREDOffset
	if redundant {
		dst = binary.BigEndian.AppendUint32(dst, 1<<31|uint32(payloadType&0x7f)<<24|offset<<10|uint32(len(before)))
	}
	dst = append(dst, payloadType&0x7f)
	if redundant {
		dst = append(dst, before...)
	}
	return append(dst, primary...)
}
