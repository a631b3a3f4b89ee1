// Package record sees to it that what is to be recorded is recorded: sources that are
// always, those of a hearing while it is in session, and those that somebody has
// started by hand. It joins the court (package rooms), which says what must be, with
// the recorder, which knows no courts.
//
//	k := record.NewKeeper(record.Options{…})
//	defer k.Close()
//	k.Stir() // something may have changed
//
// Invariants:
//   - what must be is worked out anew each time from the court's data and the sources'
//     settings, and compared with what runs: an order is never lost by a crash, and one
//     that failed is tried again;
//   - a hearing is recorded from its opening to its closing; its interruptions are gaps
//     with reason and person;
//   - recordings that a restart has interrupted go on in the same folder.
package record

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"avhub/configs"
	"avhub/recorder"
	"avhub/rooms"
)

// Options of a keeper.
type Options struct {
	Recorder *recorder.Recorder
	// Sources are the settings of all sources.
	Sources func() []configs.Source
	// Line finds what a source sends.
	Line func(id string) (recorder.Source, error)
	// Hearings are those under way, with their cases' numbers by hearing.
	Hearings func(ctx context.Context) ([]rooms.Hearing, map[string]string, error)
	// Sent are what participants of a hearing send in its room; known are ids that there
	// are interrupted recordings of. While it fails all recordings go on as they are. nil:
	// there are no rooms.
	Sent func(h rooms.Hearing, known []string) ([]Sent, error)
	// MostFiles is how many files of a source a recording may have before the next one
	// takes over; 0: 15,000, for a seal names up to 20,000 (see ledger.MaxLine).
	MostFiles int
	Now       func() time.Time
	Log       *slog.Logger
}

// Sent is something that a participant sends.
type Sent struct {
	ID, Name string
	From     recorder.Source
}

// Keeper compares what must be recorded with what is.
type Keeper struct {
	o    Options
	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	running map[key]*running
	byHand  map[string]Order // source → who wants it recorded
	failed  map[key]string   // why a recording could not begin
}

// key names what is recorded for what.
type key struct {
	source string
	what   string // "always", "hand", or the hearing's id
}

// running is a recording that goes on.
type running struct {
	session *recorder.Session
	day     string
	version int  // of the hearing that was last acted on
	paused  bool // on an order
}

// lookEvery is how often everything is compared even if nobody has stirred.
const lookEvery = time.Second

// NewKeeper begins at once with what a restart has interrupted.
func NewKeeper(o Options) *Keeper {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MostFiles == 0 {
		o.MostFiles = 15_000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := &Keeper{
		o: o, wake: make(chan struct{}, 1), done: make(chan struct{}),
		running: map[key]*running{}, byHand: map[string]Order{}, failed: map[key]string{},
	}
	ctx, stop := context.WithCancel(context.Background())
	k.stop = stop
	k.takeUpByHand()
	go k.run(ctx)
	return k
}

// Stir makes the keeper look at once. It does not wait; there may be none yet.
func (k *Keeper) Stir() {
	if k == nil {
		return
	}
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Close ends the keeper and leaves recordings as they are; the recorder suspends them.
func (k *Keeper) Close() error {
	k.stop()
	<-k.done
	return nil
}

func (k *Keeper) run(ctx context.Context) {
	defer close(k.done)
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	failing := false
	for {
		err := k.look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			k.o.Log.Error("what is to be recorded cannot be found out; recordings go on as they are", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-k.wake:
		case <-ticker.C:
		}
	}
}

// look compares once.
func (k *Keeper) look(ctx context.Context) error {
	hearings, numbers, err := k.o.Hearings(ctx)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	wanted, err := k.wanted(hearings, numbers)
	if err != nil {
		return err
	}
	for at, r := range k.running {
		if _, ok := wanted[at]; !ok || done(r.session) {
			k.end(at, r)
		}
	}
	k.settleSuspended(wanted)
	for _, at := range slices.SortedFunc(maps.Keys(wanted), compare) {
		k.keep(at, wanted[at])
	}
	for at := range k.failed {
		if _, ok := wanted[at]; !ok {
			delete(k.failed, at)
		}
	}
	return nil
}

func done(s *recorder.Session) bool {
	select {
	case <-s.Done():
		return true
	default:
		return false
	}
}

// keep begins what does not run, and does to it what its hearing says.
func (k *Keeper) keep(at key, w want) {
	r := k.running[at]
	today := k.o.Now().Local().Format(time.DateOnly)
	if r != nil && k.cut(at, r, today) {
		k.end(at, r) // the next begins with the same keyframe
		r = nil
	}
	if r == nil {
		session, err := k.begin(at, w)
		if err != nil {
			if k.failed[at] != err.Error() {
				k.o.Log.Error("a recording could not begin; it is tried again", "source", at.source, "for", at.what, "err", err)
			}
			k.failed[at] = err.Error()
			return
		}
		delete(k.failed, at)
		r = &running{session: session, day: today}
		k.running[at] = r
	}
	if w.hearing != nil && r.version != w.hearing.Version {
		k.obey(r, *w.hearing)
	}
}

// cut tells whether the next recording takes over: each day, unless it is of a
// hearing, which is one as long as its seal can name its files.
func (k *Keeper) cut(at key, r *running, today string) bool {
	daily := at.what == always || at.what == hand
	return daily && r.day != today || r.session.Status().Segments >= k.o.MostFiles
}

// end stops a recording; sealing goes on beside.
func (k *Keeper) end(at key, r *running) {
	delete(k.running, at)
	if done(r.session) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), sealLimit)
		defer cancel()
		if err := r.session.Stop(ctx); err != nil {
			k.o.Log.Error("a recording could not be sealed; it is at the next start", "recording", r.session.ID(), "err", err)
		}
	}()
}

// sealLimit is how long sealing may take before it is given up until the next start.
const sealLimit = 5 * time.Minute
