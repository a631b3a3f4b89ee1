package party

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
)

func TestTwoSeeAndHearEachOther(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, lawyer := h.comes("judge"), h.comes("lawyer")
	judge.negotiates("lawyer") // who is not there yet
	lawyer.negotiates("judge")
	judge.sends()
	lawyer.sends()
	for _, p := range []*person{judge, lawyer} {
		p.gets("the picture", p.video, 100)
		p.gets("the sound", p.audio, 50)
	}
	x := h.party.Publication("judge")
	if picture, sound := x.Sending(); !picture || !sound || x.Status().State != media.Live {
		t.Errorf("the judge sends a picture: %v, sound: %v, %v", picture, sound, x.Status())
	}
	lawyer.member.Hang()
	if st := h.party.Publication("lawyer").Status(); st.State != media.Offline {
		t.Errorf("who hung up is %v", st)
	}
}

// A page that was loaded anew has another connection: it takes the old one's place, and
// what it sends goes on in the same stream.
func TestAPageIsLoadedAnew(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, lawyer := h.comes("judge"), h.comes("lawyer")
	judge.negotiates("lawyer")
	judge.sends()
	lawyer.negotiates("judge")
	lawyer.sends()
	judge.gets("the picture", judge.video, 50)
	gone := make(chan struct{})
	var once sync.Once
	lawyer.PC.OnConnectionStateChange(func(state pion.PeerConnectionState) {
		if state == pion.PeerConnectionStateClosed || state == pion.PeerConnectionStateDisconnected {
			once.Do(func() { close(gone) })
		}
	})
	again := h.comes("lawyer")
	again.negotiates("judge")
	again.sends()
	again.gets("the picture", again.video, 50)
	drained(judge.video)
	judge.gets("the picture of the new page", judge.video, 100)
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Errorf("the old page's connection is %s", lawyer.PC.ConnectionState())
	}
}

func TestWhoIsNotHeard(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, party := h.comes("judge"), h.comes("party")
	judge.negotiates("party")
	party.negotiates("judge")
	judge.sends()
	party.sends()
	judge.gets("the sound", judge.audio, 20)
	h.party.Silence(map[string]bool{"party": true})
	before := h.party.Publication("party").main.Stats()
	judge.gets("the picture", judge.video, 100)
	drained(judge.audio)
	judge.getsNothing("the sound of who is muted", judge.audio, func() {
		judge.gets("the picture", judge.video, 100)
		party.gets("the other's sound", party.audio, 20)
	})
	after := h.party.Publication("party").main.Stats()
	if grew := after[1].Units - before[1].Units; grew > 2 {
		t.Errorf("%d units of sound got into the stream of who is muted", grew)
	}
	h.party.Silence(nil)
	judge.gets("the sound again", judge.audio, 20)
}

// What is not allowed stops before Recheck returns, and comes back.
func TestAWallCloses(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge, gallery := h.comes("judge"), h.comes("gallery")
	judge.negotiates("")
	judge.sends()
	h.refuse("gallery", "judge", true)
	gallery.negotiates("judge")
	gallery.sends()
	judge.wishFor("gallery")
	judge.gets("the gallery's picture", judge.video, 50)
	gallery.getsNothing("what is not allowed", gallery.video, func() { judge.gets("a picture", judge.video, 50) })
	h.refuse("gallery", "judge", false)
	gallery.gets("the picture", gallery.video, 100)
	viewer := gallery.member.picture()
	h.refuse("gallery", "judge", true)
	sent := viewer.Stats().Packets
	judge.gets("a picture", judge.video, 100)
	if more := viewer.Stats().Packets; more != sent {
		t.Errorf("%d packets were sealed behind the wall", more-sent)
	}
}

// An m-line changes streams without a negotiation: its numbers go on.
func TestOneLineManyStreams(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	a, b, c := h.comes("a"), h.comes("b"), h.comes("c")
	for _, p := range []*person{a, b} {
		p.negotiates("")
		p.sends()
	}
	c.negotiates("a")
	c.sends()
	var all []*rtp.Packet
	for _, stream := range []string{"b", "a", "b", "a"} {
		all = append(all, c.gets("a stream", c.video, 60)...)
		c.wishFor(stream)
	}
	all = append(all, c.gets("a stream", c.video, 60)...)
	// What was lost on the way or came twice cannot be told apart from a jump but by its size.
	for i, q := range all[1:] {
		if d := int16(q.SequenceNumber - all[i].SequenceNumber); d < 1 || d > 20 {
			t.Errorf("packet %d: number %d follows %d", i, q.SequenceNumber, all[i].SequenceNumber)
		}
		if d := int32(q.Timestamp - all[i].Timestamp); d < 0 || d > 90_000*3 {
			t.Errorf("packet %d: timestamp %d follows %d", i, q.Timestamp, all[i].Timestamp)
		}
	}
}

func TestLayersThatAreWanted(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	a, b := h.comes("a"), h.comes("b")
	a.negotiates("")
	a.sends()
	b.negotiates("")
	b.sends()
	layers := func(want ...string) {
		t.Helper()
		limit := time.After(10 * time.Second)
		for {
			active, _ := a.member.Layers()
			if len(active) != 1 {
				t.Fatalf("%v", active)
			}
			for _, got := range active {
				if slices.Equal(got, want) {
					return
				}
			}
			select {
			case <-h.changed: // whoever is to tell the page is told
			case <-limit:
				t.Fatalf("the layers %v are wanted, not %v", active, want)
			}
		}
	}
	layers()
	b.wishFor("a")
	layers("f", "h")
	b.gets("the picture", b.video, 50)
	none := b.wishes
	for mid, w := range none {
		w.Quality = None
		none[mid] = w
	}
	b.member.Want(none)
	layers()
	drained(b.video)
	_, release := h.party.Publication("a").Hold()
	layers("f", "h")
	release()
	layers()
	b.wishFor("a")
	b.gets("the picture again", b.video, 50)
}

func TestBadOffers(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	p := h.comes("a")
	offer, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"no SDP":                   func() error { _, err := p.member.Offer("v=0", nil, nil, true); return err },
		"who may only watch sends": func() error { _, err := p.member.Offer(offer, nil, nil, false); return err },
		"an m-line that is not there": func() error {
			_, err := p.member.Offer(offer, map[string]Role{"17": RoleCamera}, nil, true)
			return err
		},
	} {
		if try() == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if p.member.peer != nil {
		t.Error("connected by a bad offer")
	}
	h.party.Close()
	if _, err := h.party.Member("b"); err == nil {
		t.Error("somebody comes into a room that is closed")
	}
}

func TestLoudness(t *testing.T) {
	t.Parallel()
	var l loudness
	now := time.Now()
	says := func(level uint8, d time.Duration) bool {
		for end := now.Add(d); now.Before(end); now = now.Add(20 * time.Millisecond) {
			l.hear(level, now)
		}
		_, speaks := l.at(now)
		return speaks
	}
	if says(127, time.Second) || says(30, 100*time.Millisecond) {
		t.Error("silence and a click are speech")
	}
	if !says(30, 300*time.Millisecond) || !says(127, 500*time.Millisecond) {
		t.Error("speech, and a pause in it, are none")
	}
	if says(100, time.Second) {
		t.Error("a murmur is speech")
	}
}
