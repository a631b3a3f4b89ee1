package signaling_test

import (
	"slices"
	"testing"

	"avhub/media/mediatest"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

// Who speaks is told by real sound: by the levels of packets that carry them, by decoding
// where they do not, and of a camera that hears the courtroom after everybody else.
func TestWhoSpeaks(t *testing.T) {
	t.Parallel()
	d := newDevice(t, "127.0.0.1:0") // its microphone hears a tone all the time
	s := newSittingAt(t, newHub(t, d.source("cam-1", "room-1", "courtroom")))
	partyID, cookie := s.guest("张三", rooms.PartPlaintiff)
	s.order("prepare")
	clerk, party := s.comes(s.b.clerk, "", ""), s.comes("", cookie, "")
	clerkID := clerk.of("welcome").You
	party.of("welcome")
	clerk.command(chamber.Command{Kind: chamber.AdmitAll})
	party.until("in", func(m said) bool { return place(m) == chamber.Inside })
	clerkSays := clerk.speaksBy(mediatest.NewPublisher, clerkTone, "cam-1")
	clerkSays.quiet.Store(true)
	partySays := party.speaksBy(mediatest.NewWithoutLevels, partyTone, "cam-1")
	partySays.quiet.Store(true)
	tells := func(what string, people ...string) {
		t.Helper()
		for _, v := range []*visitor{clerk, party} {
			are := func(m said) bool { return m.Type == "speaking" && slices.Equal(*m.People, people) }
			told := slices.DeleteFunc(slices.Clone(v.all), func(m said) bool { return m.Type != "speaking" })
			if len(told) == 0 || !are(told[len(told)-1]) { // it may have been told among other things
				v.until(what, are)
			}
		}
	}
	tells("the courtroom alone is heard", "cam-1")
	clerkSays.quiet.Store(false)
	tells("the clerk speaks", clerkID, "cam-1")
	clerkSays.quiet.Store(true)
	tells("and has ended", "cam-1")
	partySays.quiet.Store(false)
	tells("the party speaks, whose packets do not say how loud they are", partyID, "cam-1")
	clerkSays.quiet.Store(false)
	// Who comes first of two is rank's: on a busy machine one of them may have been late.
	for _, v := range []*visitor{clerk, party} {
		v.until("both do, and the courtroom after them", func(m said) bool {
			return m.Type == "speaking" && len(*m.People) == 3 && slices.Contains(*m.People, partyID) && (*m.People)[2] == "cam-1"
		})
	}
	clerk.command(chamber.Command{Kind: chamber.Mute, Person: partyID})
	tells("the party is muted", clerkID, "cam-1")
}
