package office

import (
	"context"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// SessionInfo is a log-in as its owner and administrators see it.
type SessionInfo struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen" doc:"last use, to half a minute"`
	Expires time.Time `json:"expires"`
	Address string    `json:"address"`
	Agent   string    `json:"agent" doc:"the browser, as it names itself"`
	Current bool      `json:"current" doc:"the one that asks"`
}

// Sessions are the log-ins of a user: one's own, or of somebody whose account
// is the caller's to manage.
func (o *Office) Sessions(ctx context.Context, c Caller, user string) ([]SessionInfo, error) {
	if err := o.mayAccount(ctx, c, user); err != nil {
		return nil, err
	}
	list := []SessionInfo{}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		all, err := tx.Sessions(user)
		list = list[:0]
		for _, s := range all {
			if login.Alive(s.Seen, s.Expires, o.o.Now()) {
				list = append(list, SessionInfo{s.ID, s.Created, s.Seen, s.Expires, s.Address, s.Agent, s.ID == c.Session.ID})
			}
		}
		return err
	})
	return list, err
}

// mayAccount allows what concerns one's own account, or one that is the
// caller's to manage.
func (o *Office) mayAccount(ctx context.Context, c Caller, user string) error {
	if user != "" && user == c.Principal.User {
		_, err := o.May(ctx, c, rooms.OwnAccount, rooms.HubObject, "")
		return err
	}
	_, err := o.theirUser(ctx, c, user)
	return err
}

// EndSession ends a log-in of a user.
func (o *Office) EndSession(ctx context.Context, c Caller, user, id string) error {
	if err := o.mayAccount(ctx, c, user); err != nil {
		return err
	}
	entry := o.entry(c, audit.EndSession, rooms.Object{Kind: UserObject, ID: user}, audit.Done)
	entry.Detail = map[string]string{"session": id}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		s, err := tx.SessionByID(id)
		if err != nil {
			return nil, err
		}
		if s.User != user {
			return nil, ErrUnknown
		}
		return []audit.Entry{entry}, tx.EndSession(id)
	})
	return isGone(err)
}
