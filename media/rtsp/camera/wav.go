package camera

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
)

// wavHead is the length of a WAV file's header, in bytes.
const wavHead = 44

// WAV is a file that a loudspeaker's sound goes to: RIFF WAVE, 16 bits, one channel,
// 8 kHz. What was said at different times stands one after the other.
type WAV struct {
	mu   sync.Mutex
	file *os.File
	size uint32 // of the samples, in bytes
	err  error
}

// CreateWAV makes the file anew.
func CreateWAV(path string) (*WAV, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("loudspeaker: %w", err)
	}
	w := &WAV{file: f}
	_, w.err = f.Write(w.header())
	return w, w.err
}

func (w *WAV) header() []byte {
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, wavHead-8+w.size)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...) // 16 bytes of format: linear samples, one channel
	b = binary.LittleEndian.AppendUint32(b, LoudspeakerRate)
	b = binary.LittleEndian.AppendUint32(b, 2*LoudspeakerRate)
	b = append(b, "\x02\x00\x10\x00data"...)
	return binary.LittleEndian.AppendUint32(b, w.size)
}

// Play writes samples; the file can be read at any time.
func (w *WAV) Play(samples []int16) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || uint64(w.size)+uint64(2*len(samples)) > 1<<31 {
		return // 37 hours are enough
	}
	var b []byte
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	if _, w.err = w.file.Write(b); w.err != nil {
		return
	}
	w.size += uint32(len(b))
	_, w.err = w.file.WriteAt(w.header(), 0)
}

// Close ends the file. It returns the first error of all.
func (w *WAV) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	return w.err
}
