package office

import (
	"context"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
)

// world is what the policy's facts are made of, as the database had it at a
// revision. It is never changed, only replaced.
type world struct {
	revision int64
	courts   rooms.Courts
	sites    map[string]rooms.Site
	sittings []sitting
}

// sitting is who sits in a hearing, where and when.
type sitting struct {
	site       string
	from, to   time.Time
	people     []string
	inProgress bool
}

// early is how long before its planned start a hearing's courtroom is its
// judge's to look into, and late how long after its planned end.
const (
	early = 30 * time.Minute
	late  = 2 * time.Hour
)

// load reads the world anew.
func (o *Office) load(ctx context.Context) error {
	w := &world{sites: map[string]rooms.Site{}}
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if w.revision, err = tx.Revision(); err != nil {
			return err
		}
		if w.courts, err = tx.Courts(); err != nil {
			return err
		}
		sites, err := tx.Sites()
		if err != nil {
			return err
		}
		for _, s := range sites {
			w.sites[s.ID] = s
		}
		w.sittings, err = sittings(tx, o.o.Now())
		return err
	})
	if err != nil {
		return err
	}
	o.world.Store(w)
	return nil
}

// sitsAt are those who have a hearing at a site now.
func (w *world) sitsAt(site string, now time.Time) []string {
	var people []string
	for _, s := range w.sittings {
		if s.site == site && (s.inProgress || now.After(s.from.Add(-early)) && now.Before(s.to.Add(late))) {
			people = append(people, s.people...)
		}
	}
	return people
}

// source is what the policy asks about a source.
func (w *world) source(id string, f Facts, now time.Time) rooms.Object {
	site, kind, court := f.Site, f.Kind, f.Court
	if site == "" {
		site = id // a source without one is a site of its own
	} else if s, ok := w.sites[site]; ok {
		kind, court = s.Kind, s.Court
	}
	return rooms.Object{Kind: rooms.SourceObject, ID: id, Courts: w.courts.Path(court), Site: site, SiteKind: kind, People: w.sitsAt(site, now)}
}
