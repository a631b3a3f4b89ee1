package office

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// going is something that goes on under a permission.
type going struct {
	ended chan struct{}
	done  func()
}

// attends begins something that goes on.
func (d *desk) attends(c Caller, a rooms.Action, kind rooms.ObjectKind, id string) *going {
	d.t.Helper()
	g := &going{ended: make(chan struct{})}
	done, err := d.Attend(d.t.Context(), c, a, kind, id, sync.OnceFunc(func() { close(g.ended) }))
	if err != nil {
		d.t.Fatal(err)
	}
	g.done = done
	return g
}

func (g *going) over() bool {
	select {
	case <-g.ended:
		return true
	default:
		return false
	}
}

// endsWithin is how fast what goes on ends when its permission does.
const endsWithin = 2 * time.Second

// Whatever takes a permission away ends what goes on under it within 2 s, and
// nothing else.
func TestWhatGoesOnEndsWithItsPermission(t *testing.T) {
	judge := at("aihui", rooms.Inspector)
	for name, take := range map[string]func(d *desk, x *watching){
		"the session is ended by its owner": func(d *desk, x *watching) {
			d.must(d.EndSession(d.t.Context(), x.elsewhere, x.user.ID, x.caller.Session.ID))
		},
		"the session is ended by the administrator": func(d *desk, x *watching) {
			d.must(d.EndSession(d.t.Context(), x.admin, x.user.ID, x.caller.Session.ID))
		},
		"logged out": func(d *desk, x *watching) { d.must(d.LogOut(d.t.Context(), x.caller)) },
		"the user is disabled": func(d *desk, x *watching) {
			yes := true
			_, err := d.ChangeUser(d.t.Context(), x.admin, x.user.ID, UserInput{Disabled: &yes})
			d.must(err)
		},
		"the role is taken": func(d *desk, x *watching) {
			none := at("aihui", rooms.Auditor)
			_, err := d.ChangeUser(d.t.Context(), x.admin, x.user.ID, UserInput{Grants: &none})
			d.must(err)
		},
		"the role is at another court now": func(d *desk, x *watching) {
			other := at("beian", rooms.Inspector)
			_, err := d.ChangeUser(d.t.Context(), x.admin, x.user.ID, UserInput{Grants: &other})
			d.must(err)
		},
		"the password was set by the administrator": func(d *desk, x *watching) {
			fresh := otherPassword
			_, err := d.ChangeUser(d.t.Context(), x.admin, x.user.ID, UserInput{Password: &fresh})
			d.must(err)
		},
		"the password was changed elsewhere": func(d *desk, x *watching) {
			_, err := d.ChangePassword(d.t.Context(), x.elsewhere, goodPassword, otherPassword, from("li"))
			d.must(err)
		},
		"the site is another court's now": func(d *desk, x *watching) {
			d.must(d.PutSite(d.t.Context(), x.admin, rooms.Site{ID: "room-1", Court: "beian", Kind: rooms.Courtroom, Name: "第一法庭"}, false))
		},
		"the session's time is over": func(d *desk, x *watching) { d.clock.move(login.Absolute + time.Second) },
		"another hub has ended it": func(d *desk, x *watching) {
			d.must(d.store.Change(d.t.Context(), func(tx *store.Tx) error { return tx.EndSession(x.caller.Session.ID) }))
		},
		"another hub has disabled the user": func(d *desk, x *watching) {
			x.user.Disabled = true
			d.must(d.store.Change(d.t.Context(), func(tx *store.Tx) error { return tx.PutUser(x.user) }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(d *desk) {
				x := &watching{user: d.user("li", judge...), admin: d.as("chen", at("heihe", rooms.Admin)...)}
				x.caller, x.elsewhere = d.enter("li").Caller, d.enter("li").Caller
				bystander := d.as("zhou", judge...)
				if strings.Contains(name, "site") {
					bystander = d.as("top", at("heihe", rooms.Inspector)...)
				}
				goes := []*going{d.attends(x.caller, rooms.Watch, rooms.SourceObject, "cam-1"), d.attends(x.caller, rooms.SeeStatus, rooms.SourceObject, "cam-1")}
				if !strings.Contains(name, "site") && !strings.Contains(name, "role") { // those are no end of the log-in
					goes = append(goes, d.attends(x.caller, rooms.SeeHub, rooms.HubObject, ""))
				}
				stays := d.attends(bystander, rooms.Watch, rooms.SourceObject, "cam-1")
				take(d, x)
				for i, g := range goes {
					awaitFor(t, endsWithin, fmt.Sprint("the end of what goes on, ", i), g.over)
					g.done()
				}
				if !strings.Contains(name, "time") && stays.over() {
					t.Error("what somebody else watches has ended too")
				}
				if lines := d.since(0); !slices.Contains(lines, "user li: watch source cam-1 ended") {
					t.Errorf("the end is not in the audit: %s", strings.Join(lines, "\n"))
				}
			})
		})
	}
}

// watching is somebody who watches, with those who may stop them.
type watching struct {
	user                     store.Account
	caller, elsewhere, admin Caller
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// Who follows what the hub tells is sent away when their roles change, to come
// back and see what is theirs now; nobody else is.
func TestFollowersBeginAnewWithOtherRoles(t *testing.T) {
	both(t, func(d *desk) {
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		d.user("wang", at("aihui", rooms.Inspector)...)
		in := d.enter("wang")
		wang := in.Caller
		sun := d.as("sun", at("aihui", rooms.Clerk)...)
		ofWang, ofSun := d.attends(wang, rooms.SeeHub, rooms.HubObject, ""), d.attends(sun, rooms.SeeHub, rooms.HubObject, "")
		defer ofWang.done()
		defer ofSun.done()
		name, grants := "王某", at("aihui", rooms.Auditor)
		if _, err := d.ChangeUser(t.Context(), admin, wang.Principal.User, UserInput{FullName: &name}); err != nil {
			t.Fatal(err)
		}
		d.checkAll()
		if ofWang.over() {
			t.Error("another name has ended it")
		}
		if _, err := d.ChangeUser(t.Context(), admin, wang.Principal.User, UserInput{Grants: &grants}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ofWang.ended:
		case <-time.After(endsWithin):
			t.Error("other roles have not ended it")
		}
		if again := d.attends(d.show(Credential{Cookie: in.Cookie}), rooms.SeeHub, rooms.HubObject, ""); again.over() {
			t.Error("it does not begin anew")
		}
		d.checkAll()
		if ofSun.over() {
			t.Error("somebody else's has ended")
		}
	})
}

func TestTokensAndGuestsEndToo(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		owner := d.as("li", at("aihui", rooms.Inspector)...)
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		judge := d.as("wang", at("aihui", rooms.Judge)...)
		clerk := d.as("sun", at("aihui", rooms.Clerk)...)

		_, ended := d.token(owner, "", "watch")
		byOwner := d.attends(ended, rooms.Watch, rooms.SourceObject, "cam-1")
		d.must(d.EndToken(ctx, admin, owner.Principal.User, ended.Who.Token))
		awaitFor(t, endsWithin, "the end of a token that was ended", byOwner.over)

		_, short := d.token(owner, "", "watch")
		byTime := d.attends(short, rooms.Watch, rooms.SourceObject, "cam-1")
		h := d.hearing("aihui", judge.Principal.User, clerk.Principal.User)
		token, _ := d.link(clerk, h, false)
		in, err := d.Join(ctx, token, "", Client{Address: "10.3.0.1", Device: login.NewSecret()})
		d.must(err)
		guest := d.attends(in.Caller, rooms.EnterHearing, rooms.HearingObject, h.ID)
		if _, err := d.Attend(ctx, in.Caller, rooms.SeeHub, rooms.HubObject, "", func() {}); refused(err) != "no" {
			t.Errorf("a guest follows the hub: %v", err)
		}
		links, err := d.Links(ctx, clerk, h.ID)
		d.must(err)
		d.must(d.RevokeLink(ctx, clerk, h.ID, links[0].ID))
		awaitFor(t, endsWithin, "the end of a guest whose link was revoked", guest.over)

		token, _ = d.link(clerk, h, false)
		in, err = d.Join(ctx, token, "", Client{Address: "10.3.0.1", Device: login.NewSecret()})
		d.must(err)
		guest = d.attends(in.Caller, rooms.EnterHearing, rooms.HearingObject, h.ID)
		people := []rooms.Participant{{Name: "王五", Part: rooms.PartWitness}}
		_, err = d.PutParticipants(ctx, clerk, h.ID, people)
		d.must(err)
		awaitFor(t, endsWithin, "the end of a guest who takes part no more", guest.over)

		d.clock.move(time.Hour + time.Second)
		awaitFor(t, endsWithin, "the end of a token whose time is over", byTime.over)
	})
}

// Somebody who follows a hearing is not idle; who only has a page open is.
func TestWatchingIsUse(t *testing.T) {
	both(t, func(d *desk) {
		watcher, reader := d.as("li", at("aihui", rooms.Inspector)...), d.as("zhou", at("aihui", rooms.Inspector)...)
		picture := d.attends(watcher, rooms.Watch, rooms.SourceObject, "cam-1")
		socket := d.attends(reader, rooms.SeeHub, rooms.HubObject, "")
		for range 8 { // almost two hours
			d.clock.move(login.Idle/2 - time.Second)
			d.must(d.tick(t.Context()))
		}
		if picture.over() {
			t.Error("who watches for two hours is logged out as idle")
		}
		if !socket.over() {
			t.Error("an open page keeps a log-in alive")
		}
		picture.done()
		if lines := d.since(0); !slices.Contains(lines, "user li: watch source cam-1 ended") {
			t.Error(lines)
		}
		for _, e := range d.entries() {
			if e.Outcome == "ended" && e.Detail["lasted"] != "1h59m52s" {
				t.Errorf("it lasted %s", e.Detail["lasted"])
			}
		}
	})
}

// A judge watches the room that they sit in, from half an hour before until two
// hours after, or as long as the hearing lasts.
func TestAJudgesRoomIsTheirsForTheHearing(t *testing.T) {
	both(t, func(d *desk) {
		judge := d.as("wang", at("aihui", rooms.Judge)...)
		d.hearing("aihui", judge.Principal.User) // in an hour, for an hour
		may := func(id string) string {
			_, err := d.May(t.Context(), judge, rooms.Watch, rooms.SourceObject, id)
			return refused(err)
		}
		for _, x := range []struct {
			after time.Duration
			want  string
		}{{0, "hidden"}, {29 * time.Minute, "hidden"}, {2 * time.Minute, "yes"}, {3*time.Hour + 28*time.Minute, "yes"}, {2 * time.Minute, "hidden"}} {
			d.clock.move(x.after)
			d.must(d.load(t.Context()))
			judge = d.enter("wang").Caller
			if got := may("cam-1"); got != x.want {
				t.Errorf("at %s: %s, want %s", d.clock.now().Format("15:04"), got, x.want)
			}
			if got := may("cam-2"); got != "hidden" {
				t.Errorf("another room: %s", got)
			}
		}
	})
}

// While the database is away nobody is let in, and what goes on goes on.
func TestWithoutTheDatabase(t *testing.T) {
	both(t, func(d *desk) {
		c := d.as("li", at("aihui", rooms.Inspector)...)
		picture := d.attends(c, rooms.Watch, rooms.SourceObject, "cam-1")
		d.forget(-1) // as if all had to be asked anew
		if err := d.store.Close(); err != nil {
			t.Fatal(err)
		}
		d.checkAll()
		if picture.over() {
			t.Error("who watched was cut off")
		}
		for _, shown := range []Credential{{Cookie: "x"}, {Token: login.NewToken()}} {
			if got, err := d.Authenticate(t.Context(), shown, ""); err == nil || got.Known() {
				t.Errorf("somebody was let in: %+v %v", got, err)
			}
		}
		if _, err := d.LogIn(t.Context(), "li", goodPassword, from("li")); err == nil {
			t.Error("somebody logged in")
		}
		picture.done()
		d.Office.stop()
		d.Office.wg.Wait()
		d.close = func() {}
		if err := d.book.Close(); err != nil {
			t.Error(err)
		}
	})
}
