package office

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Who may do what to accounts: an administrator to those all of whose roles are
// at their court or under it, and nobody else to anybody.
func TestWhoManagesWhom(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		top, sub := d.as("chen", at("heihe", rooms.Admin)...), d.as("sub", at("aihui", rooms.Admin)...)
		others := map[string]Caller{}
		for _, r := range rooms.Roles {
			if r != rooms.Admin {
				others[string(r)] = d.as(strings.ReplaceAll(string(r), "_", "-"), at("heihe", r)...)
			}
		}
		mine := d.user("mine", at("aihui", rooms.Judge)...)
		beside := d.user("beside", at("beian", rooms.Judge)...)
		both := d.user("both", append(at("aihui", rooms.Judge), at("beian", rooms.Clerk)...)...)
		none := d.user("none")
		yes := true
		change := func(c Caller, id string, in UserInput) string {
			_, err := d.ChangeUser(ctx, c, id, in)
			return refused(err)
		}
		full := "新名字"
		for _, x := range []struct {
			who  string
			c    Caller
			id   string
			want string
		}{
			{"the top administrator", top, mine.ID, "yes"}, {"the top administrator", top, beside.ID, "yes"},
			{"the top administrator", top, both.ID, "yes"}, {"the top administrator", top, none.ID, "yes"},
			{"aihui's administrator", sub, mine.ID, "yes"}, {"aihui's administrator", sub, beside.ID, "hidden"},
			{"aihui's administrator", sub, both.ID, "hidden"}, {"aihui's administrator", sub, none.ID, "hidden"},
			{"aihui's administrator", sub, top.Principal.User, "hidden"}, {"aihui's administrator", sub, "no-such-user", "hidden"},
			{"aihui's administrator", sub, "", "hidden"}, {"aihui's administrator", sub, "../../id-mine", "hidden"},
		} {
			if got := change(x.c, x.id, UserInput{FullName: &full}); got != x.want {
				t.Errorf("%s changes %s: %s, want %s", x.who, x.id, got, x.want)
			}
			_, err := d.Sessions(ctx, x.c, x.id)
			if got := refused(err); got != x.want {
				t.Errorf("%s lists the log-ins of %s: %s, want %s", x.who, x.id, got, x.want)
			}
			_, err = d.Tokens(ctx, x.c, x.id)
			if got := refused(err); got != x.want {
				t.Errorf("%s lists the tokens of %s: %s, want %s", x.who, x.id, got, x.want)
			}
		}
		for role, c := range others {
			for what, err := range map[string]error{
				"change":      second(d.ChangeUser(ctx, c, mine.ID, UserInput{Disabled: &yes})),
				"add":         second(d.AddUser(ctx, c, UserInput{Name: &full, FullName: &full})),
				"list":        second(d.Users(ctx, c)),
				"see":         second(d.Sessions(ctx, c, mine.ID)),
				"end":         d.EndSession(ctx, c, mine.ID, "x"),
				"tokens of":   second(d.Tokens(ctx, c, mine.ID)),
				"end tokens":  d.EndToken(ctx, c, mine.ID, "x"),
				"drop factor": d.DropSecondFactor(ctx, c, mine.ID, ""),
			} {
				if got := refused(err); got != "no" {
					t.Errorf("%s may %s somebody: %s", role, what, got)
				}
			}
			// Nor do they make themselves more than they are.
			mighty := at("heihe", rooms.Admin)
			if got := change(c, c.Principal.User, UserInput{Grants: &mighty}); got != "no" {
				t.Errorf("%s makes themselves an administrator: %s", role, got)
			}
		}
		// Roles are given by who manages the court that they are given at.
		name := "fresh"
		for _, x := range []struct {
			court string
			want  string
		}{{"aihui", "yes"}, {"heihe", "no"}, {"beian", "no"}, {"atlantis", "field grants[0].court"}, {"", "field grants[0].court"}} {
			roles := at(x.court, rooms.Inspector)
			if got := change(sub, mine.ID, UserInput{Grants: &roles}); got != x.want {
				t.Errorf("aihui's administrator gives a role at %q: %s, want %s", x.court, got, x.want)
			}
			fresh := fmt.Sprint(name, len(x.court))
			if _, err := d.AddUser(ctx, sub, UserInput{Name: &fresh, FullName: &full, Grants: &roles}); refused(err) != x.want {
				t.Errorf("aihui's administrator adds somebody at %q: %v, want %s", x.court, err, x.want)
			}
		}
		seen := func(c Caller) []string {
			list, err := d.Users(ctx, c)
			d.must(err)
			var names []string
			for _, a := range list {
				names = append(names, a.Name)
			}
			return names
		}
		if got := seen(sub); !slices.Equal(got, []string{"fresh5", "mine", "sub"}) {
			t.Errorf("aihui's administrator sees %v", got)
		}
		if got := seen(top); !slices.Contains(got, "beside") || !slices.Contains(got, "none") {
			t.Errorf("the top administrator sees %v", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestChangesOfAnAccount(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		chen := d.as("chen", at("heihe", rooms.Admin)...)
		name, full, password, weak := "wang", "王法官", goodPassword, "heihe2024"
		roles := at("aihui", rooms.Judge)
		if _, err := d.AddUser(ctx, chen, UserInput{Name: &name, FullName: &full, Grants: &roles, Password: &weak}); refused(err) != "field password" {
			t.Errorf("a weak password: %v", err)
		}
		var wang Account
		if lines := d.writes(func() {
			var err error
			wang, err = d.AddUser(ctx, chen, UserInput{Name: &name, FullName: &full, Grants: &roles, Password: &password})
			d.must(err)
		}); !slices.Equal(lines, []string{"user chen: manage_accounts user " + wang.ID + " done"}) {
			t.Errorf("a new account: %v", lines)
		}
		last := d.entries()[len(d.entries())-1]
		if last.Object.ID != wang.ID || last.Object.Name != "wang" || last.Court != "aihui" || last.Detail["roles"] != "judge@aihui" || last.Detail["password"] != "set" {
			t.Errorf("%+v", last)
		}
		if _, err := d.AddUser(ctx, chen, UserInput{Name: &name, FullName: &full}); refused(err) != "field name" {
			t.Errorf("a name given twice: %v", err)
		}
		// The password that an administrator has set is good for one thing.
		in := d.enter("wang")
		if in.Stage != login.PasswordDue {
			t.Errorf("stage %s", in.Stage)
		}
		in, err := d.ChangePassword(ctx, in.Caller, goodPassword, otherPassword, from("wang"))
		d.must(err)
		elsewhere, err := d.LogIn(ctx, "wang", otherPassword, Client{Address: "10.9.0.1"})
		d.must(err)
		// One's own change of password ends all other log-ins.
		in, err = d.ChangePassword(ctx, in.Caller, otherPassword, goodPassword, from("wang"))
		d.must(err)
		if d.show(Credential{Cookie: elsewhere.Cookie}).Known() || !d.show(Credential{Cookie: in.Cookie}).Known() {
			t.Error("not this log-in alone is good")
		}
		yes, no, none := true, false, []rooms.Grant{}
		for _, x := range []struct {
			what string
			in   UserInput
			want string
			gone bool
		}{
			{"another name", UserInput{FullName: &full}, "yes", false},
			{"disabled", UserInput{Disabled: &yes}, "yes", true},
			{"enabled", UserInput{Disabled: &no}, "yes", true},
			{"no role", UserInput{Grants: &none}, "yes", true},
		} {
			if _, err := d.ChangeUser(ctx, chen, wang.ID, x.in); refused(err) != x.want {
				t.Errorf("%s: %v", x.what, err)
			}
			if known := d.show(Credential{Cookie: in.Cookie}).Known(); known == x.gone {
				t.Errorf("%s: the log-in is good: %v", x.what, known)
			}
		}
		// The last administrator stays one.
		for what, in := range map[string]UserInput{"disabled": {Disabled: &yes}, "without a role": {Grants: &none}, "a clerk": {Grants: &roles}} {
			if _, err := d.ChangeUser(ctx, chen, chen.Principal.User, in); err == nil || !strings.Contains(err.Error(), ErrLastAdmin.Error()) {
				t.Errorf("the last administrator %s: %v", what, err)
			}
		}
	})
}

// A second factor is turned on with a code and the password, off with the
// password, or by an administrator for who has lost the phone.
func TestTheSecondFactorIsTurnedOnAndOff(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		d.user("chen", at("heihe", rooms.Admin)...)
		wang := d.as("wang", at("aihui", rooms.Judge)...)
		secret, uri, err := d.NewSecondFactor(ctx, wang)
		d.must(err)
		if !strings.HasPrefix(uri, "otpauth://totp/avhub:wang?secret="+secret) {
			t.Error(uri)
		}
		for _, x := range []struct{ what, secret, code, password, want string }{
			{"a wrong code", secret, "000000", goodPassword, "field code"},
			{"a wrong password", secret, code(t, secret, d.clock.now()), "not it", "field password"},
			{"a secret of somebody's own", "AAAA", "000000", goodPassword, "field secret"},
		} {
			if _, err := d.ConfirmSecondFactor(ctx, wang, x.secret, x.code, x.password); refused(err) != x.want {
				t.Errorf("%s: %v", x.what, err)
			}
		}
		if d.enter("wang").Stage != login.Full {
			t.Error("it counts before it was confirmed")
		}
		d.clock.move(time.Hour)
		wang = d.enter("wang").Caller
		codes, err := d.ConfirmSecondFactor(ctx, wang, secret, code(t, secret, d.clock.now()), goodPassword)
		d.must(err)
		if len(codes) != 10 {
			t.Errorf("%d recovery codes", len(codes))
		}
		half := d.enter("wang")
		if half.Stage != login.SecondFactorDue {
			t.Fatal("it is not asked for")
		}
		if in, err := d.SecondFactor(ctx, half.Caller, strings.ToUpper(codes[3]), from("wang")); err != nil || in.Stage != login.Full {
			t.Errorf("a recovery code: %v", err)
		}
		half = d.enter("wang")
		if _, err := d.SecondFactor(ctx, half.Caller, codes[3], from("wang")); refused(err) != "wrong code" {
			t.Errorf("the same code again: %v", err)
		}
		// Guesses at the code are slowed down as those at passwords are.
		through := 0
		for range 200 {
			if _, err := d.SecondFactor(ctx, half.Caller, "123456", from("wang")); refused(err) == "wrong code" {
				through++
			}
		}
		if through > 5 {
			t.Errorf("%d of 200 codes were looked at", through)
		}
		if err := d.DropSecondFactor(ctx, wang, wang.Principal.User, "not it"); refused(err) != "field password" {
			t.Errorf("turned off with a wrong password: %v", err)
		}
		chen := d.enter("chen").Caller
		d.must(d.DropSecondFactor(ctx, chen, wang.Principal.User, ""))
		d.clock.move(time.Hour)
		if d.enter("wang").Stage != login.Full {
			t.Error("it is still asked for")
		}
		on, off := 0, 0
		for _, e := range d.entries() {
			switch e.Detail["second_factor"] {
			case "on":
				on++
			case "off":
				off++
			}
		}
		if on != 1 || off != 1 {
			t.Errorf("the audit knows of %d and %d", on, off)
		}
	})
}

// A user has so many log-ins at once; one more ends the oldest. They see them
// and end them.
func TestLogInsAreListedAndBounded(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		d.user("wang", at("aihui", rooms.Judge)...)
		var all []LoggedIn
		for range sessionsMost + 3 {
			d.clock.move(time.Second)
			all = append(all, d.enter("wang"))
		}
		for i, in := range all {
			if known, want := d.show(Credential{Cookie: in.Cookie}).Known(), i >= 3; known != want {
				t.Errorf("log-in %d is good: %v", i, known)
			}
		}
		me := all[len(all)-1].Caller
		list, err := d.Sessions(ctx, me, me.Principal.User)
		d.must(err)
		current := slices.IndexFunc(list, func(s SessionInfo) bool { return s.Current })
		if len(list) != sessionsMost || current < 0 || list[current].ID != me.Session.ID || list[current].Agent != "browser of wang" || list[current].Address != "10.1.0.1" {
			t.Errorf("%d log-ins, this one %d", len(list), current)
		}
		d.must(d.EndSession(ctx, me, me.Principal.User, list[0].ID))
		if got := refused(d.EndSession(ctx, me, me.Principal.User, list[0].ID)); got != "hidden" && list[0].ID != me.Session.ID {
			t.Errorf("ended twice: %s", got)
		}
		other := d.as("li", at("aihui", rooms.Judge)...)
		if got := refused(d.EndSession(ctx, me, me.Principal.User, other.Session.ID)); got != "hidden" && got != "stranger" {
			t.Errorf("somebody else's under one's own name: %s", got)
		}
		if !d.show(Credential{Cookie: all[10].Cookie}).Known() {
			t.Error("another one has ended")
		}
	})
}

// The set-up link makes one administrator, once.
func TestSettingUp(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		first, err := d.SetUpToken(ctx)
		d.must(err)
		token, err := d.SetUpToken(ctx)
		d.must(err)
		court, boss := rooms.Court{ID: "top", Name: "最高法院"}, rooms.User{Name: "chen", FullName: "陈伟"}
		d.change(func(tx *store.Tx) error { // a hub without anything
			for _, s := range []string{"room-1", "room-2", "room-9"} {
				if err := tx.DropSite(s); err != nil {
					return err
				}
			}
			for _, c := range []string{"aihui", "beian", "heihe"} {
				if err := tx.DropCourt(c); err != nil {
					return err
				}
			}
			return nil
		})
		for _, x := range []struct{ what, token, password, want string }{
			{"a link of before the last start", first, goodPassword, "field token"}, {"nothing", "", goodPassword, "field token"},
			{"its hash", login.Hash(token), goodPassword, "field token"}, {"a weak password", token, "123456789", "field password"},
		} {
			d.clock.move(time.Hour)
			if _, err := d.SetUp(ctx, x.token, court, boss, x.password, from("chen")); refused(err) != x.want {
				t.Errorf("%s: %v", x.what, err)
			}
		}
		d.clock.move(time.Hour)
		in, err := d.SetUp(ctx, token, court, boss, goodPassword, from("chen"))
		if err != nil || in.Stage != login.Full || !rooms.May(in.Caller.Principal, rooms.ManageAccounts, rooms.Object{Kind: rooms.CourtObject, ID: "top", Courts: []string{"top"}}).OK {
			t.Fatalf("%v %+v", err, in.Caller)
		}
		if _, err := d.SetUp(ctx, token, court, boss, goodPassword, from("mallory")); refused(err) != ErrSetUp.Error() {
			t.Errorf("again: %v", err)
		}
		if token, err := d.SetUpToken(ctx); token != "" || err != nil {
			t.Errorf("another link: %q %v", token, err)
		}
		if lines := d.since(0); !slices.Contains(lines, "stranger chen: set_up user denied (the set-up link is wrong or has been used)") || !slices.Contains(lines, "user chen: set_up court top done") {
			t.Error(strings.Join(lines, "\n"))
		}
	})
}
