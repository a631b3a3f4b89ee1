package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// TokenInfo is an API token as its owner and administrators see it.
type TokenInfo struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Scopes  []rooms.Scope `json:"scopes"`
	Court   string        `json:"court" doc:"empty: no limit"`
	Created time.Time     `json:"created"`
	Expires time.Time     `json:"expires"`
	Seen    time.Time     `json:"seen" doc:"last use, to a minute"`
}

func tokenInfo(t store.Token) TokenInfo {
	return TokenInfo{t.ID, t.Name, t.Scopes, t.Court, t.Created, t.Expires, t.Seen}
}

// TokenInput is what a new token is to be.
type TokenInput struct {
	Name   string
	Scopes []rooms.Scope
	Court  string
	TTL    time.Duration
}

// Limits of tokens.
const (
	maxTokens    = 20
	maxScopes    = 50
	maxTokenLife = 366 * 24 * time.Hour
)

// Tokens are a user's.
func (o *Office) Tokens(ctx context.Context, c Caller, user string) ([]TokenInfo, error) {
	if err := o.mayAccount(ctx, c, user); err != nil {
		return nil, err
	}
	list := []TokenInfo{}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		all, err := tx.Tokens(user)
		list = list[:0]
		for _, t := range all {
			list = append(list, tokenInfo(t))
		}
		return err
	})
	return list, err
}

// AddToken makes a token of the caller's own, which is shown this once.
func (o *Office) AddToken(ctx context.Context, c Caller, in TokenInput) (string, TokenInfo, error) {
	if _, err := o.May(ctx, c, rooms.OwnAccount, rooms.HubObject, ""); err != nil {
		return "", TokenInfo{}, err
	}
	if c.Session.ID == "" { // a token must not make others that outlive it
		return "", TokenInfo{}, &Denied{Action: rooms.OwnAccount, Kind: rooms.HubObject}
	}
	a, err := o.account(ctx, c)
	if err != nil {
		return "", TokenInfo{}, err
	}
	secret, t, err := NewToken(a, in, o.world.Load().courts, o.o.Now())
	if err != nil {
		return "", TokenInfo{}, err
	}
	entry := o.entry(c, rooms.OwnAccount, rooms.Object{Kind: TokenObject, ID: t.ID}, audit.Done)
	entry.Object.Name, entry.Detail = t.Name, TokenDetail(t)
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		have, err := tx.Tokens(a.ID)
		if err != nil {
			return nil, err
		}
		if len(have) >= maxTokens {
			return nil, rooms.FieldError{Field: "name", Err: fmt.Errorf("many_tokens: there are %d tokens already: end one that is not used any more", maxTokens)}
		}
		return []audit.Entry{entry}, tx.AddToken(t)
	})
	return secret, tokenInfo(t), err
}

// TokenObject is a token as the audit names it.
const TokenObject rooms.ObjectKind = "token"

// TokenDetail is what the audit keeps of a new token.
func TokenDetail(t store.Token) map[string]string {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = string(s)
	}
	return map[string]string{"scopes": strings.Join(scopes, " "), "court": t.Court, "expires": t.Expires.Format(time.RFC3339)}
}

// NewToken checks and makes a token of a user.
func NewToken(a store.Account, in TokenInput, courts rooms.Courts, now time.Time) (string, store.Token, error) {
	errs := []error{rooms.CheckName("name", in.Name)}
	if len(in.Scopes) == 0 || len(in.Scopes) > maxScopes {
		errs = append(errs, rooms.FieldError{Field: "scopes", Err: fmt.Errorf("give 1 to %d, such as watch or publish:court-1", maxScopes)})
	}
	for i, s := range in.Scopes {
		action, object, limited := strings.Cut(string(s), ":")
		field := fmt.Sprintf("scopes[%d]", i)
		switch {
		case !slices.Contains(rooms.Actions, rooms.Action(action)):
			errs = append(errs, rooms.FieldError{Field: field, Err: fmt.Errorf("%q is no action", action)})
		case action == string(rooms.OwnAccount):
			errs = append(errs, rooms.FieldError{Field: field, Err: errors.New("a token must not change its owner's account")})
		case limited && (object == "" || len(object) > 63 || !rooms.Printable(object)):
			errs = append(errs, rooms.FieldError{Field: field, Err: errors.New("after the colon stands the id of an object")})
		}
	}
	if _, ok := courts[in.Court]; in.Court != "" && !ok {
		errs = append(errs, rooms.FieldError{Field: "court", Err: rooms.ErrUnknownCourt})
	}
	if in.TTL < time.Minute || in.TTL > maxTokenLife {
		errs = append(errs, rooms.FieldError{Field: "ttl", Err: errors.New("use a minute to a year")})
	}
	if err := errors.Join(errs...); err != nil {
		return "", store.Token{}, err
	}
	secret := login.NewToken()
	return secret, store.Token{
		ID: login.NewID(), User: a.ID, Name: in.Name, Hash: login.Hash(secret), HA1: login.RTSPDigestHA1(a.Name, RTSPRealm, secret),
		Scopes: in.Scopes, Court: in.Court, Created: now, Expires: now.Add(in.TTL),
	}, nil
}

// RTSPRealm is the realm of RTSP's digest.
const RTSPRealm = "avhub"

// EndToken ends a token of a user.
func (o *Office) EndToken(ctx context.Context, c Caller, user, id string) error {
	if err := o.mayAccount(ctx, c, user); err != nil {
		return err
	}
	entry := o.entry(c, rooms.OwnAccount, rooms.Object{Kind: TokenObject, ID: id}, audit.Done)
	entry.Detail = map[string]string{"ended": "yes", "owner": user}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		t, err := tx.TokenByID(id)
		if err != nil {
			return nil, err
		}
		if t.User != user {
			return nil, ErrUnknown
		}
		entry.Object.Name = t.Name
		return []audit.Entry{entry}, tx.DropToken(id)
	})
	return isGone(err)
}
