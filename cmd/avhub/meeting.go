package main

import (
	"log/slog"

	"avhub/media/relay"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/hall"
)

// openHall opens the rooms of hearings. loud is the one desk of all loudspeakers.
func openHall(desk *office.Office, catalog *signaling.Catalog, set *sources.Set, viewers *relay.Relay, browsers *webrtc.Server, t *transcode.Transcoder, loud *rtsp.Desk, stirred func(), log *slog.Logger) *hall.Hall {
	return hall.New(hall.Options{
		Office: desk, WebRTC: browsers, Relay: viewers, Transcoder: t, Line: set.Line, Cameras: catalog.CamerasOf, Talk: catalog.Talks(loud), Stirred: stirred, Log: log,
	})
}
