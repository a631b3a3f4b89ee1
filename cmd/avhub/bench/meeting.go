package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// meeting is a conference with a room, whose people walk in by their links.
type meeting struct {
	Socket  string   // address of the room
	Cookies []string // one for each attendee
}

// meet makes a conference of so many attendees, ready to be walked into.
func (h *hub) meet(ctx context.Context, attendees int) (m meeting, err error) {
	type entity struct{ ID, Part string }
	var chair, conference entity
	if err := h.call(ctx, http.MethodGet, "/api/v1/me", nil, &chair); err != nil {
		return m, err
	}
	plan := map[string]any{
		"court": "bench", "kind": "conference", "title": "bench", "start": time.Now().Add(time.Minute), "minutes": 60, "public": false, "recorded": false,
		"panel": []any{map[string]any{"user": chair.ID, "name": "boss", "part": "chair"}},
	}
	if err := h.call(ctx, http.MethodPost, "/api/v1/hearings", plan, &conference); err != nil {
		return m, err
	}
	path := "/api/v1/hearings/" + conference.ID
	var people []any
	for i := range attendees {
		people = append(people, map[string]any{"name": fmt.Sprintf("attendee %d", i+1), "part": "attendee"})
	}
	var list struct{ Items []entity }
	if err := h.call(ctx, http.MethodPut, path+"/participants", map[string]any{"items": people}, &list); err != nil {
		return m, err
	}
	if err := h.call(ctx, http.MethodPost, path+"/commands", map[string]any{"kind": "prepare"}, nil); err != nil {
		return m, err
	}
	m.Socket = "ws://" + h.http + "/api/v1/rooms/" + conference.ID + "/socket"
	for _, p := range list.Items {
		if p.Part != "attendee" {
			continue // the chair, who has an account
		}
		cookie, err := h.join(ctx, path, p.ID)
		if err != nil {
			return m, err
		}
		m.Cookies = append(m.Cookies, cookie)
	}
	return m, nil
}

// join opens somebody's link, and returns their cookie.
func (h *hub) join(ctx context.Context, hearing, participant string) (string, error) {
	var link struct{ Token string }
	if err := h.call(ctx, http.MethodPost, hearing+"/links", map[string]any{"participant": participant}, &link); err != nil {
		return "", err
	}
	body := strings.NewReader(`{"token":"` + link.Token + `"}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.http+"/api/v1/join", body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	for _, c := range answer.Cookies() {
		return c.Name + "=" + c.Value, nil
	}
	text, _ := io.ReadAll(answer.Body)
	return "", fmt.Errorf("join: %s %s", answer.Status, text)
}
