package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
	"avhub/media/transcode"
)

// benchAAC: how long after an AAC frame's arrival the Opus of the same moment
// goes out.
func benchAAC(ctx context.Context) ([]row, error) {
	const goal = 80 * time.Millisecond
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, err
	}
	channel, err := camera.DemoChannel("court-2")
	if err != nil {
		return nil, err
	}
	clip := channel.Main.Audio
	config, err := clip.Format.(*format.MPEG4Audio).Config.Marshal()
	if err != nil {
		return nil, err
	}
	stream := media.NewStream("court-2")
	feed, err := stream.Open([]media.Track{{
		Kind: packet.AAC, ClockRate: clip.Rate, SampleRate: clip.Rate, Channels: 1, Config: config,
	}})
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	t := transcode.New(transcode.Options{FFmpeg: ffmpeg, Log: slog.New(slog.DiscardHandler)})
	defer t.Close()
	index, release, err := t.Opus(ctx, stream)
	if err != nil {
		return nil, err
	}
	defer release()
	reader := stream.Subscribe(media.ReaderOptions{Tracks: []int{0, index}})
	defer reader.Close()

	feeding, stop := context.WithCancel(ctx)
	fed := make(chan error, 1)
	go func() { fed <- play(feeding, feed, clip) }()
	delays, err := followSound(ctx, reader, clip.Rate)
	stop()
	if err := errors.Join(err, <-fed); err != nil {
		return nil, err
	}
	return []row{{
		what: "AAC to Opus, added delay", goal: "≤ 80 ms", got: delays.String(),
		reference: fmt.Sprintf("an AAC frame lasts %s, an Opus frame 20.0 ms", ms(1024*time.Second/time.Duration(clip.Rate))),
		met:       delays.at(0.95) <= goal,
	}}, nil
}

// play writes a clip's sound at its pace.
func play(ctx context.Context, feed *media.Feed, clip *camera.Track) error {
	began := time.Now()
	for _, s := range clip.Samples {
		if err := pause(ctx, time.Until(began.Add(s.At))); err != nil {
			return nil
		}
		payloads, err := packet.Pack(packet.AAC, s.Data, 1180)
		if err != nil {
			return err
		}
		err = feed.Packet(0, media.Packet{
			Payload: payloads.At(0), RTP: uint32(s.PTS.Seconds() * float64(clip.Rate)), Marker: true, Arrived: time.Now(),
		})
		if err != nil {
			return err
		}
	}
	return errors.New("the clip is too short")
}

// followSound compares both tracks for ten seconds: an AAC frame is through
// when the Opus that is out reaches to the frame's end.
func followSound(ctx context.Context, reader *media.Reader, rate int) (*samples, error) {
	type moment struct {
		end  time.Duration // on the stream's timeline
		came time.Time
	}
	var waiting []moment
	all := &samples{}
	deadline := time.Now().Add(12 * time.Second)
	warm := time.Now().Add(2 * time.Second)
	for time.Now().Before(deadline) {
		u, _, err := reader.Next(ctx)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		if u.Track == 0 {
			waiting = append(waiting, moment{time.Duration(u.PTS+1024) * time.Second / time.Duration(rate), now})
			continue
		}
		out := time.Duration(u.PTS)*time.Second/48000 + 20*time.Millisecond
		for len(waiting) > 0 && waiting[0].end <= out {
			if now.After(warm) {
				all.add(now.Sub(waiting[0].came))
			}
			waiting = waiting[1:]
		}
	}
	if all.count() < 200 {
		return nil, fmt.Errorf("only %d AAC frames came out as Opus", all.count())
	}
	return all, nil
}
