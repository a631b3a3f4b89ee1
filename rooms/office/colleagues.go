package office

import (
	"context"
	"slices"

	"avhub/rooms"
	"avhub/rooms/store"
)

// Colleague is somebody who can sit in a court's hearings, for whoever enters
// them.
type Colleague struct {
	User     string       `json:"user" doc:"id"`
	Name     string       `json:"name" doc:"to log in with, which lists of hearings name people by"`
	FullName string       `json:"full_name"`
	Roles    []rooms.Role `json:"roles" doc:"at this court, or over it"`
}

// Colleagues are the users of a court who are not disabled, by their names.
func (o *Office) Colleagues(ctx context.Context, c Caller, court string) ([]Colleague, error) {
	path := o.world.Load().courts.Path(court)
	if _, err := o.mayObject(ctx, c, rooms.ManageHearing, o.ofHearings(c, court)); err != nil {
		return nil, err
	}
	list := []Colleague{}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		users, err := tx.Users()
		list = list[:0]
		for _, u := range users {
			if roles := rolesAt(u.Grants, path); len(roles) > 0 && !u.Disabled {
				list = append(list, Colleague{u.ID, u.Name, u.FullName, roles})
			}
		}
		return err
	})
	return list, err
}

// ofHearings is a court as it is asked about for entering hearings: a judge enters
// those in which they sit.
func (o *Office) ofHearings(c Caller, court string) rooms.Object {
	return rooms.Object{Kind: rooms.CourtObject, ID: court, Courts: o.world.Load().courts.Path(court), People: []string{c.Principal.User}}
}

// rolesAt are the roles that hold at the last court of a path.
func rolesAt(grants []rooms.Grant, path []string) []rooms.Role {
	var roles []rooms.Role
	for _, r := range rooms.Roles {
		if slices.ContainsFunc(grants, func(g rooms.Grant) bool { return g.Role == r && slices.Contains(path, g.Court) }) {
			roles = append(roles, r)
		}
	}
	return roles
}
