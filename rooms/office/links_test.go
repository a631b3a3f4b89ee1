package office

import (
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// guest is the id of a hearing's defendant, who has no account.
func (d *desk) guest(h rooms.Hearing) string {
	d.t.Helper()
	id := "defendant-of-" + h.ID
	d.change(func(tx *store.Tx) error {
		people, err := tx.Participants(h.ID)
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.ID == id {
				return nil
			}
		}
		return tx.PutParticipants(h.ID, append(people, rooms.Participant{ID: id, Hearing: h.ID, Name: "李四", Part: rooms.PartDefendant}))
	})
	return id
}

// link makes the defendant's way into a hearing.
func (d *desk) link(c Caller, h rooms.Hearing, code bool) (token string, digits string) {
	d.t.Helper()
	info, digits, err := d.AddLink(d.t.Context(), c, h.ID, LinkInput{Participant: d.guest(h), Code: code})
	if err != nil {
		d.t.Fatal(err)
	}
	return info.Token, digits
}

func TestAJoinLinkIsForOnePersonOneDeviceOneSession(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		judge := d.as("wang", at("aihui", rooms.Judge)...)
		clerk := d.as("sun", at("aihui", rooms.Clerk)...)
		h := d.hearing("aihui", judge.Principal.User, clerk.Principal.User)
		token, digits := d.link(clerk, h, true)
		wrong := "000000"
		if digits == wrong {
			wrong = "111111"
		}
		phone := Client{Address: "10.3.0.1", Agent: "phone", Device: login.NewSecret()}
		come := func(from Client, token, code string) (Joined, string) {
			j, err := d.Join(ctx, token, code, from)
			if err != nil {
				return j, refused(err)
			}
			return j, string(j.Answer)
		}
		d.mustWrite("coming in", func() {
			for i, x := range []struct{ code, want string }{{"", "code"}, {wrong, "code_wrong"}, {digits, "let_in"}} {
				if _, got := come(phone, token, x.code); got != x.want {
					t.Fatalf("%d: %s, want %s", i, got, x.want)
				}
			}
		}, "guest 李四: join_by_link hearing "+h.ID+" denied (code_wrong)", "guest 李四: join_by_link hearing "+h.ID+" done")

		first, _ := come(phone, token, "")
		if first.Cookie == "" {
			t.Fatal("no session")
		}
		c := d.show(Credential{Cookie: first.Cookie})
		if c.Principal.Guest == nil || c.Principal.Guest.Hearing != h.ID || c.Who.Name != "李四" {
			t.Fatalf("%+v", c)
		}
		// A page that is loaded anew, or a second one, goes on with the same session.
		phone.Session = c.Session.ID
		if again, got := come(phone, token, ""); got != "let_in" || again.Cookie != "" {
			t.Errorf("a reload: %s, a new session: %v", got, again.Cookie != "")
		}
		if !d.show(Credential{Cookie: first.Cookie}).Known() {
			t.Error("a reload has ended the session")
		}
		// A browser that has lost its session gets another; the lost one ends.
		phone.Session = ""
		second, _ := come(phone, token, "")
		if second.Cookie == "" || d.show(Credential{Cookie: first.Cookie}).Known() || !d.show(Credential{Cookie: second.Cookie}).Known() {
			t.Error("not the second session alone is good")
		}
		// Whoever has got hold of the link, and even of the code, has another device.
		for what, from := range map[string]Client{"no device": {Address: "10.3.0.2"}, "another one": {Address: "10.3.0.2", Device: login.NewSecret()}} {
			if _, got := come(from, token, digits); got != "elsewhere" {
				t.Errorf("the link with %s: %s", what, got)
			}
		}
		// The browser of somebody who was logged in: that log-in ends with it.
		tries := from("sun")
		tries.Session, tries.Device = clerk.Session.ID, phone.Device
		if _, got := come(tries, token, ""); got != "let_in" {
			t.Errorf("%s", got)
		}
		if _, alive, _ := d.again(ctx, clerk.key, d.clock.now()); alive {
			t.Error("the log-in that was in that browser goes on")
		}
		// A new link makes the old one void; so does its end.
		clerk = d.enter("sun").Caller
		fresh, _ := d.link(clerk, h, false)
		if _, got := come(phone, token, ""); got != "revoked" {
			t.Errorf("the link before: %s", got)
		}
		tablet := Client{Address: "10.3.0.3", Device: login.NewSecret()}
		in, got := come(tablet, fresh, "")
		if got != "let_in" {
			t.Fatal(got)
		}
		d.clock.move(3 * time.Hour)
		if in, got = come(tablet, fresh, ""); got != "let_in" {
			t.Fatal(got)
		}
		d.clock.move(5*time.Hour + 1) // an hour's hearing, begun an hour after noon, and six hours
		if d.show(Credential{Cookie: in.Cookie}).Known() {
			t.Error("a guest is in after the end of the link")
		}
		if _, got := come(tablet, fresh, ""); got != "over" {
			t.Errorf("after its end: %s", got)
		}
	})
}

// Links that are none are refused alike, and slowed down.
func TestLinksThatAreMadeUp(t *testing.T) {
	both(t, func(d *desk) {
		judge := d.as("wang", at("aihui", rooms.Judge)...)
		clerk := d.as("sun", at("aihui", rooms.Clerk)...)
		h := d.hearing("aihui", judge.Principal.User)
		token, _ := d.link(clerk, h, false)
		other, err := login.NewLinkKey(login.NewSecret())
		if err != nil {
			t.Fatal(err)
		}
		forged, err := other.Sign(login.NewID(), noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		gone, err := d.links.Sign(login.NewID(), noon.Add(time.Hour)) // well signed, of a record that is not there
		if err != nil {
			t.Fatal(err)
		}
		for what, x := range map[string]struct{ token, want string }{
			"another hub's": {forged, "field token"}, "cut": {token[:len(token)-1], "field token"}, "nothing": {"", "field token"},
			"a path": {"../../etc/passwd", "field token"}, "a JWT": {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", "field token"}, "of no record": {gone, "hidden"},
		} {
			d.clock.move(time.Hour)
			if _, err := d.Join(t.Context(), x.token, "", Client{Address: "10.4.0.1"}); refused(err) != x.want {
				t.Errorf("%s: %v", what, err)
			}
		}
		through := 0
		lines := d.writes(func() {
			for range 1000 {
				if _, err := d.Join(t.Context(), forged, "", Client{Address: "10.4.0.2"}); refused(err) != "slow" {
					through++
				}
			}
		})
		if through > 5 || len(lines) > 5 {
			t.Errorf("of 1,000 made-up links %d were looked at, %d lines", through, len(lines))
		}
	})
}
