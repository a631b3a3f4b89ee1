package office

import (
	"context"
	"crypto/sha256"
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

// Identity is somebody as the court's identity provider has told about them.
// Who it is, is told by the provider's address and its own id for the person
// alone: names and mail addresses there can change hands.
type Identity struct {
	Issuer, Subject string
	Name            string   // as they log in there; a proposal
	FullName        string   // likewise
	Roles           []string // values of the claim that roles are mapped from
	Session         string   // at the provider; empty: it does not tell
}

// subject is what an account keeps of an identity.
func (i Identity) subject() string { return i.Issuer + " " + i.Subject }

// RoleRule gives a role to those of whom the provider says a value.
type RoleRule struct {
	Value string
	Grant rooms.Grant
}

// Errors of logging in through the identity provider.
var (
	// ErrNoRole says that the provider's roles give none here.
	ErrNoRole = errors.New("the identity provider knows you, but gives you no role here: ask an administrator")
	// ErrNotLinked says that no account is linked with the identity, and none is made.
	ErrNotLinked = errors.New("no account here is linked with your identity: log in with your password and link it under My account, or ask an administrator")
	// ErrNameTaken says that an account of the name is there, and another's as far as can be told.
	ErrNameTaken = errors.New("an account of your name is there already: log in with its password and link it under My account, or ask an administrator")
	// ErrFlow says that an answer of the provider belongs to no log-in that was begun in this browser.
	ErrFlow = errors.New("this log-in was not begun in this browser, took too long, or was used already: begin again")
	// ErrLinkedElsewhere says that an identity is another account's.
	ErrLinkedElsewhere = errors.New("this identity is linked with another account here")
	// ErrDisabled says that an administrator has disabled the account. It is said
	// only to whom the provider has vouched for.
	ErrDisabled = errors.New("your account is disabled: ask an administrator")
)

// Flow is a log-in for which somebody is sent to the provider.
type Flow struct {
	State, Nonce, Verifier string
	Browser                string // secret of the cookie of the browser that is sent
	Redirect, Next         string
	Link                   bool // the caller's account is to be linked
}

// Limits of flows.
const (
	flowLasts = 10 * time.Minute
	flowsMost = 10_000
)

// BeginFlow keeps a flow until the provider's answer comes.
func (o *Office) BeginFlow(ctx context.Context, c Caller, f Flow) error {
	c.Free()
	kept := store.Flow{
		State: login.Hash(f.State), Browser: login.Hash(f.Browser), Nonce: f.Nonce, Verifier: f.Verifier,
		Redirect: f.Redirect, Next: f.Next, Expires: o.o.Now().Add(flowLasts),
	}
	if f.Link {
		kept.Session = strings.TrimPrefix(c.key, "s")
	}
	err := o.o.Store.Change(ctx, func(tx *store.Tx) error { return tx.AddFlow(kept, o.o.Now(), flowsMost) })
	if errors.Is(err, store.ErrTaken) {
		return &Slow{time.Minute}
	}
	return err
}

// TakeFlow takes the flow that an answer belongs to, once. The answer must come
// from the browser that was sent: otherwise somebody could have others log in
// as themselves, or link their own identity with others' accounts.
//
// Whose account is to be linked is who began the flow. A browser that comes back
// from another site does not show its session, so it is the flow that knows it.
func (o *Office) TakeFlow(ctx context.Context, c Caller, state, browser string) (Flow, Caller, error) {
	c.Free()
	var kept store.Flow
	err := o.o.Store.Change(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.TakeFlow(login.Hash(state))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return Flow{}, c, ErrFlow
	}
	if err != nil {
		return Flow{}, c, err
	}
	now := o.o.Now()
	if !login.Same(kept.Browser, login.Hash(browser)) || !now.Before(kept.Expires) {
		return Flow{}, c, ErrFlow
	}
	f := Flow{State: state, Nonce: kept.Nonce, Verifier: kept.Verifier, Redirect: kept.Redirect, Next: kept.Next, Link: kept.Session != ""}
	if !f.Link {
		return f, c, nil
	}
	began, alive, err := o.again(ctx, "s"+kept.Session, now)
	if err != nil {
		return Flow{}, c, err
	}
	if !alive { // logged out meanwhile
		return Flow{}, c, ErrFlow
	}
	began.Who.Address, began.asked = c.Who.Address, c.asked
	return f, began, nil
}

// LogInIdentity logs in whom the provider has vouched for. Where roles are
// mapped, the provider's say counts, at each log-in anew.
func (o *Office) LogInIdentity(ctx context.Context, i Identity, from Client) (LoggedIn, error) {
	who := audit.Who{Kind: audit.Stranger, Name: i.Name, Address: from.Address}
	var a store.Account
	err := o.change(ctx, func(tx *store.Tx) (entries []audit.Entry, err error) {
		a, entries, err = o.settle(tx, i, who)
		return entries, err
	})
	switch {
	case err == nil && a.Disabled:
		err = ErrDisabled
	case err == nil && len(a.Grants) == 0 && len(o.o.ProviderRoles) > 0:
		err = ErrNoRole
	}
	if err != nil {
		o.RefuseIdentity(ctx, from, i.Name, err)
		return LoggedIn{}, err
	}
	// Who has asked for a second factor is asked for it, whichever way they come.
	stage := login.NextStage(a.TOTP != "", false)
	who.Kind, who.ID, who.Name = audit.User, a.ID, a.Name
	way := store.Way{Via: store.ViaOIDC, ProviderSession: i.Session}
	return o.begin(ctx, step{account: a, stage: stage, action: audit.LogIn, who: who, way: way}, from)
}

// settle finds the account of an identity or makes one, and brings its roles up
// to what the provider says.
func (o *Office) settle(tx *store.Tx, i Identity, who audit.Who) (store.Account, []audit.Entry, error) {
	courts := o.world.Load().courts
	mapped := o.mappedRoles(i.Roles, courts)
	a, err := tx.UserBySubject(i.subject())
	fresh := errors.Is(err, store.ErrNotFound)
	switch {
	case fresh && len(o.o.ProviderRoles) == 0:
		return a, nil, ErrNotLinked
	case fresh && len(mapped) == 0:
		return a, nil, ErrNoRole
	case fresh:
		if a, err = o.newcomer(tx, i); err != nil {
			return a, nil, err
		}
	case err != nil:
		return a, nil, err
	}
	before := a
	if len(o.o.ProviderRoles) > 0 {
		a.Grants = mapped
	}
	if !fresh && grantsText(before.Grants) == grantsText(a.Grants) {
		return a, nil, nil
	}
	if isLastAdmin(tx, before, a, courts.Root()) {
		// The hub must not be left without anybody who can manage it.
		a.Grants = append(a.Grants, rooms.Grant{Role: rooms.Admin, Court: courts.Root()})
	}
	if err := a.User.Check(courts); err != nil {
		return a, nil, err
	}
	entry := audit.Entry{
		Time: o.o.Now(), Who: who, Action: rooms.ManageAccounts, Object: audit.Object{Kind: UserObject, ID: a.ID, Name: a.Name},
		Court: home(a.Grants), Outcome: audit.Done, Detail: userChanges(before, a, fresh, false), Why: "roles of the identity provider",
	}
	return a, []audit.Entry{entry}, tx.PutUser(a)
}

// mappedRoles are the roles that a provider's values give, each once. A rule for
// a court that is not there gives nothing.
func (o *Office) mappedRoles(values []string, courts rooms.Courts) []rooms.Grant {
	grants := []rooms.Grant{}
	for _, r := range o.o.ProviderRoles {
		if _, ok := courts[r.Grant.Court]; !ok || !slices.Contains(values, r.Value) {
			continue
		}
		at := slices.IndexFunc(grants, func(g rooms.Grant) bool { return g.Role == r.Grant.Role && g.Court == r.Grant.Court })
		switch {
		case at < 0:
			g := r.Grant
			g.Sites = slices.Clone(g.Sites)
			grants = append(grants, g)
		case len(grants[at].Sites) == 0: // everywhere already, as far as the role goes
		case len(r.Grant.Sites) == 0:
			grants[at].Sites = nil
		default:
			grants[at].Sites = append(grants[at].Sites, r.Grant.Sites...)
		}
	}
	for i := range grants {
		slices.Sort(grants[i].Sites)
		grants[i].Sites = slices.Compact(grants[i].Sites)
	}
	return grants
}

// newcomer is an account for somebody who has none. A name that is there stays
// whose it is: the provider does not say that it is the same person.
func (o *Office) newcomer(tx *store.Tx, i Identity) (store.Account, error) {
	name := strings.ToLower(strings.TrimSpace(i.Name))
	name, _, _ = strings.Cut(name, "@")
	if rooms.CheckUserName("name", name) != nil {
		name = fmt.Sprintf("p-%x", sha256.Sum256([]byte(i.subject())))[:14]
	}
	if _, err := tx.UserByName(name); err == nil {
		return store.Account{}, ErrNameTaken
	} else if !errors.Is(err, store.ErrNotFound) {
		return store.Account{}, err
	}
	full := strings.TrimSpace(i.FullName)
	if rooms.CheckName("full_name", full) != nil {
		full = name
	}
	return store.Account{User: rooms.User{ID: login.NewID(), Name: name, FullName: full}, Subject: i.subject(), Created: o.o.Now()}, nil
}

// RefuseIdentity records that somebody who came from the provider was not let in.
func (o *Office) RefuseIdentity(ctx context.Context, from Client, name string, why error) {
	o.refuseLogin(ctx, audit.Who{Kind: audit.Stranger, Name: name, Address: from.Address}, "", audit.LogIn, why.Error())
}

// EndIdentity ends what an identity has begun here, as its provider asks: all
// sessions of a person there, or those of one session.
func (o *Office) EndIdentity(ctx context.Context, issuer, subject, session string) error {
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		var a store.Account
		var err error
		if subject != "" {
			a, err = tx.UserBySubject(Identity{Issuer: issuer, Subject: subject}.subject())
		} else if a.ID, err = tx.UserOfProviderSession(session); err == nil {
			a, err = tx.User(a.ID)
		}
		if err != nil {
			return nil, err
		}
		n, err := tx.EndProviderSessions(a.ID, session)
		if err != nil || n == 0 {
			return nil, err
		}
		return []audit.Entry{{
			Time: o.o.Now(), Who: audit.Who{Kind: audit.Hub, Name: "identity provider"}, Action: audit.EndSession, Object: audit.Object{Kind: UserObject, ID: a.ID, Name: a.Name},
			Court: home(a.Grants), Outcome: audit.Done, Detail: map[string]string{"sessions": fmt.Sprint(n)}, Why: "logged out at the identity provider",
		}}, nil
	})
	if errors.Is(err, store.ErrNotFound) { // nobody here
		return nil
	}
	return err
}
