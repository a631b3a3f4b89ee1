package rooms

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// documented reads the permission table of docs/security.md: its columns, and the
// cells of each action.
func documented(t *testing.T) (columns []string, cells map[string][]string) {
	t.Helper()
	raw, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	cells = map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "|") {
			if len(columns) > 0 {
				break // the table has ended
			}
			continue
		}
		var row []string
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			row = append(row, strings.TrimSpace(cell))
		}
		switch {
		case row[0] == "action":
			columns = row[1:]
		case len(columns) > 0 && row[0] != "---":
			cells[row[0]] = row[1:]
		}
	}
	return columns, cells
}

// docs/security.md shows the table to administrators; it is this one, with a
// column for who comes by a join link.
func TestTheDocumentHasTheTable(t *testing.T) {
	t.Parallel()
	columns, shown := documented(t)
	lines := strings.Split(strings.TrimSpace(expected), "\n")
	roles := strings.Fields(lines[0])
	if !slices.Equal(columns, append(slices.Clone(roles), "guest")) {
		t.Fatalf("its columns are %v", columns)
	}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		cells := shown[words[0]]
		if len(cells) != len(columns) {
			t.Errorf("it has no whole line for %s", words[0])
			continue
		}
		if !slices.Equal(cells[:len(roles)], words[1:]) {
			t.Errorf("%s: it says %v, the table %v", words[0], cells[:len(roles)], words[1:])
		}
		o := Object{Kind: HearingObject, ID: "h1"}
		if words[0] == string(PlayBack) || words[0] == string(SeeRecording) {
			o = Object{Kind: RecordingObject, ID: "r1", Hearing: "h1", Over: true}
		}
		want := "–"
		if d := May(Principal{Guest: &GuestOf{Hearing: "h1", Watches: true}}, Action(words[0]), o); d.OK {
			want = strings.TrimSuffix("own/"+string(d.Limit), "/")
		}
		if guest := cells[len(roles)]; guest != want {
			t.Errorf("%s: it says %s of guests, the table %s", words[0], guest, want)
		}
	}
	for action := range shown {
		if !slices.Contains(Actions, Action(action)) {
			t.Errorf("it has a line for %s", action)
		}
	}
}
