package office

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
)

// denials keeps refusals from flooding the audit: of those that repeat each
// other the first is written, and after a minute how many there were.
type denials struct {
	mu sync.Mutex
	by map[denial]*repeated
}

// denial is what refusals that repeat each other have in common.
type denial struct {
	who, address string
	action       rooms.Action
	object, why  string
}

type repeated struct {
	entry audit.Entry // the last one
	since time.Time
	times int // after the first
}

// repeatedFor is how long refusals are counted together, and denialsMost how
// many kinds are kept apart: those beyond are counted by action alone, whoever
// they come from.
const (
	repeatedFor = time.Minute
	denialsMost = 10_000
)

// count takes a refusal and says whether it is to be written now. If others like
// it were not, it tells how many.
func (d *denials) count(e audit.Entry, now time.Time) (_ audit.Entry, write bool) {
	x := denial{e.Who.ID, e.Who.Address, e.Action, string(e.Object.Kind) + e.Object.ID, e.Why}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.by[x] == nil && len(d.by) >= denialsMost {
		x = denial{action: e.Action}
		e.Who, e.Object, e.Why = audit.Who{Kind: audit.Stranger, Name: "several"}, audit.Object{Kind: e.Object.Kind}, ""
	}
	r := d.by[x]
	if r != nil && !r.over(now) {
		r.times++
		r.entry = e
		return e, false
	}
	if r != nil {
		e = r.told(e)
	}
	d.by[x] = &repeated{entry: e, since: now}
	return e, true
}

// over tells whether the minute has passed; a clock that was set back ends it too.
func (r *repeated) over(now time.Time) bool {
	age := now.Sub(r.since)
	return age < 0 || age >= repeatedFor
}

// told is an entry that also says how many were not written.
func (r *repeated) told(e audit.Entry) audit.Entry {
	if r.times == 0 {
		return e
	}
	e.Detail = maps.Clone(e.Detail)
	if e.Detail == nil {
		e.Detail = map[string]string{}
	}
	e.Detail["repeated"] = fmt.Sprint(r.times)
	return e
}

// over takes out what is older than a minute, and returns what was repeated
// meanwhile.
func (d *denials) over(now time.Time) []audit.Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	var entries []audit.Entry
	for x, r := range d.by {
		if !r.over(now) {
			continue
		}
		delete(d.by, x)
		if r.times > 0 {
			entries = append(entries, r.told(r.entry))
		}
	}
	return entries
}

// refuse writes a refusal into the audit, unless it repeats another.
func (o *Office) refuse(ctx context.Context, e audit.Entry) {
	if e, write := o.denied.count(e, o.o.Now()); write {
		o.record(ctx, e)
	}
}

// recordRepeated writes how often refusals of a minute ago were repeated.
func (o *Office) recordRepeated(ctx context.Context) {
	for _, e := range o.denied.over(o.o.Now()) {
		o.record(ctx, e)
	}
}
