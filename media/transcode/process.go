package transcode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"avhub/media"
)

// Times of supervision.
const (
	startLimit = 10 * time.Second // input before the first output: a busy machine is slow to start it
	hangLimit  = 3 * time.Second  // the same after it, and for one unit to be taken
	backoffMin = 200 * time.Millisecond
	backoffMax = 5 * time.Second
)

// process is one running ffmpeg.
type process struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	stderr tail
	in     atomic.Int64 // when input was last written, ns of monotonic time
	out    atomic.Int64 // when output last came
	began  time.Time
}

func startProcess(ctx context.Context, path string, args []string) (*process, error) {
	p := &process{began: time.Now()}
	childIn, stdin, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	stdout, childOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, childIn.Close(), stdin.Close())
	}
	p.stdin, p.stdout = stdin, stdout
	common := []string{"-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"}
	p.cmd = exec.CommandContext(ctx, path, append(common, args...)...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = childIn, childOut, &p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = 2 * time.Second
	err = p.cmd.Start()
	_, _ = childIn.Close(), childOut.Close()
	if err != nil {
		_, _ = stdin.Close(), stdout.Close()
		return nil, fmt.Errorf("ffmpeg: %w", err)
	}
	return p, nil
}

// write feeds the process. One that does not take its input in time is as good
// as dead.
func (p *process) write(data []byte) error {
	_ = p.stdin.SetWriteDeadline(time.Now().Add(p.limit()))
	_, err := p.stdin.Write(data)
	p.in.Store(int64(time.Since(p.began)))
	return err
}

// Read reads its output.
func (p *process) Read(b []byte) (int, error) {
	n, err := p.stdout.Read(b)
	p.out.Store(int64(time.Since(p.began)))
	return n, err
}

// limit is how long it may hang.
func (p *process) limit() time.Duration {
	if p.out.Load() == 0 {
		return startLimit
	}
	return hangLimit
}

// hangs tells that input goes in and nothing comes out.
func (p *process) hangs() bool {
	in, out, limit := time.Duration(p.in.Load()), time.Duration(p.out.Load()), p.limit()
	return in-out > limit && time.Since(p.began)-in < limit
}

// close ends the process and waits for it.
func (p *process) close() error {
	_ = p.stdin.Close()
	_ = p.cmd.Process.Kill() // it may have ended by itself
	err := p.cmd.Wait()
	_ = p.stdout.Close()
	return err
}

// converter is what runs inside a process: input written by feed until it
// returns, output taken by drain.
type converter interface {
	args() []string
	feed(context.Context, *process) error
	drain(io.Reader) error
}

// errOver ends supervision: there is nothing more to convert.
type errOver struct{ error }

// supervise runs a converter in processes, one after the other, until ctx ends
// or the converter says that it is over.
func supervise(ctx context.Context, path string, c converter, log *slog.Logger) {
	wait := backoffMin
	for ctx.Err() == nil {
		began := time.Now()
		err := once(ctx, path, c, log)
		var over errOver
		if ctx.Err() != nil || errors.As(err, &over) {
			return
		}
		log.Warn("ffmpeg ended and is started again", "err", err, "wait", wait)
		if time.Since(began) > backoffMax {
			wait = backoffMin
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, backoffMax)
	}
}

// once runs one process to its end.
func once(ctx context.Context, path string, c converter, log *slog.Logger) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p, err := startProcess(ctx, path, c.args())
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer media.Contain(log, "conversion", cancel)
		cancel(c.feed(ctx, p))
	})
	wg.Go(func() {
		defer media.Contain(log, "conversion", cancel)
		cancel(fmt.Errorf("its output ended: %w", c.drain(p)))
	})
	look := time.NewTicker(hangLimit / 6)
	defer look.Stop()
	for ctx.Err() == nil {
		select {
		case <-look.C:
			if p.hangs() {
				cancel(fmt.Errorf("nothing came out of it for %s", p.limit()))
			}
		case <-ctx.Done():
		}
	}
	_ = p.close()
	wg.Wait()
	reason := context.Cause(ctx)
	if said := p.stderr.String(); said != "" {
		return fmt.Errorf("%w; it said: %s", reason, said)
	}
	return reason
}

// tail keeps the last of what ffmpeg says.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 1000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = append([]byte(nil), t.text[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.text))
}
