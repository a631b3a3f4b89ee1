package store

import "time"

// Link is a join link: one participant's way into one hearing.
type Link struct {
	ID          string
	Hearing     string
	Participant string
	NotBefore   time.Time
	NotAfter    time.Time
	Code        string // hash; empty: none is asked
	PlayBack    bool   // of the hearing's recordings
	Device      string // hash of the browser that it was first used from
	Used        time.Time
	Revoked     time.Time
	Created     time.Time
	CreatedBy   string
}

type linkRow struct {
	ID          string `db:"id"`
	Hearing     string `db:"hearing"`
	Participant string `db:"participant"`
	NotBefore   micros `db:"not_before"`
	NotAfter    micros `db:"not_after"`
	Code        string `db:"code"`
	PlayBack    bool   `db:"play_back"`
	Device      string `db:"device"`
	Used        micros `db:"used"`
	Revoked     micros `db:"revoked"`
	Created     micros `db:"created"`
	CreatedBy   string `db:"created_by"`
}

const linkColumns = "id, hearing, participant, not_before, not_after, code, play_back, device, used, revoked, created, created_by"

func (r linkRow) link() Link {
	return Link{r.ID, r.Hearing, r.Participant, r.NotBefore.Time, r.NotAfter.Time, r.Code, r.PlayBack, r.Device, r.Used.Time, r.Revoked.Time, r.Created.Time, r.CreatedBy}
}

// PutLink adds a link or changes all of it.
func (t *Tx) PutLink(l Link) error {
	err := t.put(`INSERT INTO links (`+linkColumns+`)
		VALUES (:id, :hearing, :participant, :not_before, :not_after, :code, :play_back, :device, :used, :revoked, :created, :created_by)
		ON CONFLICT (id) DO UPDATE SET not_before = excluded.not_before, not_after = excluded.not_after, code = excluded.code, play_back = excluded.play_back,
		device = excluded.device, used = excluded.used, revoked = excluded.revoked`,
		linkRow{l.ID, l.Hearing, l.Participant, at(l.NotBefore), at(l.NotAfter), l.Code, l.PlayBack, l.Device, at(l.Used), at(l.Revoked), at(l.Created), l.CreatedBy})
	if err != nil {
		return err
	}
	return t.changedWho()
}

// Link finds a link by its id.
func (t *Tx) Link(id string) (Link, error) {
	row, err := get[linkRow](t, "SELECT "+linkColumns+" FROM links WHERE id = ?", id)
	return row.link(), err
}

// Links of a hearing, newest first.
func (t *Tx) Links(hearing string) ([]Link, error) {
	rows, err := list[linkRow](t, "SELECT "+linkColumns+" FROM links WHERE hearing = ? ORDER BY created DESC", hearing)
	links := make([]Link, len(rows))
	for i, r := range rows {
		links[i] = r.link()
	}
	return links, err
}
