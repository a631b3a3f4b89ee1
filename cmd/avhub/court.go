package main

import (
	"context"
	"log/slog"
	"time"

	"avhub/configs"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
	"avhub/signaling"
)

// court is what the hub keeps of people and what they do.
type court struct {
	store  *store.Store
	audit  *audit.Log
	hasher *login.Hasher
	links  login.LinkKey
	demo   []signaling.DemoUser // shown at the door
}

// openCourt opens database and audit. The demo's users get in on demo hubs only.
func (s *serveCmd) openCourt(ctx context.Context, cfg *configs.Config, log *slog.Logger, undo *closers) (*court, error) {
	db, err := openStore(ctx, cfg)
	if err != nil {
		return nil, err
	}
	undo.add("database", db.Close)
	book, err := openAudit(cfg, log)
	if err != nil {
		return nil, err
	}
	undo.add("audit", book.Close)
	links, err := openLinkKey(cfg)
	if err != nil {
		return nil, err
	}
	hasher, err := hashApart(log, undo)
	if err != nil {
		return nil, err
	}
	c := &court{store: db, audit: book, hasher: hasher, links: links}
	err = db.View(ctx, func(tx *store.Tx) error {
		courts, err := tx.Courts()
		if err == nil {
			warnOfCourts(cfg, courts, log)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.Demo {
		c.demo, err = settleDemoCourt(ctx, db, time.Now().UTC())
		return c, err
	}
	shut, err := shutOutDemoUsers(ctx, db)
	if shut > 0 {
		log.Warn("the demo's users are disabled: everybody knows their password", "users", shut)
	}
	return c, err
}
