package recorder

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/sys/unix"

	"avhub/media"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Options of a recorder.
type Options struct {
	Dir     string             // of all recordings
	Key     ed25519.PrivateKey // signs manifests
	SM2     *sm2.PrivateKey    // signs them too, with SM3; nil: none
	Segment time.Duration      // length of a file; default 60 s
	Part    time.Duration      // the most that a crash can cost; default 500 ms
	Sync    Sync               // default SyncPart
	SM3     bool               // hash by SM3 (GB/T 32905) beside SHA-256
	Hub     string             // program and version, for manifests
	// Memory is how many bytes of a recording may wait for a slow disk in memory,
	// default 32 MiB; Spill how many in a file in SpillDir then, default 1 GiB.
	Memory   int
	Spill    int64
	SpillDir string
	// Told hears of each entry that a manifest has taken, from the recording's own
	// goroutine: it must not wait.
	Told func(Told)
	Log  *slog.Logger

	create func(path string) (mediaFile, error)   // tests break it
	open   func(path string) (ledger.File, error) // nil: on the disk; tests break it
	wall   func() time.Time                       // tests set it
}

// Told is an entry of a recording's manifest.
type Told struct {
	ID, Source, Dir string
	Labels          map[string]string
	Kind            string
	Body            any
}

func (o *Options) setDefaults() {
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&o.Segment, time.Minute}, {&o.Part, 500 * time.Millisecond}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	if o.Sync == "" {
		o.Sync = SyncPart
	}
	if o.Memory <= 0 {
		o.Memory = 32 << 20
	}
	if o.Spill <= 0 {
		o.Spill = 1 << 30
	}
	if o.SpillDir == "" {
		o.SpillDir = os.TempDir()
	}
	if o.Told == nil {
		o.Told = func(Told) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.create == nil {
		o.create = createFile
	}
	if o.wall == nil {
		o.wall = time.Now
	}
}

// Recorder keeps a hub's recordings.
type Recorder struct {
	o    Options
	lock *os.File
	disk *disk

	mu        sync.Mutex
	sessions  map[string]*Session
	suspended map[string]*suspended
	annexing  sync.Map // dir → *sync.Mutex
	closed    bool
}

// openDir holds a mark for each recording that is not sealed.
const openDir = ".open"

// New takes the folder and repairs what a crash has left in it. Those recordings are
// in Suspended then, until Continue or Finish.
func New(o Options) (*Recorder, error) {
	o.setDefaults()
	if err := os.MkdirAll(filepath.Join(o.Dir, openDir), 0o750); err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(o.Dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("recordings %s: another process writes here: is the hub running twice on one folder?", o.Dir), lock.Close())
	}
	r := &Recorder{o: o, lock: lock, disk: newDisk(o.Dir, o.Log), sessions: map[string]*Session{}, suspended: map[string]*suspended{}}
	if err := r.repairAll(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return r, nil
}

// Request is what is to be recorded.
type Request struct {
	Source string // id, part of the folder's name
	Name   string
	Set    string            // recordings of one set belong on one timeline
	Labels map[string]string // whatever finds it again: hearing, case
	From   Source
}

// Errors of requests.
var (
	ErrClosed  = errors.New("the recorder is shutting down")
	ErrUnknown = errors.New("there is no such recording")
	errSource  = errors.New("an id has small letters, digits, - and _, at most 63")
)

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Start begins a recording: with the keyframe that the stream still has, so that it
// begins before it was asked for. A source that is away gives a recording that
// begins with a gap.
func (r *Recorder) Start(q Request) (*Session, error) {
	if !sourceName.MatchString(q.Source) || q.From == nil {
		return nil, fmt.Errorf("recording of %q: %w", q.Source, errSource)
	}
	stream, release := q.From.Hold()
	s, err := r.start(q, stream, release)
	if err != nil {
		release()
	}
	return s, err
}

func (r *Recorder) start(q Request, stream *media.Stream, release func()) (*Session, error) {
	asked := r.o.wall()
	now := time.Since(stream.Epoch())
	reader, first := subscribe(stream)
	zero := now
	if first != nil {
		zero = onStream(first, stream.Tracks()[first.Track].ClockRate)
	}
	utc := asked.Add(zero - now).UTC().Round(0)
	id := utc.Format("20060102t150405") + "-" + strings.ToLower(rand.Text()[:10])
	dir := filepath.Join(r.o.Dir, q.Source, utc.Local().Format("2006-01-02"), id)
	begin := manifest.Begin{
		Format: manifest.Format, ID: id, Source: q.Source, Name: q.Name, Set: q.Set, Labels: q.Labels,
		Asked: asked.UTC().Round(0), Zero: utc, PartMS: r.o.Part.Milliseconds(), Sync: string(r.o.Sync), Hub: r.o.Hub,
	}
	l, err := r.create(dir, begin)
	if err != nil {
		reader.Close()
		return nil, err
	}
	c := &cutter{o: cutting{r.o.Part, r.o.Segment}, began: now}
	c.clock.zero = utc
	c.line.begin(zero)
	return r.launch(launch{begin: begin, dir: dir, from: q.From, stream: stream, reader: reader, release: release, ledger: l, cutter: c, first: first})
}

// subscribe begins at the keyframe that the stream keeps, if that is of now. The
// first unit is handed out with the reader.
func subscribe(stream *media.Stream) (*media.Reader, *media.Unit) {
	key := stream.LastKeyframe()
	fresh := stream.Fed() && key != nil && time.Since(key.Arrived) < time.Minute
	reader := stream.Subscribe(media.ReaderOptions{FromKeyframe: fresh, Rest: true})
	if !fresh {
		return reader, nil
	}
	u, _, err := reader.Poll()
	if err != nil {
		return reader, nil
	}
	return reader, u
}

// create makes a recording's folder with the beginning of its manifest.
func (r *Recorder) create(dir string, begin manifest.Begin) (*ledger.Ledger, error) {
	if err := mkdirSynced(r.o.Dir, dir); err != nil {
		return nil, fmt.Errorf("recording of %s: %w", begin.Source, err)
	}
	if err := r.mark(begin.ID, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("recording of %s: %w", begin.Source, err), r.discard(begin.ID, dir))
	}
	l, err := ledger.Open(dir, r.ledgerOptions())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("recording of %s: %w", begin.Source, err), r.discard(begin.ID, dir))
	}
	if _, err := l.Append(context.Background(), manifest.KindBegin, time.Now(), begin); err != nil {
		return nil, errors.Join(fmt.Errorf("recording of %s: %w", begin.Source, err), l.Close(), r.discard(begin.ID, dir))
	}
	return l, nil
}

// discard takes away the folder of a recording that could not begin.
func (r *Recorder) discard(id, dir string) error {
	return errors.Join(os.RemoveAll(dir), r.unmark(id))
}

func (r *Recorder) ledgerOptions() ledger.Options {
	return ledger.Options{
		Key: r.o.Key, SM2: r.o.SM2, Purpose: manifest.Purpose, Name: ledger.Manifest, SM3: r.o.SM3, Unlocked: true,
		NoSync: r.o.Sync != SyncPart, HeadEvery: -1, Log: r.o.Log, Open: r.o.open,
	}
}

// launch is what a session is made of.
type launch struct {
	begin   manifest.Begin
	dir     string
	from    Source
	stream  *media.Stream
	reader  *media.Reader
	release func()
	ledger  *ledger.Ledger
	cutter  *cutter
	first   *media.Unit
	sealed  []manifest.SealedFile
}

func (r *Recorder) launch(l launch) (*Session, error) {
	s := &Session{
		r: r, begin: l.begin, dir: l.dir, source: l.from, stream: l.stream, cutter: l.cutter, ledger: l.ledger,
		quit: make(chan struct{}), done: make(chan struct{}), offline: -1,
	}
	s.queue = newQueue(r.o.Memory, func() (*spill, error) { return openSpill(r.o.SpillDir, r.o.Spill) })
	s.files = &files{
		dir: l.dir, ledger: l.ledger, sync: r.o.Sync, sm3: r.o.SM3, log: r.o.Log, disk: r.disk, create: r.o.create, sealed: l.sealed,
		told: func(kind string, body any) { s.told(kind, body) },
	}
	s.cutter.out, s.cutter.why = s.files, s.why
	s.cutter.wall = func() wallTime { return wallTime{r.o.wall().Round(0), s.now()} }
	s.cutter.setTracks(ownTracks(l.stream))
	s.cutter.noteClock(0)
	if l.first != nil {
		s.queue.put(item{unit: l.first, at: s.since(l.first.Arrived)})
	}
	s.report()
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		l.reader.Close()
		return nil, errors.Join(ErrClosed, l.ledger.Close())
	}
	r.sessions[l.begin.ID] = s
	r.mu.Unlock()
	s.run(l.reader, l.release)
	return s, nil
}

// ended forgets a session that has ended.
func (r *Recorder) ended(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s.begin.ID)
}

// Session returns a recording that runs.
func (r *Recorder) Session(id string) (*Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.sessions[id]
	if !ok {
		return nil, fmt.Errorf("recording %q does not run: %w", id, ErrUnknown)
	}
	return s, nil
}

// Sessions are the recordings that run, by id.
func (r *Recorder) Sessions() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := slices.Sorted(maps.Keys(r.sessions))
	all := make([]*Session, len(ids))
	for i, id := range ids {
		all[i] = r.sessions[id]
	}
	return all
}

// Disk is how the recordings' disk stands.
func (r *Recorder) Disk() DiskStatus { return r.disk.status(time.Now()) }

// Close suspends what runs: it goes on with the next start of the hub.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	sessions, rest := maps.Clone(r.sessions), r.suspended
	r.suspended = nil
	r.mu.Unlock()
	errs := make(chan error, len(sessions))
	for _, s := range sessions {
		go func() { errs <- s.suspend() }()
	}
	var err error
	for range sessions {
		err = errors.Join(err, <-errs)
	}
	for _, p := range rest {
		err = errors.Join(err, p.ledger.Close())
	}
	return errors.Join(err, r.lock.Close())
}
