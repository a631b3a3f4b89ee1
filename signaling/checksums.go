package signaling

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"sync"
	"time"
)

// checksums are the CRC-32 of files that are made while they are sent. A ZIP archive
// says them before the bytes, so that each file is read once before it is sent first;
// what was found is kept for the ranges that follow. A file of hours takes minutes: who
// asks waits a while, and is told to ask again.
type checksums struct {
	patience time.Duration

	mu   sync.Mutex
	of   map[string]*checksum
	all  []string // the oldest first
	jobs sync.WaitGroup
	slot chan struct{} // one is read at a time: the disk has recordings to write
}

type checksum struct {
	done chan struct{}
	crc  uint32
	err  error
}

// Limits of checksums.
const (
	checksumsKept    = 1000
	checksumPatience = 30 * time.Second
)

var errCounting = errors.New("it is still being read")

func newChecksums() *checksums {
	return &checksums{patience: checksumPatience, of: map[string]*checksum{}, slot: make(chan struct{}, 1)}
}

// get is the checksum of a file by its name, which stands for these very bytes. It
// returns errCounting where that takes longer; it is worked on all the same, until
// life ends.
func (c *checksums) get(ctx, life context.Context, name string, open func() io.ReadSeekCloser) (uint32, error) {
	c.mu.Lock()
	sum := c.of[name]
	if sum == nil {
		sum = &checksum{done: make(chan struct{})}
		c.of[name] = sum
		c.all = append(c.all, name)
		if len(c.all) > checksumsKept {
			delete(c.of, c.all[0])
			c.all = c.all[1:]
		}
		c.jobs.Go(func() { c.work(life, name, sum, open) })
	}
	c.mu.Unlock()
	timer := time.NewTimer(c.patience)
	defer timer.Stop()
	select {
	case <-sum.done:
		return sum.crc, sum.err
	case <-timer.C:
		return 0, errCounting
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (c *checksums) work(life context.Context, name string, sum *checksum, open func() io.ReadSeekCloser) {
	defer close(sum.done)
	select {
	case c.slot <- struct{}{}:
		defer func() { <-c.slot }()
		sum.crc, sum.err = crcOf(life, open)
	case <-life.Done():
		sum.err = life.Err()
	}
	if sum.err != nil { // the next who asks tries again
		c.mu.Lock()
		if c.of[name] == sum {
			delete(c.of, name)
		}
		c.mu.Unlock()
	}
}

func crcOf(life context.Context, open func() io.ReadSeekCloser) (uint32, error) {
	r := open()
	defer func() { _ = r.Close() }() // it was only read
	h, buffer := crc32.NewIEEE(), make([]byte, 256<<10)
	for {
		if err := life.Err(); err != nil {
			return 0, err
		}
		n, err := r.Read(buffer)
		_, _ = h.Write(buffer[:n]) // a hash takes everything
		if errors.Is(err, io.EOF) {
			return h.Sum32(), nil
		}
		if err != nil {
			return 0, err
		}
	}
}
