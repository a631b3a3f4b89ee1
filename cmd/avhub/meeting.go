package main

import (
	"log/slog"

	"avhub/media/relay"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/hall"
)

// openHall opens the rooms of hearings.
func openHall(desk *office.Office, catalog *signaling.Catalog, set *sources.Set, viewers *relay.Relay, browsers *webrtc.Server, t *transcode.Transcoder, stirred func(), log *slog.Logger) *hall.Hall {
	return hall.New(hall.Options{
		Office: desk, WebRTC: browsers, Relay: viewers, Transcoder: t, Line: set.Line, Stirred: stirred, Log: log,
		Cameras: func(site string) []hall.Camera { return camerasAt(site, catalog, set) },
	})
}

// camerasAt are the sources that stand in a place.
func camerasAt(site string, catalog *signaling.Catalog, set *sources.Set) []hall.Camera {
	if site == "" {
		return nil
	}
	var all []hall.Camera
	for _, s := range catalog.Configs() {
		if s.Place() != site {
			continue
		}
		line, err := set.Line(s.ID, sources.Main)
		if err != nil {
			continue // it was removed just now
		}
		all = append(all, hall.Camera{ID: s.ID, Name: s.Name, Status: line.Status(), Tracks: line.Stats()})
	}
	return all
}
