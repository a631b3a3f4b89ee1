package office

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Options of an office.
type Options struct {
	Store  *store.Store
	Audit  *audit.Log
	Hasher *login.Hasher
	// LinkKey signs join links.
	LinkKey login.LinkKey
	// ProviderRoles map what the court's identity provider says of people to
	// roles; none: roles are given here alone, and only to accounts that are here.
	ProviderRoles []RoleRule
	// Facts finds what the policy asks about a source. The court's own objects
	// the office knows itself.
	Facts func(id string) (Facts, bool)
	// Recordings finds what the policy asks about a recording; nil: there are none.
	Recordings func(id string) (RecordingFacts, bool)
	// Changed is called after a change of a hearing, to tell followers; nil: nobody
	// is told.
	Changed func(kind string, object rooms.Object, data any)
	// Stirred is called after each change of the court's data. It must not wait.
	Stirred func()
	Now     func() time.Time
	Log     *slog.Logger
}

// Facts of a source.
type Facts struct {
	Name, Court, Site string
	Kind              rooms.SiteKind
}

// Office is the one door to the court's data.
type Office struct {
	o Options

	world  atomic.Pointer[world] // courts, sites, hearings of today
	known  known                 // credentials that were good
	lives  lives                 // what goes on now
	mail   mail                  // entries of the audit on their way
	slow   *login.Throttle       // guesses at passwords
	codes  *login.Throttle       // at codes
	denied denials

	lost          atomic.Uint64 // entries that neither ledger nor database took
	broken, tried time.Time     // since when the audit cannot be written, and when that was last tried; the ticker's alone

	stop context.CancelFunc
	wg   sync.WaitGroup
}

// checkEvery is how often an office looks whether others have changed who is
// who, and whether what goes on still may.
const checkEvery = 500 * time.Millisecond

// New opens an office: it reads the court, brings the audit's index up to date
// and begins to look after what goes on. Close ends it.
func New(ctx context.Context, options Options) (*Office, error) {
	if options.Stirred == nil {
		options.Stirred = func() {}
	}
	if options.Now == nil {
		options.Now = func() time.Time { return time.Now().UTC() }
	}
	o := &Office{
		o:     options,
		known: known{by: map[string]*remembered{}},
		lives: lives{by: map[uint64]*attendance{}},
		mail:  mail{held: map[string]bool{}},
		slow:  login.NewThrottle(), codes: login.NewCodeThrottle(), denied: denials{by: map[denial]*repeated{}},
	}
	if err := o.catchUp(ctx); err != nil {
		return nil, err
	}
	if err := o.load(ctx); err != nil {
		return nil, err
	}
	o.known.revision = o.world.Load().revision
	o.record(ctx, o.ownEntry(audit.HubStarted))
	running, stop := context.WithCancel(context.Background())
	o.stop = stop
	o.wg.Go(func() { o.every(running, checkEvery, "who is who", o.tick) })
	o.wg.Go(func() { o.every(running, indexEvery, "audit index", o.index) })
	o.wg.Go(func() { o.every(running, writeUseEvery, "sessions", o.tidy) })
	return o, nil
}

// every does something again and again until ctx ends. What fails is in the log
// and is tried again.
func (o *Office) every(ctx context.Context, pause time.Duration, what string, do func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := do(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			o.o.Log.Error(what, "err", err)
		}
		failing = err != nil
	}
}

// tick takes in what others have changed, and ends what may not go on.
func (o *Office) tick(ctx context.Context) error {
	if err := o.refresh(ctx); err != nil {
		return err
	}
	o.checkAll()
	o.mend(ctx)
	return o.collect(ctx)
}

// tidy writes when sessions were used last and what refusals were repeated, and
// ends sessions that are over.
func (o *Office) tidy(ctx context.Context) error {
	if err := o.flush(); err != nil {
		return err
	}
	o.recordRepeated(ctx)
	now := o.o.Now()
	err := o.o.Store.Change(ctx, func(tx *store.Tx) error {
		_, err := tx.EndOldSessions(now.Add(-login.Idle-time.Minute), now)
		return err
	})
	if err != nil {
		return err
	}
	return o.load(ctx) // the day's hearings come and go with the clock
}

// Close ends what the office does by itself. What goes on must have ended.
func (o *Office) Close() error {
	o.stop()
	o.wg.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	o.recordRepeated(ctx)
	o.record(ctx, o.ownEntry(audit.HubStopped))
	return errors.Join(o.flush(), o.index(ctx))
}
