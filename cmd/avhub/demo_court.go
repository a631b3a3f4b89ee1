package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"avhub/media/rtsp/camera"
	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
	"avhub/signaling"
)

// demoPassword is that of all demo users. It stands on the log-in page, which
// shows it only where the hub serves its own machine alone.
const demoPassword = "avhub-demo"

const demoCourtID = "demo"

// demoPeople are one user for each role, shown at the door, and colleagues who
// sit in hearings with them.
var demoPeople = []struct {
	name, fullName string
	role           rooms.Role
	sites          []string
	shown          bool
}{
	{"judge", "王建国", rooms.Judge, []string{"court-1"}, true},
	{"clerk", "李静", rooms.Clerk, []string{"court-1"}, true},
	{"inspector", "张敏", rooms.Inspector, nil, true},
	{"duty", "赵勇", rooms.DutyOfficer, nil, true},
	{"commander", "孙立", rooms.Commander, nil, true},
	{"officer", "周强", rooms.FieldOfficer, nil, true},
	{"technician", "吴刚", rooms.Technician, nil, true},
	{"auditor", "郑洁", rooms.Auditor, nil, true},
	{"admin", "陈伟", rooms.Admin, nil, true},
	{"hefang", "何芳", rooms.Judge, nil, false},
	{"machao", "马超", rooms.Clerk, nil, false},
}

// demoSetting keeps the ids of the demo's users, so that a hub without --demo
// can shut them out: everybody knows their password.
const demoSetting = "demo_users"

// settleDemoCourt adds the demo court to the database: courts, places, a user
// of each role, cases with hearings today. What is there already stays.
func settleDemoCourt(ctx context.Context, s *store.Store, now time.Time) ([]signaling.DemoUser, error) {
	hash, err := newHasher().Hash(ctx, demoPassword)
	if err != nil {
		return nil, err
	}
	var shown []signaling.DemoUser
	err = s.Change(ctx, func(tx *store.Tx) error {
		if err := demoPlaces(tx); err != nil {
			return err
		}
		ids := map[string]rooms.User{}
		shown = nil
		for _, p := range demoPeople {
			a, err := tx.UserByName(p.name)
			if errors.Is(err, store.ErrNotFound) {
				a = store.Account{
					User:     rooms.User{ID: login.NewID(), Name: p.name, FullName: p.fullName, Grants: []rooms.Grant{{Role: p.role, Court: demoCourtID, Sites: p.sites}}},
					Password: hash, Created: now,
				}
				err = tx.PutUser(a)
			} else if err == nil && a.Disabled { // by a start without --demo
				a.Disabled = false
				err = tx.PutUser(a)
			}
			if err != nil {
				return err
			}
			ids[p.name] = a.User
			if !p.shown {
				continue
			}
			shown = append(shown, signaling.DemoUser{Name: a.Name, FullName: a.FullName, Role: string(p.role), Password: demoPassword})
		}
		if err := keepDemoUsers(tx, ids); err != nil {
			return err
		}
		return demoHearings(tx, ids, now)
	})
	return shown, err
}

func demoPlaces(tx *store.Tx) error {
	courts, err := tx.Courts()
	if err != nil {
		return err
	}
	if _, ok := courts[demoCourtID]; !ok {
		if err := tx.PutCourt(rooms.Court{ID: demoCourtID, Name: "演示中级人民法院", Parent: courts.Root()}); err != nil {
			return err
		}
	}
	if _, ok := courts["demo-district"]; !ok {
		if err := tx.PutCourt(rooms.Court{ID: "demo-district", Name: "演示区人民法院", Parent: demoCourtID}); err != nil {
			return err
		}
	}
	for _, r := range camera.Rooms {
		if err := tx.PutSite(rooms.Site{ID: r.ID, Court: demoCourtID, Kind: rooms.SiteKind(r.Site), Name: r.Name}); err != nil {
			return err
		}
	}
	return nil
}

func keepDemoUsers(tx *store.Tx, users map[string]rooms.User) error {
	var ids []string
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	slices.Sort(ids)
	raw, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return tx.SetSetting(demoSetting, string(raw))
}

// shutOutDemoUsers disables the demo's users on a hub that is none.
func shutOutDemoUsers(ctx context.Context, s *store.Store) (int, error) {
	shut := 0
	err := s.Change(ctx, func(tx *store.Tx) error {
		shut = 0
		raw, err := tx.Setting(demoSetting)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var ids []string
		if err := json.Unmarshal([]byte(raw), &ids); err != nil {
			return err
		}
		for _, id := range ids {
			a, err := tx.User(id)
			if errors.Is(err, store.ErrNotFound) || err == nil && a.Disabled {
				continue
			}
			if err != nil {
				return err
			}
			a.Disabled = true
			if err := tx.PutUser(a); err != nil {
				return err
			}
			if _, err := tx.EndSessionsOf(id, ""); err != nil {
				return err
			}
			shut++
		}
		return nil
	})
	return shut, err
}
