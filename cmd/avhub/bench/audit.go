package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
)

// benchAudit: entries written, signed and indexed on SQLite, and a search over a
// million of them.
func benchAudit(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "avhub-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b, err := openBook(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer b.close()
	rate, err := b.write(ctx, 10*time.Second)
	if err != nil {
		return nil, err
	}
	worst, which, err := b.search(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	one, err := b.synced(dir)
	if err != nil {
		return nil, err
	}
	return []row{
		{"audit entries, 64 writers, on disk and in the index", "≥ 5,000/s for 10 s", fmt.Sprintf("%.0f/s", rate), fmt.Sprintf("one write with fsync here: %s", ms(one)), rate >= 5000},
		{"search over 1,000,000 audit entries, the slowest of six", "< 200 ms", ms(worst) + " (" + which + ")", "", worst < 200*time.Millisecond},
	}, nil
}

// book is an audit with its index.
type book struct {
	store  *store.Store
	audit  *audit.Log
	office *office.Office
}

func openBook(ctx context.Context, dir string) (*book, error) {
	b := &book{}
	var err error
	if b.store, err = store.Open(ctx, dir, ""); err != nil {
		return nil, err
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	if b.audit, err = audit.Open(audit.Options{Dir: filepath.Join(dir, "audit"), Key: key}); err != nil {
		return nil, err
	}
	b.office, err = office.New(ctx, office.Options{
		Store: b.store, Audit: b.audit, Hasher: login.NewHasher(login.StandardCost, 0, 1), Facts: func(string) (office.Facts, bool) { return office.Facts{}, false }, Log: slog.New(slog.DiscardHandler),
	})
	return b, err
}

func (b *book) close() {
	_ = b.office.Close()
	_ = b.audit.Close()
	_ = b.store.Close()
}

func entryOf(i int) audit.Entry {
	return audit.Entry{
		Time: time.Now().UTC(), Who: audit.Who{Kind: audit.User, ID: fmt.Sprint("user-", i%200), Name: "wang", Address: "10.0.0.7"},
		Action: rooms.Watch, Object: audit.Object{Kind: rooms.SourceObject, ID: fmt.Sprint("court-", i%50)}, Court: "heihe", Outcome: audit.Began,
	}
}

// write writes as fast as 64 writers can, and counts what is in the index at
// the end.
func (b *book) write(ctx context.Context, length time.Duration) (perSecond float64, err error) {
	g, gctx := errgroup.WithContext(ctx)
	began := time.Now()
	for w := range 64 {
		g.Go(func() error {
			for i := w; time.Since(began) < length; i += 64 {
				if err := b.audit.Write(gctx, entryOf(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	written := b.audit.Written()
	for { // the index catches up
		var indexed uint64
		err := b.store.View(ctx, func(tx *store.Tx) (err error) {
			indexed, err = tx.AuditIndexed(b.audit.Ledger())
			return err
		})
		if err != nil {
			return 0, err
		}
		if indexed >= written {
			return float64(written) / time.Since(began).Seconds(), nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// search fills the index up and asks it what auditors ask.
func (b *book) search(ctx context.Context, entries int) (worst time.Duration, which string, err error) {
	began := time.Now().UTC().Add(-30 * 24 * time.Hour)
	for i := 0; i < entries; i += 5000 {
		rows := make([]store.AuditRow, 5000)
		for k := range rows {
			e := entryOf(i + k)
			rows[k] = store.AuditRow{
				Node: "bench", N: uint64(i + k + 1), At: began.Add(time.Duration(i+k) * 2500 * time.Millisecond), Who: e.Who.ID, Name: e.Who.Name, Action: string(e.Action),
				Kind: string(e.Object.Kind), Object: e.Object.ID, Court: []string{"heihe", "aihui", "beian"}[(i+k)%3], Outcome: string(e.Outcome), Address: e.Who.Address, Data: "{}",
			}
		}
		if err := b.store.Change(ctx, func(tx *store.Tx) error { return tx.IndexAudit(rows) }); err != nil {
			return 0, "", err
		}
	}
	monday := began.Add(7 * 24 * time.Hour)
	for name, q := range map[string]store.AuditQuery{
		"the newest": {}, "who watched court-7 on a day": {Object: "court-7", Action: "watch", From: monday, To: monday.Add(24 * time.Hour)},
		"what a user did": {Who: "user-77"}, "of two courts": {Courts: []string{"aihui", "beian"}}, "what does not exist": {Who: "user-77", Object: "nothing"},
		"all denials of a user": {Who: "user-5", Outcome: "denied"},
	} {
		q.Limit = 100
		began := time.Now()
		err := b.store.View(ctx, func(tx *store.Tx) error {
			_, err := tx.SearchAudit(q)
			return err
		})
		if err != nil {
			return 0, "", err
		}
		if took := time.Since(began); took > worst {
			worst, which = took, name
		}
	}
	return worst, which, nil
}

// synced is how long one small write takes to reach this disk.
func (b *book) synced(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "reference"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	all := &samples{}
	for range 50 {
		began := time.Now()
		if _, err := f.WriteString("x"); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		all.add(time.Since(began))
	}
	return all.at(0.5), nil
}
