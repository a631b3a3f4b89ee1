package signaling_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
	"avhub/signaling"
)

// Who may know of a recording, and who may play it, follows from its hearing and the
// court where it was made.
func TestWhoMayPlayARecording(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	films := map[string]string{
		"hearing": h.film(t, "court-1", hearingLabels(x), true),
		"always":  h.film(t, "court-2", map[string]string{"for": "always", "court": "aihui"}, true),
		"lost":    h.film(t, "court-3", map[string]string{"for": "hearing", "hearing": "no-such-hearing", "court": "beian"}, true),
		"nowhere": h.film(t, "court-4", nil, true),
	}
	grant := func(name string, r rooms.Role, court string) string {
		return h.court.token(h.court.user(name, rooms.Grant{Role: r, Court: court}))
	}
	who := map[string]string{
		"judge": b.judge, "clerk": b.clerk, "another court's clerk": b.otherClerk, "inspector above": b.inspector, "auditor": b.auditor,
		"another judge": grant("judge2", rooms.Judge, "aihui"), "inspector of beian": grant("inspector2", rooms.Inspector, "beian"),
		"duty officer": grant("duty", rooms.DutyOfficer, "aihui"), "technician": grant("technician", rooms.Technician, "heihe"), "admin": grant("admin", rooms.Admin, "heihe"),
		"officer in the field": grant("officer", rooms.FieldOfficer, "aihui"),
	}
	const all, seen = "plays", "sees"
	may := map[string]map[string]string{
		"judge": {"hearing": all}, "clerk": {"hearing": all}, "inspector above": {"hearing": all, "always": all, "lost": all},
		"inspector of beian": {"lost": all}, "auditor": {"hearing": seen, "always": seen, "lost": seen},
	}
	listed := map[string]bool{"technician": false, "admin": false, "officer in the field": false}
	for name, token := range who {
		a := h.as(t, token, "GET", "/api/v1/recordings", "")
		if ok, limited := listed[name]; limited && !ok {
			if a.StatusCode != http.StatusForbidden {
				t.Errorf("%s may list recordings: %d", name, a.StatusCode)
			}
		} else {
			found := map[string]bool{}
			for _, s := range into[items[signaling.RecordingSummary]](t, a).Items {
				found[s.ID] = s.May.Play
			}
			for film, id := range films {
				plays, there := found[id]
				if want := may[name][film]; there != (want != "") || plays != (want == all) {
					t.Errorf("%s finds the recording %s: %v, may play it: %v", name, film, there, plays)
				}
			}
		}
		for film, id := range films {
			want := may[name][film]
			detail, play := http.StatusNotFound, http.StatusNotFound
			switch want {
			case all:
				detail, play = http.StatusOK, http.StatusOK
			case seen:
				detail, play = http.StatusOK, http.StatusForbidden
			}
			if a := h.as(t, token, "GET", "/api/v1/recordings/"+id, ""); a.StatusCode != detail {
				t.Errorf("%s, the recording %s: %d", name, film, a.StatusCode)
			}
			for _, path := range []string{"play.mp4", "index.m3u8", "media.m3u8", "segments/000001.mp4", "inits/000001.mp4", "thumbnail.jpg?at=1", "parts?start=0", "frames?start=0"} {
				if a := h.as(t, token, "GET", "/api/v1/recordings/"+id+"/"+path, ""); a.StatusCode != play {
					t.Errorf("%s, %s of the recording %s: %d %.200s", name, path, film, a.StatusCode, a.body)
				}
			}
		}
	}
	if a := h.ask(t, "GET", "/api/v1/recordings/"+films["hearing"]+"/play.mp4", "", "Authorization", ""); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", a.StatusCode)
	}
}

// A guest of the hearing gets its recording where their link says so, and once the
// hearing is over; no other one ever.
func TestAGuestAndTheRecording(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	id := h.film(t, "court-1", hearingLabels(x), true)
	others := h.film(t, "court-2", map[string]string{"for": "hearing", "hearing": "another-hearing", "court": "aihui"}, true)
	person := login.NewID()
	link := store.Link{ID: login.NewID(), Hearing: x.ID, Participant: person, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cookie, hash := login.NewSecret(), ""
	hash = login.Hash(cookie)
	h.court.change(func(tx *store.Tx) error {
		people, err := tx.Participants(x.ID)
		if err != nil {
			return err
		}
		if err := tx.PutParticipants(x.ID, append(people, rooms.Participant{ID: person, Hearing: x.ID, Name: "张三", Part: rooms.PartParty})); err != nil {
			return err
		}
		if err := tx.PutLink(link); err != nil {
			return err
		}
		return tx.AddSession(store.Session{ID: login.NewID(), Hash: hash, Link: link.ID, Stage: string(login.Full), Created: time.Now(), Seen: time.Now(), Expires: time.Now().Add(time.Hour)})
	})
	get := func(path string) int {
		return h.ask(t, "GET", path, "", "Authorization", "", "Cookie", "__Host-avhub="+cookie).StatusCode
	}
	if got := get("/api/v1/hearings/" + x.ID); got != http.StatusOK {
		t.Fatalf("the guest is not let in: %d", got)
	}
	for _, path := range []string{"", "/play.mp4", "/index.m3u8", "/segments/000001.mp4", "/thumbnail.jpg"} {
		if got := get("/api/v1/recordings/" + id + path); got != http.StatusNotFound && got != http.StatusForbidden {
			t.Errorf("a guest gets %q: %d", path, got)
		}
	}
	if got := get("/api/v1/recordings"); got != http.StatusForbidden {
		t.Errorf("a guest lists recordings: %d", got)
	}
	link.PlayBack = true
	h.court.change(func(tx *store.Tx) error { return tx.PutLink(link) })
	if got := get("/api/v1/recordings/" + id); got == http.StatusOK {
		t.Error("a guest plays back what is not over")
	}
	h.court.change(func(tx *store.Tx) error {
		over, err := tx.Hearing(x.ID)
		if err != nil {
			return err
		}
		var all []rooms.Event
		for _, c := range []rooms.CommandKind{rooms.CommandPrepare, rooms.CommandOpen, rooms.CommandClose} {
			events, err := over.Apply(rooms.Actor{User: b.judgeUser.ID, Name: "王芳"}, rooms.Command{Kind: c}, time.Now())
			if err != nil {
				return err
			}
			all = append(all, events...)
		}
		return tx.PutHearing(over, all)
	})
	await(t, "the guest may play back", func() bool { return get("/api/v1/recordings/"+id) == http.StatusOK })
	for _, path := range []string{"", "/parts?start=0", "/segments/000001.mp4", "/inits/000001.mp4"} {
		if got := get("/api/v1/recordings/" + id + path); got != http.StatusOK {
			t.Errorf("a guest who may play back gets no %q: %d", path, got)
		}
		if got := get("/api/v1/recordings/" + others + path); got == http.StatusOK {
			t.Errorf("a guest gets %q of another hearing", path)
		}
	}
	a := h.ask(t, "GET", "/api/v1/recordings", "", "Authorization", "", "Cookie", "__Host-avhub="+cookie)
	list := into[items[signaling.RecordingSummary]](t, a).Items
	if len(list) != 1 || list[0].ID != id || list[0].May != (signaling.RecordingAbilities{Play: true}) {
		t.Errorf("a guest finds %+v", list)
	}
	if got := get("/api/v1/recordings/" + id + "/export"); got == http.StatusOK {
		t.Error("a guest takes the recording away")
	}
}

// A playback is one entry of the audit that began and one that ended, with what was
// sent, however many requests it came in.
func TestPlaybackIsInTheAudit(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.doors.PlaysEndAfter(300 * time.Millisecond)
	b := newBench(t, h)
	x := b.schedule(t, h)
	id := h.film(t, "court-2", hearingLabels(x), true)
	var parts signaling.PartList
	for _, start := range []string{"0", "2", "4", "30"} {
		parts = into[signaling.PartList](t, h.as(t, b.judge, "GET", "/api/v1/recordings/"+id+"/parts?start="+start+"&duration=1", ""))
		first := parts.Items[0]
		last := parts.Items[len(parts.Items)-1]
		a := h.ask(t, "GET", fmt.Sprintf("/api/v1/recordings/%s/segments/%06d.mp4", id, first.Segment), "", "Authorization", "Bearer "+b.judge, "Range", fmt.Sprintf("bytes=%d-%d", first.Offset, last.Offset+last.Size-1))
		if a.StatusCode != http.StatusPartialContent {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	var found []office.AuditEntry
	await(t, "the playback is over", func() bool {
		found = nil
		for _, e := range into[office.AuditPage](t, h.as(t, b.auditor, "GET", "/api/v1/audit?action=play_back", "")).Items {
			if e.Object.ID == id {
				found = append(found, e)
			}
		}
		return len(found) >= 2
	})
	if len(found) != 2 || found[0].Outcome != audit.Ended || found[1].Outcome != audit.Began || found[0].Who.ID != b.judgeUser.ID || found[0].Court != "aihui" {
		t.Fatalf("%+v", found)
	}
	played := found[0].Detail["played"]
	if !strings.HasPrefix(played, "0:00:00–0:00:0") || !strings.Contains(played, ", 0:00:2") && !strings.Contains(played, ", 0:00:3") {
		t.Errorf("it says that there was played %q", played)
	}
	if lasted, err := time.ParseDuration(found[0].Detail["lasted"]); err != nil || lasted <= 0 || lasted > 20*time.Second {
		t.Errorf("it lasted %q", found[0].Detail["lasted"])
	}
}

// Who loses the permission while a file is being sent gets no more of it.
func TestAPlaybackEndsWithItsPermission(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	id := h.longFilm(t, "court-2", hearingLabels(x), true, 15*time.Minute) // more than sockets hold
	a := h.slowly(t, b.judge, "/api/v1/recordings/"+id+"/play.mp4")
	defer a.Body.Close()
	if _, err := io.CopyN(io.Discard, a.Body, 1000); err != nil {
		t.Fatal(err)
	}
	b.disableJudge(h)
	await(t, "the audit says that it has ended", func() bool {
		for _, e := range into[office.AuditPage](t, h.as(t, b.auditor, "GET", "/api/v1/audit?action=play_back&outcome=ended", "")).Items {
			if e.Object.ID == id {
				return true
			}
		}
		// What is read makes room for what is sent next, which must not come any more.
		_, _ = io.CopyN(io.Discard, a.Body, 4096)
		return false
	})
	if n, err := io.Copy(io.Discard, a.Body); err == nil {
		t.Errorf("the rest of the file came all the same: %d bytes more", n)
	}
}
