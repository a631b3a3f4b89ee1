package main

import (
	"context"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"avhub/media/mediatest"
)

// publish films into the hub by RTSP until ctx ends; the error comes through
// the channel, nil at the regular end.
func publish(ctx context.Context, url string, r reel) (<-chan error, error) {
	track := &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{
		&format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: mediatest.SPS, PPS: mediatest.PPS},
	}}
	tcp := gortsplib.TransportTCP
	c := &gortsplib.Client{Transport: &tcp}
	if err := c.StartRecording(url, &description.Session{Medias: []*description.Media{track}}); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() {
		defer c.Close()
		done <- r.film(ctx, func(p *rtp.Packet) error { return c.WritePacketRTP(track, p) })
	}()
	return done, nil
}
