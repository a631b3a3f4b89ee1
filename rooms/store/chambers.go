package store

import (
	"errors"

	"avhub/rooms/chamber"
)

type chamberRow struct {
	Hearing string                `db:"hearing"`
	Version int                   `db:"version"`
	Data    doc[*chamber.Chamber] `db:"data"`
}

// Chamber is the room of a hearing; a new one where nobody has come yet.
func (t *Tx) Chamber(hearing string) (*chamber.Chamber, error) {
	row, err := get[doc[*chamber.Chamber]](t, "SELECT data FROM chambers WHERE hearing = ?", hearing)
	if errors.Is(err, ErrNotFound) {
		return chamber.New(hearing), nil
	}
	return row.v, err
}

// PutChamber keeps a room that was changed once since it was read; ErrTaken says that
// somebody else has changed it meanwhile.
func (t *Tx) PutChamber(c *chamber.Chamber) error {
	row := chamberRow{c.Hearing, c.Version, doc[*chamber.Chamber]{c}}
	if c.Version == 1 {
		return t.put("INSERT INTO chambers (hearing, version, data) VALUES (:hearing, :version, :data)", row)
	}
	n, err := t.exec("UPDATE chambers SET version = ?, data = ? WHERE hearing = ? AND version = ?", row.Version, row.Data, row.Hearing, c.Version-1)
	if err == nil && n == 0 {
		return ErrTaken
	}
	return err
}
