package office

import (
	"context"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// HubDid keeps what the hub has done, or is about to do, by itself. It fails where the
// audit cannot be written.
func (o *Office) HubDid(ctx context.Context, action rooms.Action, kind rooms.ObjectKind, id, court, why string, detail map[string]string) error {
	entry := audit.Entry{
		Time: o.o.Now(), Who: audit.Who{Kind: audit.Hub, Name: "avhub"}, Action: action, Object: audit.Object{Kind: kind, ID: id},
		Court: court, Outcome: audit.Done, Why: why, Detail: detail,
	}
	return o.change(ctx, func(*store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, nil })
}
