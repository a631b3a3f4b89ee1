package office

import (
	"context"
	"errors"

	"avhub/rooms/store"
)

// AuthenticateDigest finds out who proves to know one of a user's tokens
// without sending it, as RTSP players do. proves tells whether an HA1 fits.
func (o *Office) AuthenticateDigest(ctx context.Context, name string, proves func(ha1 string) bool, address string) (Caller, error) {
	var tokens []store.Token
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(name)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		tokens, err = tx.Tokens(u.ID)
		return err
	})
	if err != nil {
		return Stranger(address), err
	}
	for _, t := range tokens {
		if proves(t.HA1) {
			return o.enter(ctx, "t"+t.Hash, address)
		}
	}
	return Stranger(address), nil
}
