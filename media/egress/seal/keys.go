package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// Labels of RFC 3711 section 4.3.2: those of a protocol are one after the other.
const (
	labelEncryption     = 0
	labelAuthentication = 1
	labelSalt           = 2

	labelsRTP  = 0
	labelsRTCP = 3
)

// derive makes a session key from the master key by AES in counter mode (RFC
// 3711 section 4.3.3) with a key derivation rate of zero. A master salt of 96
// bits, as GCM has it, stands at the left of the 112 (RFC 7714 section 11).
func derive(master cipher.Block, salt []byte, label byte, size int) []byte {
	var in, out [aes.BlockSize]byte
	copy(in[:14], salt)
	in[7] ^= label
	var key []byte
	for i := uint16(0); len(key) < size; i++ {
		binary.BigEndian.PutUint16(in[14:], i)
		master.Encrypt(out[:], in[:])
		key = append(key, out[:]...)
	}
	return key[:size]
}
