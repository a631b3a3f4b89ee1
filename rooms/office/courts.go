package office

import (
	"context"
	"errors"
	"slices"
	"strings"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// SiteObject is a site as the audit names it.
const SiteObject rooms.ObjectKind = "site"

// CourtInfo is a court with what the caller may do at it.
type CourtInfo struct {
	rooms.Court
	May CourtPowers `json:"may"`
}

// CourtPowers are what a caller may do at a court.
type CourtPowers struct {
	Accounts bool `json:"accounts" doc:"manage its users"`
	Courts   bool `json:"courts" doc:"manage it, its sites and the courts under it"`
	Sources  bool `json:"sources" doc:"manage its sources"`
	Import   bool `json:"import" doc:"enter hearings of anybody, and lists of them"`
	Schedule bool `json:"schedule" doc:"enter hearings, at least those in which the caller sits"`
}

// Courts are all courts, by id, for whoever has an account.
func (o *Office) Courts(ctx context.Context, c Caller) ([]CourtInfo, error) {
	if _, err := o.May(ctx, c, rooms.SeeHub, rooms.HubObject, ""); err != nil {
		return nil, err
	}
	courts := o.world.Load().courts
	list := []CourtInfo{}
	for _, court := range courts {
		object := rooms.Object{Kind: rooms.CourtObject, ID: court.ID, Courts: courts.Path(court.ID)}
		can := func(a rooms.Action) bool { return o.decide(c, a, object).OK }
		list = append(list, CourtInfo{court, CourtPowers{
			Accounts: can(rooms.ManageAccounts), Courts: can(rooms.ManageCourts), Sources: can(rooms.ManageSource), Import: can(rooms.ManageHearing),
			Schedule: o.decide(c, rooms.ManageHearing, o.ofHearings(c, court.ID)).OK,
		}})
	}
	slices.SortFunc(list, func(a, b CourtInfo) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// PutCourt adds or changes a court: whoever does manages the court it lies
// under, and the court itself if it is there already.
func (o *Office) PutCourt(ctx context.Context, c Caller, court rooms.Court, fresh bool) error {
	courts := o.world.Load().courts
	_, known := courts[court.ID]
	managed := court.Parent
	if known && !fresh {
		managed = court.ID
	}
	if _, err := o.May(ctx, c, rooms.ManageCourts, rooms.CourtObject, managed); err != nil {
		return err
	}
	if known && fresh {
		return rooms.FieldError{Field: "id", Err: errors.New("is another court's already: choose another")}
	}
	if !known && !fresh {
		return ErrUnknown
	}
	if court.Parent != "" && court.Parent != courts[court.ID].Parent {
		if _, err := o.May(ctx, c, rooms.ManageCourts, rooms.CourtObject, court.Parent); err != nil {
			return err
		}
	}
	entry := o.entry(c, rooms.ManageCourts, rooms.Object{Kind: rooms.CourtObject, ID: court.ID, Courts: append(courts.Path(court.Parent), court.ID)}, audit.Done)
	entry.Object.Name = court.Name
	entry.Detail = map[string]string{"name": court.Name, "parent": court.Parent}
	return o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		tree, err := tx.Courts()
		if err != nil {
			return nil, err
		}
		if err := tree.CheckPut(court); err != nil {
			return nil, err
		}
		return []audit.Entry{entry}, tx.PutCourt(court)
	})
}

// ErrInUse says that something still belongs to what is to be removed.
var ErrInUse = errors.New("it is still in use: courts, sites, roles, cases or hearings belong to it")

// RemoveCourt removes a court to which nothing belongs.
func (o *Office) RemoveCourt(ctx context.Context, c Caller, id string) error {
	if _, err := o.May(ctx, c, rooms.ManageCourts, rooms.CourtObject, id); err != nil {
		return err
	}
	courts := o.world.Load().courts
	court, known := courts[id]
	if !known {
		return ErrUnknown
	}
	entry := o.entry(c, rooms.ManageCourts, rooms.Object{Kind: rooms.CourtObject, ID: id, Courts: courts.Path(id)}, audit.Done)
	entry.Object.Name, entry.Detail = court.Name, map[string]string{"removed": "yes"}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, tx.DropCourt(id) })
	if errors.Is(err, store.ErrNotFound) { // a foreign key: it was there a moment ago
		return ErrInUse
	}
	return err
}

// Sites are all sites, by id, for whoever has an account.
func (o *Office) Sites(ctx context.Context, c Caller) ([]rooms.Site, error) {
	if _, err := o.May(ctx, c, rooms.SeeHub, rooms.HubObject, ""); err != nil {
		return nil, err
	}
	list := []rooms.Site{}
	for _, s := range o.world.Load().sites {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b rooms.Site) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// PutSite adds or changes a site.
func (o *Office) PutSite(ctx context.Context, c Caller, site rooms.Site, fresh bool) error {
	w := o.world.Load()
	if _, err := o.May(ctx, c, rooms.ManageCourts, rooms.CourtObject, site.Court); err != nil {
		return err
	}
	old, known := w.sites[site.ID]
	switch {
	case known && fresh:
		return rooms.FieldError{Field: "id", Err: errors.New("is another site's already: choose another")}
	case !known && !fresh:
		return ErrUnknown
	case known && old.Court != site.Court:
		if _, err := o.May(ctx, c, rooms.ManageCourts, rooms.CourtObject, old.Court); err != nil {
			return err
		}
	}
	if err := site.Check(w.courts); err != nil {
		return err
	}
	entry := o.entry(c, rooms.ManageCourts, rooms.Object{Kind: SiteObject, ID: site.ID, Courts: w.courts.Path(site.Court)}, audit.Done)
	entry.Object.Name, entry.Detail = site.Name, map[string]string{"kind": string(site.Kind)}
	return o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, tx.PutSite(site) })
}

// RemoveSite removes a site.
func (o *Office) RemoveSite(ctx context.Context, c Caller, id string) error {
	w := o.world.Load()
	site, known := w.sites[id]
	if _, err := o.May(ctx, c, rooms.ManageCourts, rooms.CourtObject, site.Court); err != nil {
		return err
	}
	if !known {
		return ErrUnknown
	}
	entry := o.entry(c, rooms.ManageCourts, rooms.Object{Kind: SiteObject, ID: id, Courts: w.courts.Path(site.Court)}, audit.Done)
	entry.Object.Name, entry.Detail = site.Name, map[string]string{"removed": "yes"}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, tx.DropSite(id) })
	return isGone(err)
}
