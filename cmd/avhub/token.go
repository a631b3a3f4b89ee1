package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/office"
	"avhub/rooms/store"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Print an API token once; only its hash is kept. Example: avhub token create --user wall --scope watch --ttl 720h"`
}

type tokenCreateCmd struct {
	Config string        `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
	User   string        `required:"" help:"Whose token it is: it may nothing that the user may not."`
	Name   string        `default:"command line" help:"What it is for, as lists show it."`
	TTL    time.Duration `name:"ttl" default:"24h" help:"How long it is good, at most 8784h (366 days)."`
	Scope  []string      `help:"Action, alone or on one object: watch, publish:court-1. All that the user may, if left out."`
	Court  string        `help:"Only at this court and under it."`
}

// Run makes a token.
func (c *tokenCreateCmd) Run(ctx context.Context, o *output) error {
	return withStore(ctx, c.Config, func(s *store.Store) error {
		text := ""
		err := s.Change(ctx, func(tx *store.Tx) (err error) {
			text, err = c.create(tx)
			return err
		})
		if err == nil {
			fmt.Fprintln(o.out, text)
		}
		return err
	})
}

func (c *tokenCreateCmd) create(tx *store.Tx) (string, error) {
	a, err := tx.UserByName(c.User)
	if errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("there is no user %s: avhub user list shows all", c.User)
	}
	if err != nil {
		return "", err
	}
	courts, err := tx.Courts()
	if err != nil {
		return "", err
	}
	in := office.TokenInput{Name: c.Name, Court: c.Court, TTL: c.TTL}
	for _, s := range c.Scope {
		in.Scopes = append(in.Scopes, rooms.Scope(strings.TrimSpace(s)))
	}
	if len(in.Scopes) == 0 {
		for _, action := range rooms.Actions {
			if action != rooms.OwnAccount {
				in.Scopes = append(in.Scopes, rooms.Scope(action))
			}
		}
	}
	now := time.Now().UTC()
	text, t, err := office.NewToken(a, in, courts, now)
	if err != nil {
		return "", err
	}
	if err := tx.AddToken(t); err != nil {
		return "", err
	}
	return text, office.Send(tx, audit.Entry{
		Time: now, Who: console(), Action: rooms.OwnAccount, Object: audit.Object{Kind: office.TokenObject, ID: t.ID, Name: t.Name},
		Outcome: audit.Done, Detail: office.TokenDetail(t),
	})
}
