package office

import (
	"context"

	"avhub/rooms"
	"avhub/rooms/store"
)

// UnderWay are the hearings that have been opened and not closed, each with its case's
// number, for the hub's own work: nobody asks, so no policy is asked.
func (o *Office) UnderWay(ctx context.Context) (hearings []rooms.Hearing, numbers map[string]string, err error) {
	numbers = map[string]string{}
	err = o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if hearings, err = tx.UnderWay(); err != nil {
			return err
		}
		for _, h := range hearings {
			if h.Case == "" {
				continue
			}
			c, err := tx.Case(h.Case)
			if err != nil {
				return err
			}
			numbers[h.ID] = c.Number.String()
		}
		return nil
	})
	return hearings, numbers, err
}
