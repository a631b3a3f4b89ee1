package signaling_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"avhub/configs"
	"avhub/media/rtsp"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

// What is said in the room comes out of the courtroom's loudspeaker while the hearing goes
// on: everybody who may be heard, and not the courtroom itself.
func TestTheRoomIsHeardInTheCourtroom(t *testing.T) {
	t.Parallel()
	d := newDevice(t, "127.0.0.1:0")
	h := newHub(t, d.source("cam-1", "room-1", "courtroom"))
	s := newSittingAt(t, h)
	partyID, cookie := s.guest("张三", rooms.PartPlaintiff)
	s.order("prepare")
	clerk, party := s.comes(s.b.clerk, "", ""), s.comes("", cookie, "")
	clerk.of("welcome")
	party.of("welcome")
	clerk.command(chamber.Command{Kind: chamber.AdmitAll})
	party.until("in", func(m said) bool { return place(m) == chamber.Inside })
	clerk.speaks(clerkTone, "cam-1")
	party.speaks(partyTone, "cam-1")
	if now, talks := d.InUse(); now || talks > 0 {
		t.Error("the courtroom hears the room before the hearing has begun")
	}

	s.order("open")
	m := clerk.loudspeaker("cam-1", "reached")
	if strings.Contains(m.raw, "secret") {
		t.Errorf("%s", m.raw)
	}
	d.hears("in session", []float64{clerkTone, partyTone}, []float64{deviceTone})
	if sound := h.meets.Sound(); sound.Mixes != 1 || sound.Voices != 3 || sound.Listeners != 1 {
		t.Errorf("%+v", sound)
	}

	// A second talker is told who holds it.
	var held *rtsp.HeldError
	if _, err := h.loud.Open(t.Context(), "cam-1", "duty officer", rtsp.TalkOptions{URL: d.url}); !errors.As(err, &held) || !strings.Contains(held.Holder, "民初23号") {
		t.Errorf("a second talker: %v", err)
	}

	clerk.command(chamber.Command{Kind: chamber.Mute, Person: partyID})
	d.hears("the party is muted", []float64{clerkTone}, []float64{partyTone, deviceTone})
	clerk.command(chamber.Command{Kind: chamber.AskToUnmute, Person: partyID})
	party.command(chamber.Command{Kind: chamber.Unmute})
	d.hears("and speaks again", []float64{clerkTone, partyTone}, []float64{deviceTone})
	clerk.command(chamber.Command{Kind: chamber.SendOut, Person: partyID})
	d.hears("the party waits at the door", []float64{clerkTone}, []float64{partyTone, deviceTone})

	s.order("adjourn")
	d.free("adjourned")
	s.order("resume")
	clerk.loudspeaker("cam-1", "reached")
	d.hears("resumed", []float64{clerkTone}, []float64{partyTone, deviceTone})

	for _, m := range party.all {
		if strings.Contains(m.raw, `"loudspeaker":{`) {
			t.Errorf("a party is told of the loudspeaker: %s", m.raw)
		}
	}
	s.order("close")
	d.free("closed")
}

// A loudspeaker that goes away is told with its cause, and is heard again when it is back;
// one that there is none of is not asked all the time, and no fault.
func TestALoudspeakerGoesAndComesBack(t *testing.T) {
	t.Parallel()
	d := newDevice(t, "127.0.0.1:0")
	off := d.source("cam-off", "room-1", "courtroom")
	off.Loudspeaker = configs.LoudspeakerOff
	h := newHub(t, d.source("cam-1", "room-1", "courtroom"), off)
	s := newSittingAt(t, h)
	s.order("prepare")
	clerk := s.comes(s.b.clerk, "", "")
	clerk.of("welcome")
	clerk.speaks(clerkTone, "cam-1")
	s.order("open")
	m := clerk.loudspeaker("cam-1", "reached")
	for _, x := range *m.Streams {
		if x.ID == "cam-off" && x.Loudspeaker != nil {
			t.Errorf("it is off: %s", m.raw)
		}
	}
	d.hears("in session", []float64{clerkTone}, []float64{deviceTone})
	_, port, err := net.SplitHostPort(d.server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	d.server.Close()
	away := clerk.loudspeaker("cam-1", "away")
	for _, x := range *away.Streams {
		if x.ID == "cam-1" && (x.Loudspeaker.Cause == "" || x.Loudspeaker.Detail == "") {
			t.Errorf("why? %s", away.raw)
		}
	}
	back := newDevice(t, "127.0.0.1:"+port)
	clerk.loudspeaker("cam-1", "reached")
	back.hears("back", []float64{clerkTone}, []float64{deviceTone})
	s.order("close")
	back.free("closed")
}

// A device without a loudspeaker is no fault, unless somebody has said that it has one.
func TestADeviceWithoutALoudspeaker(t *testing.T) {
	t.Parallel()
	url := quietCamera(t)
	list := make([]configs.Source, 2)
	for i, x := range []configs.Loudspeaker{configs.LoudspeakerAuto, configs.LoudspeakerOn} {
		list[i] = configs.DefaultSource()
		list[i].ID, list[i].URL, list[i].SiteID, list[i].Loudspeaker = "cam-"+string(x), configs.URL(url), "room-1", x
	}
	s := newSittingAt(t, newHub(t, list...))
	s.order("prepare")
	clerk := s.comes(s.b.clerk, "", "")
	clerk.of("welcome")
	s.order("open")
	clerk.until("one has none, the other is a fault", func(m said) bool {
		states := map[string]string{}
		if m.Streams != nil {
			for _, x := range *m.Streams {
				if x.Loudspeaker != nil {
					states[x.ID] = x.Loudspeaker.State
				}
			}
		}
		return states["cam-auto"] == "none" && states["cam-on"] == "away"
	})
}

// A terminal of a detention centre takes part by its camera: it waits at the door and hears
// nothing there, is admitted, is heard, is muted; a browser beside it takes the
// loudspeaker's place, and is nobody of its own.
func TestATerminalTakesPart(t *testing.T) {
	t.Parallel()
	d := newDevice(t, "127.0.0.1:0")
	elsewhere := d.source("cam-9", "room-9", "courtroom")
	h := newHub(t, d.source("cell-1", "prison-1", "detention_centre"), elsewhere)
	s := newSittingAt(t, h)
	terminalID, cookie := s.guest("看守所一号", rooms.PartTerminal)
	enter := func(source string) *answer {
		body, _ := json.Marshal(map[string]any{"items": []map[string]string{{"id": terminalID, "name": "看守所一号", "part": "terminal", "source": source}}})
		return h.as(t, s.b.clerk, "PUT", "/api/v1/hearings/"+s.hearing.ID+"/participants", string(body))
	}
	for _, source := range []string{"cam-9", "nowhere"} {
		if a := enter(source); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s as a terminal: %d %s", source, a.StatusCode, a.body)
		}
	}
	if a := enter("cell-1"); a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	clerk := s.comes(s.b.clerk, "", "")
	clerk.of("welcome")
	s.order("prepare")
	clerk.until("the terminal is at the door", func(m said) bool { return placeOf(m, terminalID) == chamber.Waiting })
	clerkSpeaks := clerk.speaks(clerkTone, "cell-1")
	s.order("open")
	clerk.of("hearing")
	if now, talks := d.InUse(); now || talks > 0 || clerkSpeaks.sounds.Load() > 0 {
		t.Error("who waits is heard, or hears")
	}
	clerk.command(chamber.Command{Kind: chamber.Admit, Person: terminalID})
	m := clerk.loudspeaker("cell-1", "reached")
	if x := (*m.Streams)[0]; x.Person != terminalID || x.Kind != "camera" || !x.Live {
		t.Errorf("%s", m.raw)
	}
	d.hears("admitted", []float64{clerkTone}, []float64{deviceTone})
	await(t, "the clerk hears the terminal", func() bool { return clerkSpeaks.sounds.Load() > 50 })
	clerk.until("the terminal speaks", func(m said) bool {
		return m.Type == "speaking" && m.People != nil && len(*m.People) == 2 && (*m.People)[1] == terminalID
	})

	before := len(clerk.all)
	clerk.command(chamber.Command{Kind: chamber.Mute, Person: terminalID})
	clerk.after(before, "muted", func(m said) bool {
		return m.Room != nil && strings.Contains(m.raw, `"muted":"court"`)
	})
	sounds, pictures := clerkSpeaks.sounds.Load(), clerkSpeaks.pictures.Load()
	await(t, "its picture goes on", func() bool { return clerkSpeaks.pictures.Load() > pictures+50 })
	if more := clerkSpeaks.sounds.Load() - sounds; more > 5 {
		t.Errorf("%d packets of sound of who is muted", more)
	}

	browser := s.comes("", cookie, "")
	w := browser.of("welcome")
	if place(w) != chamber.Inside || w.Room.You.Speaks || strings.Contains(w.raw, `"id":"cell-1"`) {
		t.Errorf("it is to hear the others, to send nothing, and not to see itself: %s", w.raw)
	}
	clerk.loudspeaker("cell-1", "browser")
	d.free("a browser is the loudspeaker")
	if n := strings.Count(clerk.all[len(clerk.all)-1].raw, terminalID); n > 1 {
		t.Errorf("it is there %d times: %s", n, clerk.all[len(clerk.all)-1].raw)
	}
	_ = browser.conn.Close()
	clerk.loudspeaker("cell-1", "reached")
	d.hears("the browser is gone", []float64{clerkTone}, []float64{deviceTone})
	s.order("close")
	d.free("closed")
}
