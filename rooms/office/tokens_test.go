package office

import (
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// A token may what its owner may, of that what its scopes say, at its court,
// until its end.
func TestATokenIsLessThanItsOwner(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		owner := d.as("li", append(at("aihui", rooms.Inspector, rooms.Auditor, rooms.Judge), at("beian", rooms.Inspector, rooms.Judge)...)...)
		d.hearing("aihui", owner.Principal.User)
		far := d.hearing("beian", owner.Principal.User)
		may := func(c Caller, a rooms.Action, id string) string {
			_, err := d.May(ctx, c, a, rooms.SourceObject, id)
			return refused(err)
		}
		secret, all := d.token(owner, "", "watch", "see_status", "see_hearing", "manage_source", "read_audit")
		_, one := d.token(owner, "", "watch:cam-1", "see_status")
		_, here := d.token(owner, "aihui", "watch", "see_status", "see_hearing", "manage_hearing")
		for _, x := range []struct {
			what string
			c    Caller
			a    rooms.Action
			id   string
			want string
		}{
			{"all", all, rooms.Watch, "cam-1", "yes"}, {"all", all, rooms.Watch, "far", "yes"},
			{"all", all, rooms.Snapshot, "cam-1", "no"},     // another scope
			{"all", all, rooms.ManageSource, "cam-1", "no"}, // the owner may not either
			{"one", one, rooms.Watch, "cam-1", "yes"}, {"one", one, rooms.Watch, "cam-2", "no"},
			{"here", here, rooms.Watch, "cam-1", "yes"}, {"here", here, rooms.Watch, "far", "hidden"},
			{"none", Stranger(""), rooms.Watch, "cam-1", "stranger"},
		} {
			if got := may(x.c, x.a, x.id); got != x.want {
				t.Errorf("%s: %s %s: %s, want %s", x.what, x.a, x.id, got, x.want)
			}
		}
		// What another court has does not come in lists either.
		for what, c := range map[string]struct {
			Caller
			want int
		}{"the owner": {owner, 2}, "a token for all": {all, 2}, "a token of aihui": {here, 1}} {
			cases, err := d.Cases(ctx, c.Caller, "")
			d.must(err)
			hearings, err := d.Hearings(ctx, c.Caller, HearingQuery{From: noon, To: noon.Add(24 * time.Hour)})
			d.must(err)
			if len(cases) != c.want || len(hearings) != c.want {
				t.Errorf("%s sees %d cases, %d hearings, want %d", what, len(cases), len(hearings), c.want)
			}
		}
		if _, _, err := d.Case(ctx, here, far.Case); refused(err) != "hidden" {
			t.Errorf("a token of aihui sees a case of beian: %v", err)
		}
		if page, err := d.SearchAudit(ctx, here, AuditQuery{}); refused(err) != "no" {
			t.Errorf("a token without the scope reads the audit: %v %v", page, err)
		}
		// It makes no others, which would outlive it, and changes no account.
		if _, _, err := d.AddToken(ctx, all, TokenInput{Name: "x", Scopes: []rooms.Scope{"watch"}, TTL: time.Hour}); refused(err) != "no" {
			t.Errorf("a token makes a token: %v", err)
		}
		for what, err := range map[string]error{
			"lists tokens": second(d.Tokens(ctx, all, owner.Principal.User)), "lists log-ins": second(d.Sessions(ctx, all, owner.Principal.User)),
			"drops the second factor": d.DropSecondFactor(ctx, all, owner.Principal.User, goodPassword),
			"changes the password":    second(d.ChangePassword(ctx, all, goodPassword, otherPassword, from("li"))),
		} {
			if err == nil {
				t.Errorf("a token %s", what)
			}
		}
		if !d.show(Credential{Token: secret}).Known() {
			t.Error("a token is not good before its end")
		}
		d.clock.move(time.Hour)
		if d.show(Credential{Token: secret}).Known() {
			t.Error("a token is good after its end")
		}
		for _, made := range []string{"x", secret[:len(secret)-1], secret + "x", strings.ToLower(secret), login.Hash(secret), login.NewToken(), "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJjaGVuIiwicm9sZSI6ImFkbWluIn0."} {
			if d.show(Credential{Token: made}).Known() {
				t.Errorf("%q is a token", made)
			}
		}
	})
}

func TestTokensAreChecked(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		owner := d.as("li", at("aihui", rooms.Inspector)...)
		good := TokenInput{Name: "墙", Scopes: []rooms.Scope{"watch"}, TTL: time.Hour}
		for what, x := range map[string]struct {
			change func(*TokenInput)
			want   string
		}{
			"no scope":          {func(in *TokenInput) { in.Scopes = nil }, "field scopes"},
			"too many scopes":   {func(in *TokenInput) { in.Scopes = make([]rooms.Scope, 51) }, "field scopes"},
			"no action":         {func(in *TokenInput) { in.Scopes = []rooms.Scope{"everything"} }, "field scopes[0]"},
			"the own account":   {func(in *TokenInput) { in.Scopes = []rooms.Scope{"own_account"} }, "field scopes[0]"},
			"no object":         {func(in *TokenInput) { in.Scopes = []rooms.Scope{"watch:"} }, "field scopes[0]"},
			"another court":     {func(in *TokenInput) { in.Court = "atlantis" }, "field court"},
			"for ever":          {func(in *TokenInput) { in.TTL = 10 * 366 * 24 * time.Hour }, "field ttl"},
			"over already":      {func(in *TokenInput) { in.TTL = -time.Hour }, "field ttl"},
			"without a name":    {func(in *TokenInput) { in.Name = "" }, "field name"},
			"a name of 2 lines": {func(in *TokenInput) { in.Name = "a\nb" }, "field name"},
		} {
			in := good
			x.change(&in)
			if _, _, err := d.AddToken(ctx, owner, in); refused(err) != x.want {
				t.Errorf("%s: %v, want %s", what, err, x.want)
			}
		}
		var secret string
		for range maxTokens {
			var err error
			secret, _, err = d.AddToken(ctx, owner, good)
			d.must(err)
		}
		if _, _, err := d.AddToken(ctx, owner, good); refused(err) != "field name" {
			t.Errorf("one more than there may be: %v", err)
		}
		// Nothing of the secret is kept but its hashes.
		d.must(d.store.View(ctx, func(tx *store.Tx) error {
			all, err := tx.Tokens("")
			for _, k := range all {
				if strings.Contains(k.Hash+k.HA1+k.Name+k.ID, secret[4:20]) {
					t.Error("a token is kept as it is")
				}
			}
			return err
		}))
		// When it was used last is known to half a minute.
		c := d.show(Credential{Token: secret})
		d.clock.move(10 * time.Minute)
		d.show(Credential{Token: secret})
		d.must(d.flush())
		list, err := d.Tokens(ctx, owner, owner.Principal.User)
		d.must(err)
		used := 0
		for _, k := range list {
			if !k.Seen.IsZero() {
				used++
				if k.ID != c.Who.Token || !k.Seen.Equal(d.clock.now()) {
					t.Errorf("%s was used at %s", k.ID, k.Seen)
				}
			}
		}
		if used != 1 {
			t.Errorf("%d of %d tokens were used", used, len(list))
		}
	})
}

// Players show by a digest that they know a token.
func TestTheDigestOfAToken(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		owner := d.as("li", at("aihui", rooms.Inspector)...)
		secret, token := d.token(owner, "", "watch")
		sum := func(s string) string { x := md5.Sum([]byte(s)); return hex.EncodeToString(x[:]) }
		knows := func(user, secret string) func(string) bool {
			return func(ha1 string) bool { return ha1 == sum(user+":"+RTSPRealm+":"+secret) }
		}
		for _, x := range []struct {
			what, user string
			proves     func(string) bool
			want       bool
		}{
			{"the token", "li", knows("li", secret), true},
			{"another", "li", knows("li", login.NewToken()), false},
			{"somebody else's name", "nobody", knows("nobody", secret), false},
			{"the owner's password", "li", knows("li", goodPassword), false},
			{"nothing", "", knows("", ""), false},
		} {
			c, err := d.AuthenticateDigest(ctx, x.user, x.proves, "10.5.0.1")
			if err != nil || c.Known() != x.want {
				t.Errorf("%s: known %v, %v", x.what, c.Known(), err)
			}
		}
		// Names cannot be told by time here either.
		took := map[string][]time.Duration{}
		for range 100 {
			for _, name := range []string{"li", "nobody"} {
				began := time.Now()
				_, _ = d.AuthenticateDigest(ctx, name, knows(name, "x"), "10.5.0.1")
				took[name] = append(took[name], time.Since(began))
			}
		}
		if off := (slices.Min(took["li"]) - slices.Min(took["nobody"])).Abs(); off > 5*time.Millisecond {
			t.Errorf("a name that exists takes %s longer or less", off)
		}
		d.must(d.EndToken(ctx, owner, owner.Principal.User, token.Who.Token))
		if c, _ := d.AuthenticateDigest(ctx, "li", knows("li", secret), ""); c.Known() {
			t.Error("a token that was ended")
		}
	})
}
