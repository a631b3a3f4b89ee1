package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"avhub/recorder/manifest"
)

// Options of a keeper. Annex, Audit and Confirm are asked before anything is deleted;
// an error of theirs keeps it.
type Options struct {
	Roots   []string // folders of recordings, spelt as Annex wants them
	Keep    time.Duration
	LowMark float64 // share of the disk that is to stay free, above 0 and below 1

	// Annex adds a tombstone to a recording's manifest.
	Annex func(ctx context.Context, dir, kind string, body any) error
	// Audit takes a deletion before it happens.
	Audit func(ctx context.Context, d Deletion) error
	// Confirm asks the archive whether it still has what the receipt says.
	Confirm func(ctx context.Context, a manifest.Archived) error
	// Held tells of holds that are not in the manifest, such as one on the case; nil: none.
	Held func(ctx context.Context, labels map[string]string) (bool, error)
	// Changed hears of manifests that have got a tombstone; may be nil.
	Changed func(dir string)
	Told    func(Event) // must not wait; may be nil

	Every     time.Duration // how often the disk is looked at, default 2 s
	WarnAhead time.Duration // how long before it is full that is said, default 30 min
	Log       *slog.Logger

	space func(root string) (Space, error) // tests set it
	now   func() time.Time
}

// Deletion is segments of one recording that are about to go.
type Deletion struct {
	Dir, ID, Source string
	Labels          map[string]string
	Files           []string
	Bytes           int64
	Rule            string
	Reason          string
}

// RuleLowMark is the one rule by which recordings are deleted.
const RuleLowMark = "low_mark"

// Space is how a disk stands, in bytes.
type Space struct{ Free, Total int64 }

// Event is something that an operator should know.
type Event struct {
	Kind   EventKind
	Root   string
	Full   time.Time // of Filling: when
	Detail string
}

// EventKind is what happened.
type EventKind string

// Kinds of events.
const (
	Filling EventKind = "disk_filling" // it will be full soon
	Eased   EventKind = "disk_eased"   // it will not
	Low     EventKind = "disk_low"     // below the low mark, and nothing may go
	Roomy   EventKind = "disk_roomy"   // above it again
	Deleted EventKind = "deleted"      // segments were deleted by rule
	Kept    EventKind = "kept"         // segments could have gone and did not: why
)

// Keeper makes room.
type Keeper struct {
	o     Options
	rules Rules
	roots []*root
	mu    sync.Mutex // of what Status tells
}

// root is one folder of recordings.
type root struct {
	dir        string
	projection Projection
	warned     bool
	status     Status
	empty      map[string]bool // recordings of which nothing is left to delete
	again      time.Time       // room is not looked for before: none could be made
}

// Status is how a folder's disk stands.
type Status struct {
	Root    string
	Space   Space
	Rate    float64   // bytes a second, lately
	Full    time.Time // when it will be full; zero: not within a year
	Low     bool      // below the low mark, and nothing may go
	Deleted int64     // bytes deleted since the start
	Blocked Blocked   // bytes that may not go, as of the last time that room was made
}

// New checks the options.
func New(o Options) (*Keeper, error) {
	if len(o.Roots) == 0 || o.Annex == nil || o.Audit == nil || o.Confirm == nil {
		return nil, errors.New("retention: Roots, Annex, Audit and Confirm are needed")
	}
	if o.Keep <= 0 || o.LowMark <= 0 || o.LowMark >= 1 {
		return nil, fmt.Errorf("retention: Keep of %v or LowMark of %v is out of range", o.Keep, o.LowMark)
	}
	setDefaults(&o)
	k := &Keeper{o: o, rules: Rules{o.Keep}}
	for _, dir := range o.Roots {
		k.roots = append(k.roots, &root{dir: dir, empty: map[string]bool{}, status: Status{Root: dir}})
	}
	return k, nil
}

func setDefaults(o *Options) {
	if o.Held == nil {
		o.Held = func(context.Context, map[string]string) (bool, error) { return false, nil }
	}
	if o.Changed == nil {
		o.Changed = func(string) {}
	}
	if o.Told == nil {
		o.Told = func(Event) {}
	}
	if o.Every <= 0 {
		o.Every = 2 * time.Second
	}
	if o.WarnAhead <= 0 {
		o.WarnAhead = 30 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.space == nil {
		o.space = diskSpace
	}
	if o.now == nil {
		o.now = time.Now
	}
}

func diskSpace(root string) (Space, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(root, &st); err != nil {
		return Space{}, fmt.Errorf("retention: %s: %w", root, err)
	}
	return Space{int64(st.Bavail) * st.Bsize, int64(st.Blocks) * st.Bsize}, nil
}

// Run looks at the disks until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(k.o.Every)
	defer tick.Stop()
	for {
		if err := k.Look(ctx); err != nil && ctx.Err() == nil {
			k.o.Log.Error("retention", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Look looks at the disks once, and makes room where it is needed.
func (k *Keeper) Look(ctx context.Context) error {
	var errs error
	for _, r := range k.roots {
		errs = errors.Join(errs, k.look(ctx, r))
	}
	return errs
}

// whenNoneCouldBeMade is how long until room is looked for again.
const whenNoneCouldBeMade = time.Minute

func (k *Keeper) look(ctx context.Context, r *root) error {
	space, err := k.o.space(r.dir)
	if err != nil {
		return err
	}
	now := k.o.now()
	k.project(r, space, now)
	mark := int64(k.o.LowMark * float64(space.Total))
	if space.Free >= mark {
		k.setLow(r, false, "")
		return nil
	}
	if now.Before(r.again) {
		return nil
	}
	need := mark + mark/5 - space.Free // a little more, so that it is not at once low again
	made, blocked, err := k.makeRoom(ctx, r, need, now)
	k.mu.Lock()
	r.status.Deleted += made
	r.status.Blocked = blocked
	k.mu.Unlock()
	if made < need {
		r.again = now.Add(whenNoneCouldBeMade)
	}
	if space.Free+made < mark {
		k.setLow(r, true, fmt.Sprintf("%d MiB are free of %d, and what is here may not go: %s", space.Free>>20, space.Total>>20, blocked))
	}
	return err
}

// String lists what keeps how many bytes.
func (b Blocked) String() string {
	return fmt.Sprintf("%d MiB are not archived yet, %d MiB under a hold, %d MiB too young, %d MiB being written",
		b[NotArchived]>>20, b[Held]>>20, b[NotExpired]>>20, b[Open]>>20)
}

// project foretells when the disk is full, and says so once ahead of it.
func (k *Keeper) project(r *root, space Space, now time.Time) {
	r.projection.Add(now, space.Free)
	left, known := r.projection.Left()
	k.mu.Lock()
	r.status.Space, r.status.Rate, r.status.Full = space, r.projection.Rate(), time.Time{}
	if known {
		r.status.Full = now.Add(left).UTC()
	}
	full := r.status.Full
	k.mu.Unlock()
	switch {
	case known && left < k.o.WarnAhead && !r.warned:
		r.warned = true
		k.tell(Event{Kind: Filling, Root: r.dir, Full: full, Detail: fmt.Sprintf("full in %v at the rate of the last minutes", left.Round(time.Second))})
	case r.warned && (!known || left > 2*k.o.WarnAhead):
		r.warned = false
		k.tell(Event{Kind: Eased, Root: r.dir})
	}
}

func (k *Keeper) setLow(r *root, low bool, detail string) {
	k.mu.Lock()
	was := r.status.Low
	r.status.Low = low
	k.mu.Unlock()
	switch {
	case low && !was:
		k.tell(Event{Kind: Low, Root: r.dir, Detail: detail})
	case was && !low:
		k.tell(Event{Kind: Roomy, Root: r.dir})
	}
}

func (k *Keeper) tell(e Event) {
	k.o.Log.Info("retention: "+string(e.Kind), "root", e.Root, "detail", e.Detail)
	k.o.Told(e)
}

// Status tells how the disks stand.
func (k *Keeper) Status() []Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]Status, len(k.roots))
	for i, r := range k.roots {
		all[i] = r.status
	}
	return all
}
