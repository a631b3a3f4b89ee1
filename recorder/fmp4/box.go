package fmp4

import "encoding/binary"

// boxes is bytes of MP4 boxes in the making.
type boxes []byte

// begin starts a box and returns where, for end.
func (b *boxes) begin(name string) int {
	at := len(*b)
	*b = append(*b, 0, 0, 0, 0)
	*b = append(*b, name...)
	return at
}

// full starts a box with version and flags.
func (b *boxes) full(name string, version byte, flags uint32) int {
	at := b.begin(name)
	b.u32(uint32(version)<<24 | flags)
	return at
}

// end writes the size of the box that began there.
func (b *boxes) end(at int) { binary.BigEndian.PutUint32((*b)[at:], uint32(len(*b)-at)) }

func (b *boxes) u8(v ...byte)  { *b = append(*b, v...) }
func (b *boxes) u16(v uint16)  { *b = binary.BigEndian.AppendUint16(*b, v) }
func (b *boxes) u32(v uint32)  { *b = binary.BigEndian.AppendUint32(*b, v) }
func (b *boxes) u64(v uint64)  { *b = binary.BigEndian.AppendUint64(*b, v) }
func (b *boxes) zeros(n int)   { *b = append(*b, make([]byte, n)...) }
func (b *boxes) text(s string) { *b = append(*b, s...) }
