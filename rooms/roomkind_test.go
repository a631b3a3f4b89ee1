package rooms

import (
	"slices"
	"strings"
	"testing"
)

// What the kinds of rooms are, one a line: recording, whether it can be public (g)
// and needs a case (c), who leads, and which commands of the doubtful ones it knows:
// C closed_session, O off_record, S start_recording, T stop_recording.
const expectedKinds = `
trial              required   gc presiding_judge,judge          CO
interrogation      required   c  presiding_judge,judge          –
petition_reception optional   –  chair,presiding_judge,judge    ST
mediation          by_consent –  mediator,presiding_judge,judge ST
committee_meeting  required   –  chair                          –
conference         optional   –  chair                          ST
training           optional   –  chair                          ST
parole_hearing     required   gc presiding_judge,judge          C
`

func TestKindsOfRooms(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(expectedKinds), "\n")
	if len(lines) != len(RoomKinds) {
		t.Fatalf("%d lines, %d kinds", len(lines), len(RoomKinds))
	}
	doubtful := map[string]CommandKind{"C": CommandClosedSession, "O": CommandOffRecord, "S": CommandStartRecording, "T": CommandStopRecording}
	for i, line := range lines {
		want := strings.Fields(line)
		kind, f := RoomKind(want[0]), RoomKind(want[0]).Facts()
		leads := strings.Join(each(f.Leads, func(p Part) string { return string(p) }), ",")
		if RoomKinds[i] != kind || !kind.Valid() || !f.Recording.Valid() || string(f.Recording) != want[1] || leads != want[3] {
			t.Errorf("%s: %+v", kind, f)
		}
		if f.Gallery != strings.Contains(want[2], "g") || f.NeedsCase != strings.Contains(want[2], "c") {
			t.Errorf("%s: public %v, needs a case %v", kind, f.Gallery, f.NeedsCase)
		}
		for _, c := range CommandKinds {
			known := true
			for letter, x := range doubtful {
				if x == c {
					known = strings.Contains(want[4], letter)
				}
			}
			if kind.Knows(c) != known {
				t.Errorf("%s knows %s: %v", kind, c, !known)
			}
		}
		for _, p := range slices.Concat(f.Parts, f.Leads) {
			if !p.Valid() || !slices.Contains(f.Parts, p) {
				t.Errorf("%s: part %s", kind, p)
			}
		}
		for _, lead := range f.Leads {
			if !lead.Has(PowerRun) || !lead.Facts().Panel {
				t.Errorf("%s is led by a %s, who cannot", kind, lead)
			}
		}
		if slices.Contains(f.Parts, PartGallery) != f.Gallery || !slices.Contains(f.Parts, PartClerk) {
			t.Errorf("%s: parts %v", kind, f.Parts)
		}
		for _, name := range []string{string(kind), f.Chinese, f.English} {
			if got, ok := ParseRoomKind(name); !ok || got != kind {
				t.Errorf("%q is read as %q", name, got)
			}
		}
	}
	if k := RoomKind("party"); k.Valid() || k.Knows(CommandOpen) || KindTrial.Knows("dance") || RecordingRule("maybe").Valid() {
		t.Error("what does not exist is known")
	}
	if _, ok := ParseRoomKind("party"); ok {
		t.Error("a party is a kind of room")
	}
}
