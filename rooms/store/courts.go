package store

import (
	"avhub/rooms"
)

type courtRow struct {
	ID     string  `db:"id"`
	Name   string  `db:"name"`
	Parent *string `db:"parent"`
}

// Courts reads the tree.
func (t *Tx) Courts() (rooms.Courts, error) {
	rows, err := list[courtRow](t, "SELECT id, name, parent FROM courts")
	tree := rooms.Courts{}
	for _, r := range rows {
		c := rooms.Court{ID: r.ID, Name: r.Name}
		if r.Parent != nil {
			c.Parent = *r.Parent
		}
		tree[c.ID] = c
	}
	return tree, err
}

// PutCourt adds or changes a court.
func (t *Tx) PutCourt(c rooms.Court) error {
	row := courtRow{ID: c.ID, Name: c.Name}
	if c.Parent != "" {
		row.Parent = &c.Parent
	}
	if err := t.put(`INSERT INTO courts (id, name, parent) VALUES (:id, :name, :parent)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent = excluded.parent`, row); err != nil {
		return err
	}
	return t.changedWho()
}

// DropCourt removes a court under which there is nothing.
func (t *Tx) DropCourt(id string) error {
	if err := t.must("DELETE FROM courts WHERE id = ?", id); err != nil {
		return err
	}
	return t.changedWho()
}

// Sites reads all sites, by id.
func (t *Tx) Sites() ([]rooms.Site, error) {
	type row struct {
		ID, Court, Kind, Name string
	}
	rows, err := list[row](t, "SELECT id, court, kind, name FROM sites ORDER BY id")
	sites := make([]rooms.Site, len(rows))
	for i, r := range rows {
		sites[i] = rooms.Site{ID: r.ID, Court: r.Court, Kind: rooms.SiteKind(r.Kind), Name: r.Name}
	}
	return sites, err
}

// PutSite adds or changes a site.
func (t *Tx) PutSite(s rooms.Site) error {
	_, err := t.exec(`INSERT INTO sites (id, court, kind, name) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET court = excluded.court, kind = excluded.kind, name = excluded.name`, s.ID, s.Court, string(s.Kind), s.Name)
	if err != nil {
		return err
	}
	return t.changedWho()
}

// DropSite removes a site.
func (t *Tx) DropSite(id string) error {
	if err := t.must("DELETE FROM sites WHERE id = ?", id); err != nil {
		return err
	}
	return t.changedWho()
}
