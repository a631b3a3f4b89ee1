package office

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// code is what an authenticator app shows (RFC 6238), written anew here.
func code(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(now.Unix()/30))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// secondFactor gives an account one, and returns its secret.
func (d *desk) secondFactor(a store.Account) string {
	d.t.Helper()
	secret := login.NewTOTPSecret()
	d.change(func(tx *store.Tx) error { return tx.SetTOTP(a.ID, secret, 0) })
	return secret
}

func TestWhoGetsIn(t *testing.T) {
	both(t, func(d *desk) {
		d.user("wang", at("aihui", rooms.Judge)...)
		gone := d.user("gone", at("aihui", rooms.Judge)...)
		oidc := d.user("oidc", at("aihui", rooms.Judge)...)
		fresh := d.user("fresh", at("aihui", rooms.Judge)...)
		d.secondFactor(d.user("phone", at("aihui", rooms.Judge)...))
		d.change(func(tx *store.Tx) error {
			gone.Disabled, oidc.Password, fresh.MustChange = true, "", true
			for _, a := range []store.Account{gone, oidc, fresh} {
				if err := tx.PutUser(a); err != nil {
					return err
				}
			}
			return nil
		})
		for i, x := range []struct {
			who, name, password string
			want                string
			stage               login.Stage
			audit               string
		}{
			{"the owner", "wang", goodPassword, "yes", login.Full, "user wang: log_in user id-wang done"},
			{"a wrong password", "wang", "not it at all", "wrong", "", "stranger wang: log_in user id-wang denied (name or password is wrong)"},
			{"another letter", "wang", strings.ToUpper(goodPassword), "wrong", "", "stranger wang: log_in user id-wang denied (name or password is wrong)"},
			{"a disabled account", "gone", goodPassword, "wrong", "", "stranger gone: log_in user id-gone denied (the account is disabled)"},
			{"a disabled account, wrong", "gone", "not it", "wrong", "", "stranger gone: log_in user id-gone denied (name or password is wrong)"},
			{"an account without a password", "oidc", "", "wrong", "", "stranger oidc: log_in user id-oidc denied (name or password is wrong)"},
			{"a name that is not there", "nobody", goodPassword, "wrong", "", "stranger: log_in user denied (there is no such account)"},
			// People type it into the wrong field: what is no name stays out of the audit.
			{"a password as name", goodPassword, "wang", "wrong", "", "stranger: log_in user denied (there is no such account)"},
			{"no name", "", goodPassword, "wrong", "", "stranger: log_in user denied (there is no such account)"},
			{"large letters", "WANG", goodPassword, "wrong", "", "stranger: log_in user denied (there is no such account)"},
			{"a first password", "fresh", goodPassword, "yes", login.PasswordDue, "user fresh: log_in user id-fresh done"},
			{"a second factor", "phone", goodPassword, "yes", login.SecondFactorDue, "user phone: log_in user id-phone done"},
		} {
			var in LoggedIn
			var err error
			d.mustWrite(x.who, func() {
				in, err = d.LogIn(t.Context(), x.name, x.password, Client{Address: fmt.Sprint("10.2.0.", i), Agent: "x"})
			}, x.audit)
			if got := refused(err); got != x.want || in.Stage != x.stage {
				t.Errorf("%s: %s at stage %q, want %s at %q", x.who, got, in.Stage, x.want, x.stage)
			}
			if x.want != "yes" && err.Error() != ErrLogin.Error() {
				t.Errorf("%s is told %q: that tells one from another", x.who, err)
			}
		}
		for _, e := range d.entries() {
			if strings.Contains(fmt.Sprint(e), goodPassword) {
				t.Errorf("a password stands in the audit: %+v", e)
			}
		}
	})
}

// A session is as strong as what was shown for it: who has only the password of
// an account with a second factor has nothing yet, nor has who must first
// choose a password of their own.
func TestHalfALogInIsGoodForNothing(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		everything := at("heihe", rooms.Roles...)
		a := d.user("phone", everything...)
		d.secondFactor(a)
		fresh := d.user("fresh", everything...)
		fresh.MustChange = true
		d.change(func(tx *store.Tx) error { return tx.PutUser(fresh) })
		other := d.user("other", at("heihe", rooms.Judge)...)
		h := d.hearing("aihui", a.ID)
		for _, who := range []string{"phone", "fresh"} {
			half := d.enter(who)
			c := half.Caller
			for what, do := range map[string]func() error{
				"watch": func() error { _, err := d.May(ctx, c, rooms.Watch, rooms.SourceObject, "cam-1"); return err },
				"attend": func() error {
					_, err := d.Attend(ctx, c, rooms.Watch, rooms.SourceObject, "cam-1", func() {})
					return err
				},
				"take a picture": func() error { return d.Look(ctx, c, "cam-1") },
				"follow events":  func() error { _, err := d.Attend(ctx, c, rooms.SeeHub, rooms.HubObject, "", func() {}); return err },
				"list courts":    func() error { _, err := d.Courts(ctx, c); return err },
				"list users":     func() error { _, err := d.Users(ctx, c); return err },
				"add a user":     func() error { _, err := d.AddUser(ctx, c, UserInput{}); return err },
				"disable a user": func() error {
					yes := true
					_, err := d.ChangeUser(ctx, c, other.ID, UserInput{Disabled: &yes})
					return err
				},
				"add a court": func() error { return d.PutCourt(ctx, c, rooms.Court{ID: "x", Name: "x", Parent: "heihe"}, true) },
				"add a site": func() error {
					return d.PutSite(ctx, c, rooms.Site{ID: "x", Court: "heihe", Kind: rooms.Courtroom, Name: "x"}, true)
				},
				"make a token": func() error {
					_, _, err := d.AddToken(ctx, c, TokenInput{Name: "x", Scopes: []rooms.Scope{"watch"}, TTL: time.Hour})
					return err
				},
				"list tokens":         func() error { _, err := d.Tokens(ctx, c, c.Principal.User); return err },
				"list sessions":       func() error { _, err := d.Sessions(ctx, c, c.Principal.User); return err },
				"end a session":       func() error { return d.EndSession(ctx, c, c.Principal.User, c.Session.ID) },
				"begin second factor": func() error { _, _, err := d.NewSecondFactor(ctx, c); return err },
				"drop second factor":  func() error { return d.DropSecondFactor(ctx, c, c.Principal.User, goodPassword) },
				"drop somebody's":     func() error { return d.DropSecondFactor(ctx, c, other.ID, "") },
				"see a hearing":       func() error { _, _, err := d.Hearing(ctx, c, h.ID); return err },
				"list hearings": func() error {
					_, err := d.Hearings(ctx, c, HearingQuery{From: noon, To: noon.Add(24 * time.Hour)})
					return err
				},
				"list cases":       func() error { _, err := d.Cases(ctx, c, ""); return err },
				"run a hearing":    func() error { _, err := d.Command(ctx, c, h.ID, rooms.Command{Kind: rooms.CommandPrepare}); return err },
				"read the audit":   func() error { _, err := d.SearchAudit(ctx, c, AuditQuery{}); return err },
				"export the audit": func() error { return d.ExportAudit(ctx, c, AuditQuery{}, func([]AuditEntry) error { return nil }) },
				"read the head":    func() error { _, err := d.AuditHead(ctx, c); return err },
				"import":           func() error { _, err := d.Import(ctx, c, "aihui", strings.NewReader(""), true); return err },
			} {
				if got := refused(do()); got != "stage" {
					t.Errorf("%s may %s: %s", who, what, got)
				}
			}
			for action, may := range d.Abilities(c) {
				if may {
					t.Errorf("the pages are told that %s may %s", who, action)
				}
			}
			if got := d.show(Credential{Cookie: half.Cookie}); got.Stage == login.Full {
				t.Errorf("%s is in", who)
			}
		}
		if _, err := d.ChangePassword(ctx, d.enter("phone").Caller, goodPassword, otherPassword, from("phone")); refused(err) != "stage" {
			t.Errorf("the password is changed without the second factor: %v", err)
		}
	})
}

func TestTheStepsOfALogIn(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		a := d.user("wang", at("aihui", rooms.Judge)...)
		a.MustChange = true
		d.change(func(tx *store.Tx) error { return tx.PutUser(a) })
		secret := d.secondFactor(a)

		first := d.enter("wang")
		if _, err := d.SecondFactor(ctx, first.Caller, "000000", from("wang")); refused(err) != "wrong code" {
			t.Errorf("a wrong code: %v", err)
		}
		now := code(t, secret, d.clock.now())
		second, err := d.SecondFactor(ctx, first.Caller, now, from("wang"))
		if err != nil || second.Stage != login.PasswordDue || second.Cookie == first.Cookie {
			t.Fatalf("%+v %v", second, err)
		}
		if d.show(Credential{Cookie: first.Cookie}).Known() {
			t.Error("the session of before the second factor is still good")
		}
		for _, x := range []struct{ what, old, fresh, want string }{
			{"with a wrong old one", "not it", otherPassword, "field old"},
			{"to the old one", goodPassword, goodPassword, "field new"},
			{"to a weak one", goodPassword, "password1", "field password"},
			{"to one with the own name", goodPassword, "wang wang wang", "field password"},
			{"to one with the court's name", goodPassword, "爱辉区人民法院", "field password"},
		} {
			if _, err := d.ChangePassword(ctx, second.Caller, x.old, x.fresh, from("wang")); refused(err) != x.want {
				t.Errorf("changed %s: %v", x.what, err)
			}
		}
		third, err := d.ChangePassword(ctx, second.Caller, goodPassword, otherPassword, from("wang"))
		if err != nil || third.Stage != login.Full || third.Cookie == second.Cookie {
			t.Fatalf("%+v %v", third, err)
		}
		if d.show(Credential{Cookie: second.Cookie}).Known() || !d.show(Credential{Cookie: third.Cookie}).Known() {
			t.Error("not the third session alone is good")
		}
		// The code that was used counts once.
		again, err := d.LogIn(ctx, "wang", otherPassword, from("wang"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SecondFactor(ctx, again.Caller, now, from("wang")); refused(err) != "wrong code" {
			t.Errorf("the code is good twice: %v", err)
		}
		d.clock.move(time.Minute)
		if in, err := d.SecondFactor(ctx, again.Caller, code(t, secret, d.clock.now()), from("wang")); err != nil || in.Stage != login.Full {
			t.Errorf("the next code: %v", err)
		}
		if _, err := d.SecondFactor(ctx, Stranger("10.0.0.1"), now, from("wang")); refused(err) != "stranger" {
			t.Errorf("a code without a password: %v", err)
		}
	})
}

// A session that somebody else knows of, because they planted it in the browser
// or read it there before, ends with the log-in (OWASP ASVS 5.0, 7.2.4).
func TestSessionFixation(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		d.user("wang", at("aihui", rooms.Judge)...)
		d.user("mallory", at("beian", rooms.Clerk)...)
		planted := d.enter("mallory")
		browser := from("wang")
		browser.Session = planted.Caller.Session.ID
		in, err := d.LogIn(ctx, "wang", goodPassword, browser)
		if err != nil || in.Cookie == planted.Cookie || in.Cookie == "" {
			t.Fatalf("%v", err)
		}
		if d.show(Credential{Cookie: planted.Cookie}).Known() {
			t.Error("the planted session is still good")
		}
		if got := d.show(Credential{Cookie: in.Cookie}); got.Who.Name != "wang" {
			t.Errorf("logged in as %q", got.Who.Name)
		}
		// Nor does a cookie that somebody has made up become one.
		for _, made := range []string{"", "x", login.NewSecret(), in.Caller.Session.ID, login.Hash(in.Cookie)} {
			if d.show(Credential{Cookie: made}).Known() {
				t.Errorf("%q lets in", made)
			}
		}
		// A browser whose session has ended meanwhile gets in all the same.
		browser.Session = planted.Caller.Session.ID
		if _, err := d.LogIn(ctx, "wang", goodPassword, browser); err != nil {
			t.Error(err)
		}
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	both(t, func(d *desk) {
		d.user("wang", at("aihui", rooms.Judge)...)
		idle, busy := d.enter("wang"), d.enter("wang")
		good := func(in LoggedIn) bool { return d.show(Credential{Cookie: in.Cookie}).Known() }
		for range 5 {
			d.clock.move(login.Idle / 2)
			if !good(busy) {
				t.Fatal("a session that is used ends")
			}
		}
		if good(idle) {
			t.Error("a session that was not used for longer than half an hour is good")
		}
		for passed := 5 * login.Idle / 2; passed < login.Absolute-login.Idle/2; passed += login.Idle / 2 {
			d.clock.move(login.Idle / 2)
			if !good(busy) {
				t.Fatalf("it ends after %s", passed)
			}
		}
		d.clock.move(login.Idle / 2)
		if good(busy) {
			t.Error("a session is good for longer than 12 hours")
		}
		// They leave the database too.
		if err := d.tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := 0
		if err := d.store.View(t.Context(), func(tx *store.Tx) error { all, err := tx.Sessions(""); n = len(all); return err }); err != nil || n != 0 {
			t.Errorf("%d are left: %v", n, err)
		}
	})
}

// Guessing is slowed down, not stopped: the owner gets in elsewhere, and at a
// browser that is known. The audit is not flooded with it.
func TestGuessesAtAPassword(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		d.user("chen", at("heihe", rooms.Admin)...)
		known := d.enter("chen")
		through := 0
		lines := d.writes(func() {
			for n := range 1000 { // in a quarter of an hour
				_, err := d.LogIn(ctx, "chen", fmt.Sprint("guess ", n), Client{Address: "192.0.2.1"})
				switch refused(err) {
				case "wrong":
					through++
				case "slow":
				default:
					t.Fatal(err)
				}
				d.clock.move(15 * time.Minute / 1000)
			}
		})
		if through > 5 {
			t.Errorf("%d guesses were looked at", through)
		}
		if len(lines) > 5+20 || len(lines) < 5+1 {
			t.Errorf("1,000 guesses leave %d lines in the audit", len(lines))
		}
		if _, err := d.LogIn(ctx, "chen", goodPassword, Client{Address: "192.0.2.1"}); refused(err) != "slow" {
			t.Errorf("the guesser is let in with the right one: %v", err)
		}
		for who, from := range map[string]Client{"elsewhere": {Address: "192.0.2.2"}, "there, at the known browser": {Address: "192.0.2.1", Device: known.Device}} {
			if _, err := d.LogIn(ctx, "chen", goodPassword, from); err != nil {
				t.Errorf("the owner %s: %v", who, err)
			}
		}
		// How many there were is told in the end.
		d.clock.move(2 * time.Minute)
		if err := d.tidy(ctx); err != nil {
			t.Fatal(err)
		}
		repeated := 0
		for _, e := range d.entries() {
			var n int
			if _, err := fmt.Sscan(e.Detail["repeated"], &n); err == nil {
				repeated += n
			}
		}
		if told := repeated + len(lines); told < 1000 {
			t.Errorf("the audit knows of %d guesses", told)
		}
	})
}

// Whether a name exists cannot be told from how long the answer takes. What
// argon2 costs is the same for both (package login); here is the rest.
func TestNamesCannotBeToldByTime(t *testing.T) {
	both(t, func(d *desk) {
		gone, oidc := d.user("gone", at("aihui", rooms.Judge)...), d.user("oidc", at("aihui", rooms.Judge)...)
		d.user("wang", at("aihui", rooms.Judge)...)
		gone.Disabled, oidc.Password = true, ""
		d.change(func(tx *store.Tx) error {
			if err := tx.PutUser(gone); err != nil {
				return err
			}
			return tx.PutUser(oidc)
		})
		names := []string{"nobody", "wang", "gone", "oidc"}
		took := map[string][]time.Duration{}
		for n := range 60 {
			d.clock.move(time.Hour) // nobody has to wait
			for k := range names {  // in turns, and each in each place: what slows the machine slows all
				name := names[(k+n)%len(names)]
				began := time.Now()
				_, err := d.LogIn(t.Context(), name, "a wrong password", Client{Address: "192.0.2.1"})
				took[name] = append(took[name], time.Since(began))
				if refused(err) != "wrong" {
					t.Fatal(err)
				}
			}
		}
		nobody := slices.Min(took["nobody"]) // the fastest: what slows the machine only adds
		for _, name := range names {
			if off := (slices.Min(took[name]) - nobody).Abs(); off > 5*time.Millisecond {
				t.Errorf("%s takes %s longer or less than nobody", name, off)
			}
		}
	})
}
