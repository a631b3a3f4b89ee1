package ledger

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/sys/unix"
)

// Options of a ledger.
type Options struct {
	Key     ed25519.PrivateKey
	SM2     *sm2.PrivateKey // signs heads too, over the chain by SM3; nil: none
	Purpose string          // "audit", "recording"
	Name    Naming          // of its files
	SM3     bool            // chain by SM3 too (GB/T 32905)
	// NoSync leaves it to the kernel when entries reach the disk; heads are
	// synced all the same.
	NoSync bool
	// Unlocked takes no lock: the caller holds one over many ledgers.
	Unlocked bool
	// FileSize is after how many bytes a new file begins, 0 means 64 MiB;
	// HeadEvery how often a head is signed while entries come, 0 means a minute;
	// below 0 it is signed on Sign and Close only.
	FileSize  int64
	HeadEvery time.Duration
	Now       func() time.Time
	Log       *slog.Logger
	// Appended, if set, is told of what is on disk: in the ledger's order, before
	// the Append that it belongs to returns. It must not block.
	Appended func(first uint64, bodies []any)

	// Open makes a file of entries; nil: on the disk. Tests break it.
	Open func(path string) (File, error)
}

// File is what the ledger writes to.
type File interface {
	Write([]byte) (int, error)
	Sync() error
	Close() error
}

// Ledger is open for writing. Its methods may be called at once.
type Ledger struct {
	dir    string
	o      Options
	lock   *os.File
	queue  chan *request
	done   chan struct{} // closed when the writer has ended
	closed chan struct{} // closed when it is to end
	once   sync.Once

	mu   sync.Mutex
	err  error // why it cannot be written now
	head Head

	w writer // the writer's alone
}

// request is entries to write, with where the answer goes.
type request struct {
	kind   string
	at     time.Time
	given  []any // as Append was given them
	bodies []json.RawMessage
	first  uint64
	sign   bool // no entries: the end is to be signed
	err    chan error
}

// Limits of what waits.
const (
	maxWaiting = 4096
	maxBatch   = 1 << 20 // bytes that go to the disk at once
	maxBody    = MaxLine - 1024
)

// ErrClosed says that the ledger takes nothing any more.
var ErrClosed = errors.New("the ledger is closed")

// Open opens a ledger for writing, or begins one. One process at a time may.
// What a crash has left unfinished is cut off; what was changed by hand is
// refused.
func Open(dir string, o Options) (*Ledger, error) {
	setDefaults(&o)
	if o.SM2 != nil && !o.SM3 {
		return nil, errors.New("ledger: a signature by SM2 needs the chain by SM3")
	}
	if len(o.Key) != ed25519.PrivateKeySize || o.Purpose == "" || !o.Name.valid() {
		return nil, errors.New("ledger: Key, Purpose and a known Name are needed")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	lock, err := takeLock(dir, o.Unlocked)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", dir, err)
	}
	l := &Ledger{dir: dir, o: o, lock: lock, queue: make(chan *request, maxWaiting), done: make(chan struct{}), closed: make(chan struct{})}
	if err := l.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger %s: %w", dir, err), l.w.close(), l.unlock())
	}
	go l.run()
	return l, nil
}

func setDefaults(o *Options) {
	if o.FileSize == 0 {
		o.FileSize = 64 << 20
	}
	if o.HeadEvery == 0 {
		o.HeadEvery = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Open == nil {
		o.Open = func(path string) (File, error) {
			return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
		}
	}
}

func takeLock(dir string, unlocked bool) (*os.File, error) {
	if unlocked {
		return nil, nil
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("another process writes it: is the hub running twice on one data_dir?"), f.Close())
	}
	return f, nil
}

func (l *Ledger) unlock() error {
	if l.lock == nil {
		return nil
	}
	return l.lock.Close()
}

// begin finds the end of the ledger and opens its last file, or the first.
func (l *Ledger) begin() error {
	public, err := publicPEM(l.o.Key.Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	end, err := findEnd(l.dir)
	if err != nil {
		return err
	}
	if err := save(filepath.Join(l.dir, publicFile), public, 0o644); err != nil {
		return err
	}
	if l.o.SM2 != nil {
		second, err := PublicSM2(l.o.SM2).PEM()
		if err != nil {
			return err
		}
		if err := save(filepath.Join(l.dir, publicSM2File), second, 0o644); err != nil {
			return err
		}
	}
	l.w = writer{dir: l.dir, o: &l.o, end: end}
	if end.header.ID != "" && end.header.Purpose != l.o.Purpose {
		return fmt.Errorf("it is a ledger of %s, not of %s", end.header.Purpose, l.o.Purpose)
	}
	if err := l.w.resume(); err != nil {
		return err
	}
	return l.signHead()
}

// ID names the ledger.
func (l *Ledger) ID() string { return l.w.id }

// Append writes entries of one kind, one for each body, whatever JSON can hold.
// When it returns nil they are on disk, and first is the first one's number.
func (l *Ledger) Append(ctx context.Context, kind string, at time.Time, bodies ...any) (first uint64, err error) {
	r := &request{kind: kind, at: at.UTC(), given: bodies, err: make(chan error, 1)}
	for _, b := range bodies {
		raw, err := json.Marshal(b)
		if err != nil {
			return 0, fmt.Errorf("ledger: %w", err)
		}
		if len(raw) > maxBody || len(raw) == 0 || raw[0] != '{' {
			return 0, fmt.Errorf("ledger: an entry is a JSON object of at most %d bytes, not one of %d", maxBody, len(raw))
		}
		r.bodies = append(r.bodies, raw)
	}
	err = l.ask(ctx, r)
	return r.first, err
}

// Sign signs the end, if something has come since it was signed.
func (l *Ledger) Sign(ctx context.Context) (Head, error) {
	if err := l.ask(ctx, &request{sign: true, err: make(chan error, 1)}); err != nil {
		return Head{}, err
	}
	return l.Head(), nil
}

// ask hands a request to the writer and waits for the answer.
func (l *Ledger) ask(ctx context.Context, r *request) error {
	select {
	case <-l.closed:
		return ErrClosed
	default:
	}
	select {
	case l.queue <- r:
	case <-ctx.Done():
		return fmt.Errorf("ledger: it is too slow: %w", ctx.Err())
	case <-l.done:
		return ErrClosed
	}
	select {
	case err := <-r.err:
		return err
	case <-l.done:
		select {
		case err := <-r.err: // answered as the last one
			return err
		default:
			return ErrClosed
		}
	}
}

// Err says why the ledger cannot be written now; nil: it can.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Head is the newest signed head. Kept elsewhere, it proves that nothing before
// it was cut off.
func (l *Ledger) Head() Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// Close writes what waits, signs the end and gives the ledger free.
func (l *Ledger) Close() error {
	l.once.Do(func() { close(l.closed) })
	<-l.done
	return l.Err()
}

// run is the writer: it takes all that waits at once, so that many who append
// share one write and one sync.
func (l *Ledger) run() {
	defer close(l.done)
	var tick <-chan time.Time
	if l.o.HeadEvery > 0 {
		ticker := time.NewTicker(l.o.HeadEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case r := <-l.queue:
			l.write(l.gather(r))
		case <-tick:
			if err := l.signHead(); err != nil {
				l.o.Log.Error("ledger: head", "err", err)
			}
		case <-l.closed:
			for {
				select {
				case r := <-l.queue:
					l.write(l.gather(r))
					continue
				default:
				}
				break
			}
			err := errors.Join(l.signHead(), l.w.close(), l.unlock())
			l.fail(err)
			return
		}
	}
}

// gather takes what waits behind a request.
func (l *Ledger) gather(r *request) []*request {
	batch, size := []*request{r}, r.size()
	for size < maxBatch {
		select {
		case r := <-l.queue:
			batch = append(batch, r)
			size += r.size()
		default:
			return batch
		}
	}
	return batch
}

func (r *request) size() int {
	n := 0
	for _, b := range r.bodies {
		n += len(b)
	}
	return n
}

// write writes a batch and answers it.
func (l *Ledger) write(batch []*request) {
	entries := slices.DeleteFunc(slices.Clone(batch), func(r *request) bool { return r.sign })
	var err error
	if len(entries) > 0 {
		err = l.w.write(entries)
		l.fail(err)
	}
	if err == nil && len(entries) < len(batch) {
		err = l.signHead()
	}
	for _, r := range batch {
		if err == nil && l.o.Appended != nil {
			l.o.Appended(r.first, r.given)
		}
		r.err <- err
	}
}

// fail keeps why the ledger cannot be written, or that it can again.
func (l *Ledger) fail(err error) {
	l.mu.Lock()
	changed := (err == nil) != (l.err == nil)
	l.err = err
	l.mu.Unlock()
	if changed && err != nil {
		l.o.Log.Error("the ledger cannot be written", "dir", l.dir, "err", err)
	} else if changed {
		l.o.Log.Info("the ledger can be written again", "dir", l.dir)
	}
}

// signHead signs the end, if something has come since the last time.
func (l *Ledger) signHead() error {
	if !l.w.unsigned {
		l.setHead()
		return nil
	}
	if err := l.w.sign(); err != nil {
		l.fail(err)
		return err
	}
	l.fail(nil)
	l.setHead()
	return nil
}

func (l *Ledger) setHead() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.head = l.w.head
}
