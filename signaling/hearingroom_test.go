package signaling_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/mediatest"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

func TestComingIntoTheRoom(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	partyID, partyCookie := s.guest("张三", rooms.PartPlaintiff)
	_, witnessCookie := s.guest("赵六", rooms.PartWitness)
	early := s.comes("", partyCookie, "")
	if m := early.of("bye"); m.Reason != "not_now" {
		t.Errorf("before the room is open: %s", m.raw)
	}
	clerk := s.comes(s.b.clerk, "", "")
	if m := clerk.of("welcome"); place(m) != chamber.Inside || m.Hearing.State != rooms.StateScheduled || len(m.Hearing.Offers) == 0 {
		t.Errorf("the clerk: %s", m.raw)
	}
	s.order("prepare")
	clerk.until("the room is open", func(m said) bool { return m.Type == "hearing" && m.Hearing.State == rooms.StateWaiting })
	party, witness := s.comes("", partyCookie, ""), s.comes("", witnessCookie, "")
	for _, v := range []*visitor{party, witness} {
		if m := v.of("welcome"); place(m) != chamber.Waiting || len(m.Room.People) != 0 || len(*m.Streams) != 0 || len(m.Hearing.Offers) != 0 {
			t.Errorf("at the door: %s", m.raw)
		}
	}
	clerk.until("both wait", func(m said) bool { return m.Type == "room" && len(m.Room.People) == 3 })
	if m := party.command(chamber.Command{Kind: chamber.AdmitAll}); m.Type != "refused" || m.Code != "not_yours" || m.Kind != "admit_all" {
		t.Errorf("who waits admits everybody: %s", m.raw)
	}
	if m := clerk.command(chamber.Command{Kind: chamber.AdmitAll}); m.Type != "done" {
		t.Errorf("%s", m.raw)
	}
	m := party.until("in", func(m said) bool { return place(m) == chamber.Inside })
	if strings.Contains(m.raw, "赵六") {
		t.Errorf("the party is told of the witness: %s", m.raw)
	}
	s.order("open")
	if m := clerk.command(chamber.Command{Kind: chamber.Mute, Person: partyID}); m.Type != "done" {
		t.Errorf("%s", m.raw)
	}
	if m := party.command(chamber.Command{Kind: chamber.Unmute}); m.Code != "muted" || m.Detail == "" {
		t.Errorf("%s", m.raw)
	}
	s.order("close")
	for _, v := range []*visitor{clerk, party, witness} {
		if m := v.of("bye"); m.Reason != "closed" {
			t.Errorf("%s", m.raw)
		}
	}
	for _, m := range append(party.all, witness.all...) {
		if strings.Contains(m.raw, `"offers":["admit"`) {
			t.Errorf("offered what is the clerk's: %s", m.raw)
		}
	}
	// The refusal is in the audit, by name.
	await(t, "the refusal is in the audit", func() bool {
		a := s.h.as(t, s.b.auditor, "GET", "/api/v1/audit?action=admit_people&outcome=denied", "")
		return strings.Contains(a.body, "张三") && strings.Contains(a.body, "admit_all")
	})
}

// The newer of two windows takes the place; somebody who comes back within a moment was
// never away.
func TestTwoWindows(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	s.order("prepare")
	clerk := s.comes(s.b.clerk, "", "")
	clerk.of("welcome")
	judge := s.comes(s.b.judge, "", "")
	judge.of("welcome")
	second := s.comes(s.b.clerk, "", "")
	if m := second.of("bye"); m.Reason != "elsewhere" || m.Detail == "" {
		t.Errorf("%s", m.raw)
	}
	third := s.comes(s.b.clerk, "", "?take=over")
	third.of("welcome")
	if m := clerk.of("bye"); m.Reason != "taken_over" {
		t.Errorf("%s", m.raw)
	}
	_ = third.conn.Close()
	again := s.comes(s.b.clerk, "", "?take=over")
	if m := again.of("welcome"); place(m) != chamber.Inside {
		t.Errorf("%s", m.raw)
	}
	_ = again.conn.Close()
	judge.until("the clerk is away", func(m said) bool {
		if m.Type != "room" {
			return false
		}
		for _, p := range m.Room.People {
			if p.Part == rooms.PartClerk {
				return !p.Here
			}
		}
		return false
	})
	for _, m := range judge.all[1 : len(judge.all)-1] { // until then nobody noticed anything
		if m.Room != nil && strings.Contains(m.raw, `"here":false`) {
			t.Errorf("%s", m.raw)
		}
	}
}

// An inspector leaves no trace in what others are told.
func TestTheInspectorIsHidden(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	s.order("prepare", "open")
	clerk := s.comes(s.b.clerk, "", "")
	clerk.of("welcome")
	inspector := s.comes(s.b.inspector, "", "")
	m := inspector.of("welcome")
	if m.Room.You != nil || len(m.Room.People) != 1 || len(m.Room.Offers) != 0 {
		t.Errorf("%s", m.raw)
	}
	if m := inspector.command(chamber.Command{Kind: chamber.SetMark, Text: "x"}); m.Code != "not_yours" {
		t.Errorf("%s", m.raw)
	}
	if m := clerk.command(chamber.Command{Kind: chamber.SetMark, Text: "举证"}); m.Type != "done" {
		t.Errorf("%s", m.raw)
	}
	inspector.until("the mark", func(m said) bool { return m.Room != nil && len(m.Room.Marks) == 1 })
	s.order("close")
	clerk.of("bye")
	for _, m := range clerk.all {
		if strings.Contains(m.raw, "inspector") {
			t.Errorf("the clerk is told of the inspector: %s", m.raw)
		}
	}
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	s.order("prepare")
	clerk := s.comes(s.b.clerk, "", "")
	clerk.of("welcome")
	for _, text := range []string{
		``, `{`, `[]`, `null`, `{"type":"fly"}`, `{"type":"command"}`, `{"type":"command","command":{"kind":"admit","person":7}}`, `{"type":"here","more":1}`,
		`{"type":"here"} {}`, `{"type":"offer","sdp":"v=0"}`, `{"type":"quality","receives":[{"mid":"0","quality":"best"}]}`,
		`{"type":"offer","sends":[{"mid":"0","kind":"thoughts"}]}`, strings.Repeat(`[`, 10_000), `{"type":"command","command":{"kind":"enter"}}`,
		`{"type":"command","command":{"kind":"admit","person":"` + strings.Repeat("x", 10_000) + `"}}`,
	} {
		if err := clerk.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if m := clerk.of("refused"); m.Code == "" || m.Detail == "" {
			t.Errorf("%.60s: %s", text, m.raw)
		}
	}
	if err := clerk.conn.WriteMessage(websocket.BinaryMessage, []byte{1}); err != nil {
		t.Fatal(err)
	}
	clerk.of("refused")
	if m := clerk.command(chamber.Command{Kind: chamber.Lock}); m.Type != "done" {
		t.Errorf("after all that: %s", m.raw)
	}
	_ = clerk.conn.WriteMessage(websocket.TextMessage, make([]byte, 300<<10)) // over the limit: the connection ends
	for range clerk.msgs {
	}
}

// Who floods the room is closed; others are served meanwhile.
func TestAFlood(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	s.order("prepare")
	clerk, judge := s.comes(s.b.clerk, "", ""), s.comes(s.b.judge, "", "")
	clerk.of("welcome")
	judge.of("welcome")
	began := time.Now()
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		for range 5000 {
			if judge.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"command","command":{"kind":"raise_hand"}}`)) != nil {
				return
			}
		}
	}()
	for i := range 10 {
		at := time.Now()
		kind := chamber.Lock
		if i%2 == 1 {
			kind = chamber.Unlock
		}
		if m := clerk.command(chamber.Command{Kind: kind}); m.Type != "done" {
			t.Errorf("%s", m.raw)
		}
		if d := time.Since(at); d > 5*time.Second {
			t.Errorf("the clerk waited %s", d)
		}
	}
	<-flooded // the connection is closed: what was said last may be lost behind what was not read
	for m := range judge.msgs {
		if m.Type == "bye" && m.Reason != "too_fast" {
			t.Errorf("%s", m.raw)
		}
	}
	if d := time.Since(began); d > 20*time.Second {
		t.Errorf("it took %s to close who floods", d)
	}
}

// Two see and hear each other by the room's connection, and not before they are in.
func TestSoundAndPictures(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	partyID, cookie := s.guest("张三", rooms.PartPlaintiff)
	s.order("prepare")
	clerk, party := s.comes(s.b.clerk, "", ""), s.comes("", cookie, "")
	clerkID := clerk.of("welcome").You
	party.of("welcome")
	sends := func(v *visitor, receives string) (answer said, seen <-chan struct{}) {
		pub, err := mediatest.NewPublisher()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = pub.PC.Close() })
		way, err := pub.PC.AddTransceiverFromKind(pion.RTPCodecTypeVideo, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly})
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan struct{})
		pub.PC.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) {
			for n := 0; ; n++ {
				if _, _, err := track.ReadRTP(); err != nil {
					return
				}
				if n == 50 {
					close(got)
				}
			}
		})
		offer, err := pub.Offer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		mids := pub.PC.GetTransceivers()
		m := v.says(map[string]any{
			"type": "offer", "sdp": offer,
			"sends":    []map[string]string{{"mid": mids[0].Mid(), "kind": "camera"}, {"mid": mids[1].Mid(), "kind": "microphone"}},
			"receives": []map[string]string{{"mid": way.Mid(), "stream": receives, "quality": "high"}},
		})
		if m.Type != "answer" {
			return m, got
		}
		if err := pub.Accept(m.SDP); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); _ = pub.Run(ctx) }()
		t.Cleanup(func() { stop(); <-done })
		return m, got
	}
	if m, _ := sends(party, clerkID); m.Type != "refused" || m.Code != "not_now" {
		t.Errorf("somebody at the door sends pictures: %.200s", m.raw)
	}
	clerk.command(chamber.Command{Kind: chamber.AdmitAll})
	party.until("in", func(m said) bool { return place(m) == chamber.Inside })
	_, clerkSees := sends(clerk, partyID)
	party.until("the clerk's camera", func(m said) bool {
		return m.Streams != nil && len(*m.Streams) == 1 && (*m.Streams)[0].Person == clerkID && (*m.Streams)[0].Live
	})
	_, partySees := sends(party, clerkID)
	clerk.until("the party's camera", func(m said) bool { return m.Streams != nil && len(*m.Streams) == 1 && (*m.Streams)[0].ID == partyID })
	for who, seen := range map[string]<-chan struct{}{"the clerk": clerkSees, "the party": partySees} {
		select {
		case <-seen:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s sees nothing", who)
		}
	}
	m := clerk.command(chamber.Command{Kind: chamber.SendOut, Person: partyID})
	if m.Type != "done" {
		t.Fatal(m.raw)
	}
	party.until("nothing is theirs any more", func(m said) bool { return m.Streams != nil && len(*m.Streams) == 0 })
	clerk.until("nor is the party seen", func(m said) bool { return m.Streams != nil && len(*m.Streams) == 0 })
}
