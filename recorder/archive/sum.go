package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// sums are the hashes of a file, whole and in parts.
type sums struct {
	size     int64
	whole    [sha256.Size]byte
	partSize int64
	parts    [][sha256.Size]byte // one at least
}

func (s sums) hex() string { return hex.EncodeToString(s.whole[:]) }

// part is where part i, from 0, lies.
func (s sums) part(i int) (offset, size int64) {
	offset = int64(i) * s.partSize
	return offset, min(s.partSize, s.size-offset)
}

// checksum is what an S3 store calls the SHA-256 of the object: of the bytes, or, where
// it was sent in parts, of the parts' hashes with their number behind it.
func (s sums) checksum() string {
	if len(s.parts) == 1 {
		return base64.StdEncoding.EncodeToString(s.whole[:])
	}
	h := sha256.New()
	for _, p := range s.parts {
		h.Write(p[:])
	}
	return fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(h.Sum(nil)), len(s.parts))
}

// sumOf reads size bytes once and hashes them whole and in parts.
func sumOf(r io.Reader, size, partSize int64) (sums, error) {
	s := sums{size: size, partSize: partSize}
	whole := sha256.New()
	for left := size; left > 0 || len(s.parts) == 0; {
		part := sha256.New()
		n, err := io.Copy(io.MultiWriter(whole, part), io.LimitReader(r, min(left, partSize)))
		if err != nil {
			return s, err
		}
		if n < min(left, partSize) {
			return s, io.ErrUnexpectedEOF
		}
		left -= n
		s.parts = append(s.parts, sum(part))
	}
	s.whole = sum(whole)
	return s, nil
}

func sum(h hash.Hash) (out [sha256.Size]byte) {
	h.Sum(out[:0])
	return out
}

// content is bytes to be sent, with their hashes.
type content struct {
	io.ReaderAt
	sums
}

// fileContent hashes the first size bytes of a file.
func fileContent(f *os.File, size, partSize int64) (content, error) {
	s, err := sumOf(io.NewSectionReader(f, 0, size), size, partSize)
	return content{f, s}, err
}

func bytesContent(b []byte, partSize int64) (content, error) {
	s, err := sumOf(bytes.NewReader(b), int64(len(b)), partSize)
	return content{bytes.NewReader(b), s}, err
}
