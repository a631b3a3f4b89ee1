package office

import (
	"context"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// Unlock forgets the wrong passwords and codes of an account, so that its owner
// does not have to wait any more. Waits are kept by each hub for itself.
func (o *Office) Unlock(ctx context.Context, c Caller, user string) error {
	a, err := o.theirUser(ctx, c, user)
	if err != nil {
		return err
	}
	entry := o.entry(c, rooms.ManageAccounts, rooms.Object{Kind: UserObject, ID: a.ID, Courts: courtsOfUser(a, o.world.Load().courts)}, audit.Done)
	entry.Object.Name, entry.Detail = a.Name, map[string]string{"unlocked": "yes"}
	err = o.change(ctx, func(*store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, nil })
	if err != nil {
		return err
	}
	now := o.o.Now()
	o.slow.Forgive(a.Name, now)
	o.codes.Forgive(a.Name, now)
	return nil
}
