package signaling

import (
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a file of which each read takes a minute.
type slow struct{ *bytes.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(time.Minute)
	return s.Reader.Read(p[:min(len(p), 3)])
}

func (s slow) Close() error { return nil }

// Whoever waits too long is told to ask again; the file is read once.
func TestChecksums(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newChecksums()
		life, end := context.WithCancel(t.Context())
		data, opened := []byte("ten bytes!"), 0
		open := func() io.ReadSeekCloser {
			opened++
			return slow{bytes.NewReader(data)}
		}
		if _, err := c.get(t.Context(), life, "a", open); !errors.Is(err, errCounting) {
			t.Errorf("at once: %v", err)
		}
		time.Sleep(10 * time.Minute)
		if crc, err := c.get(t.Context(), life, "a", open); err != nil || crc != crc32.ChecksumIEEE(data) || opened != 1 {
			t.Errorf("%x, %v, opened %d times", crc, err, opened)
		}
		// One that is broken off is read again by the next who asks.
		if _, err := c.get(t.Context(), life, "b", open); !errors.Is(err, errCounting) {
			t.Errorf("at once: %v", err)
		}
		end()
		c.jobs.Wait()
		go func() { _, _ = c.get(t.Context(), t.Context(), "b", open) }()
		time.Sleep(10 * time.Minute)
		if crc, err := c.get(t.Context(), t.Context(), "b", open); err != nil || crc != crc32.ChecksumIEEE(data) || opened != 3 {
			t.Errorf("%x, %v, opened %d times", crc, err, opened)
		}
		c.jobs.Wait()
	})
}
