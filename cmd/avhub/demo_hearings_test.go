package main

import (
	"slices"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
)

// The demo court has something to look at whenever it is started, and however
// often.
func TestTheDemoCourtHasADay(t *testing.T) {
	t.Parallel()
	for _, clock := range []string{"00:05", "07:59", "10:29", "12:00", "18:45", "22:20", "23:10", "23:59"} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-03-02 "+clock, rooms.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(clock, func(t *testing.T) {
			t.Parallel()
			checkDemoDay(t, at.UTC())
		})
	}
}

func checkDemoDay(t *testing.T, now time.Time) {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	var counts []int
	for range 2 {
		shown, err := settleDemoCourt(t.Context(), s, now)
		if err != nil {
			t.Fatal(err)
		}
		if len(shown) != len(rooms.Roles) {
			t.Errorf("%d users at the door, want one for each of %d roles", len(shown), len(rooms.Roles))
		}
		hearings := demoHearingsOf(t, s)
		counts = append(counts, len(hearings))
		first := slices.IndexFunc(hearings, func(h rooms.Hearing) bool { return h.ExternalID == "demo-2026-03-02" })
		if first < 0 || hearings[first].State != rooms.StateScheduled || hearings[first].Start.In(rooms.Shanghai).Day() != 2 {
			t.Errorf("no hearing today to try the hub with: %+v", hearings)
		}
		today := 0
		for _, h := range hearings {
			if h.Start.In(rooms.Shanghai).Day() == 2 {
				today++
			}
			if h.Recording || h.State == rooms.StateInSession {
				t.Errorf("%s would be recorded before anybody opens it", h.Title)
			}
			for _, e := range h.History {
				if e.At.After(now) {
					t.Errorf("%s: %s happened at %s, which is to come", h.Title, e.Command, e.At)
				}
			}
		}
		if today < 4 {
			t.Errorf("%d hearings today", today)
		}
	}
	if counts[0] < 5 || counts[0] != counts[1] {
		t.Errorf("%d hearings, after another start %d", counts[0], counts[1])
	}
}

func demoHearingsOf(t *testing.T, s *store.Store) []rooms.Hearing {
	t.Helper()
	var whole []rooms.Hearing
	err := s.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Hearings(store.HearingQuery{Courts: []string{demoCourtID, "demo-district"}, Limit: 100})
		whole = nil
		for _, h := range list {
			full, err := tx.Hearing(h.ID)
			if err != nil {
				return err
			}
			people, err := tx.Participants(h.ID)
			if err != nil {
				return err
			}
			if err := rooms.CheckParticipants(h.Kind, people); err != nil || len(people) < 4 {
				t.Errorf("%s: %v: %+v", h.Title, err, people)
			}
			whole = append(whole, full)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
