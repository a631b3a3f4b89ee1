package office

import (
	"context"
	"maps"
	"reflect"
	"sync"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
)

// lives is what goes on now.
type lives struct {
	mu   sync.Mutex
	next uint64
	by   map[uint64]*attendance
}

// attendance is somebody watching, sending or listening.
type attendance struct {
	caller Caller
	action rooms.Action
	kind   rooms.ObjectKind
	id     string
	began  time.Time
	end    func()
	tell   func() Told // nil: there is nothing to tell
	ending bool
}

// Told is what is known of something that went on, once it is over.
type Told struct {
	Until  time.Time         // when it was over; zero: just now
	Detail map[string]string // for the audit
}

// lasting are the actions that keep a session from being idle: somebody who
// follows a hearing for two hours is not away. An open event stream does not.
var lasting = map[rooms.Action]bool{rooms.Watch: true, rooms.EnterHearing: true, rooms.TalkBack: true, rooms.Publish: true, rooms.PlayBack: true, rooms.ExportCaseFile: true}

// Attend asks the policy about something that goes on, and has it ended as soon
// as it may not go on any more: end is called once then, and must not block.
// The caller calls done when it is over, whoever ended it.
func (o *Office) Attend(ctx context.Context, c Caller, a rooms.Action, kind rooms.ObjectKind, id string, end func()) (done func(), err error) {
	return o.AttendTelling(ctx, c, a, kind, id, end, nil)
}

// AttendTelling is Attend for what is told more of when it is over.
func (o *Office) AttendTelling(ctx context.Context, c Caller, a rooms.Action, kind rooms.ObjectKind, id string, end func(), tell func() Told) (done func(), err error) {
	if _, err := o.May(ctx, c, a, kind, id); err != nil {
		return nil, err
	}
	x := &attendance{caller: c, action: a, kind: kind, id: id, began: o.o.Now(), end: end, tell: tell}
	o.recordAttendance(x, audit.Began, x.began, nil)
	return o.attend(x), nil
}

// attend enters what goes on, of which the audit knows, into the list of what is asked
// about again.
func (o *Office) attend(x *attendance) (done func()) {
	o.lives.mu.Lock()
	o.lives.next++
	n := o.lives.next
	o.lives.by[n] = x
	o.lives.mu.Unlock()
	// Between the question and the entry in the list the permission may have ended.
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	o.lives.check(ctx, o, n, x)
	return sync.OnceFunc(func() {
		o.lives.mu.Lock()
		delete(o.lives.by, n)
		o.lives.mu.Unlock()
		told := Told{}
		if x.tell != nil {
			told = x.tell()
		}
		if told.Until.IsZero() {
			told.Until = o.o.Now()
		}
		o.recordAttendance(x, audit.Ended, told.Until, told.Detail)
	})
}

// recordAttendance writes what goes on into the audit. A failure does not stop
// it: a hearing must not go dark because a disk is full.
func (o *Office) recordAttendance(x *attendance, outcome audit.Outcome, at time.Time, detail map[string]string) {
	if !lasting[x.action] {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	object, err := o.object(ctx, x.kind, x.id)
	if err != nil { // removed meanwhile
		object = rooms.Object{Kind: x.kind, ID: x.id}
	}
	e := o.entry(x.caller, x.action, object, outcome)
	e.Time = at
	if outcome == audit.Ended {
		e.Detail = map[string]string{"lasted": at.Sub(x.began).Round(time.Millisecond).String()}
		maps.Copy(e.Detail, detail)
	}
	o.record(ctx, e)
}

// Still tells whether a caller who was let in before, on a connection that stays
// open, may still do what was asked then.
func (o *Office) Still(ctx context.Context, c Caller, a rooms.Action, kind rooms.ObjectKind, id string) bool {
	current, alive, err := o.again(ctx, c.key, o.o.Now())
	if err != nil || !alive {
		return false
	}
	object, err := o.object(ctx, kind, id)
	return err == nil && o.decide(current, a, object).OK
}

// check ends an attendance that may not go on.
func (l *lives) check(ctx context.Context, o *Office, n uint64, x *attendance) {
	now := o.o.Now()
	c, alive, err := o.again(ctx, x.caller.key, now)
	if err != nil {
		return // the database is away: what was allowed goes on
	}
	if alive {
		object, err := o.objectOf(ctx, c, x.kind, x.id)
		if err == nil && o.decide(c, x.action, object).OK {
			if lasting[x.action] {
				o.use(x.caller.key, now)
				return
			}
			// Who follows what the hub tells sees other things with other roles:
			// they begin anew.
			if reflect.DeepEqual(c.Principal.Grants, x.caller.Principal.Grants) {
				return
			}
		}
	}
	l.mu.Lock()
	first := l.by[n] == x && !x.ending
	x.ending = true
	l.mu.Unlock()
	if first {
		o.o.Log.Info("ended: permissions have changed", "user", x.caller.Who.Name, "action", x.action, "object", x.id)
		x.end()
	}
}

// objectOf finds the facts that a caller's permission hangs on. Of a guest's
// hearing that is its id alone: a gallery of hundreds must not have the database
// read for each of them twice a second.
func (o *Office) objectOf(ctx context.Context, c Caller, kind rooms.ObjectKind, id string) (rooms.Object, error) {
	if g := c.Principal.Guest; g != nil && kind == rooms.HearingObject && id == g.Hearing {
		return rooms.Object{Kind: kind, ID: id, Hearing: id}, nil
	}
	return o.object(ctx, kind, id)
}

// checkAll looks through all that goes on, hundreds of viewers twice a second perhaps. If
// the database is away, that is found out once for all of them.
func (o *Office) checkAll() {
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	o.lives.mu.Lock()
	all := make(map[uint64]*attendance, len(o.lives.by))
	for n, x := range o.lives.by {
		all[n] = x
	}
	o.lives.mu.Unlock()
	for n, x := range all {
		o.lives.check(ctx, o, n, x)
	}
}

// Attending counts what goes on, by action.
func (o *Office) Attending() map[rooms.Action]int {
	o.lives.mu.Lock()
	defer o.lives.mu.Unlock()
	count := map[rooms.Action]int{}
	for _, x := range o.lives.by {
		count[x.action]++
	}
	return count
}

// AuditState tells whether the audit can be written now, and how many entries
// could not be.
func (o *Office) AuditState() (writable bool, failed uint64) {
	return o.o.Audit.Err() == nil, o.o.Audit.Failed()
}
