package main

import (
	"fmt"
	"log/slog"

	"avhub/configs"
	"avhub/media/rtsp/camera"
	"avhub/signaling"
)

// demo is the demo court: four cameras that play the built-in clips.
type demo struct {
	cameras *camera.Server
}

// startDemo starts the cameras on a port of their own.
func startDemo(listen string, log *slog.Logger) (*demo, error) {
	channels, err := camera.Demo()
	if err != nil {
		return nil, err
	}
	for i := range channels {
		channels[i].Loudspeaker = &camera.Loudspeaker{}
	}
	server, err := camera.NewServer(camera.Options{Listen: listen, Channels: channels, Log: log})
	if err != nil {
		return nil, err
	}
	return &demo{server}, server.Start()
}

// Close stops the cameras.
func (d *demo) Close() error {
	d.cameras.Close()
	return nil
}

// add registers the cameras as sources, unless they are there already under
// the same address. What a user has changed of them otherwise stays.
func (d *demo) add(catalog *signaling.Catalog) error {
	for _, room := range camera.Rooms {
		src := configs.DefaultSource()
		src.ID, src.Name, src.Site, src.SiteID, src.Court = room.ID, room.Name, configs.Site(room.Site), room.ID, demoCourtID
		src.Record = configs.RecordInSession
		src.URL = configs.URL(d.cameras.URL(room.ID))
		src.SubURL = configs.URL(d.cameras.URL(room.ID + camera.SubSuffix))
		if err := catalog.Ensure(src); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}
