package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"avhub/media/rtsp/camera"
)

type cameraCmd struct {
	Listen      string   `default:"127.0.0.1:8555" help:"Address to listen on."`
	User        string   `placeholder:"NAME:PASSWORD" help:"Ask for this user name and password (basic or digest)."`
	Fault       []string `placeholder:"NAME=KIND[:ARG][@AFTER]" help:"Make a camera misbehave: drop freeze black mute jump slow fast gone unauthorized noparams. Example: --fault yard=drop:5@30s"`
	Loudspeaker []string `placeholder:"NAME=FILE.wav" help:"Give a camera a loudspeaker (ONVIF back channel) and write what is said through it to a WAV file."`
	Cameras     []string `arg:"" name:"name=clip" help:"A camera's name and its MP4 clip. NAME=CLIP,SUBCLIP gives a sub stream (NAME_sub), as does a file CLIP_sub.mp4 beside it; demo:court-1 to demo:court-4 are built in."`
}

// Run plays the clips until ctx ends.
func (c *cameraCmd) Run(ctx context.Context, log *slog.Logger, o *output) error {
	options := camera.Options{Listen: c.Listen, Log: log}
	if c.User != "" {
		user, password, ok := strings.Cut(c.User, ":")
		if !ok || user == "" {
			return fmt.Errorf("--user: write NAME:PASSWORD")
		}
		options.User, options.Password = user, password
	}
	for _, arg := range c.Cameras {
		channel, err := channelOf(arg)
		if err != nil {
			return err
		}
		options.Channels = append(options.Channels, channel)
	}
	files, err := loudspeakersOf(c.Loudspeaker, options.Channels)
	defer func() {
		for _, f := range files {
			if err := f.Close(); err != nil {
				log.Error("what was said is not all in the file", "err", err)
			}
		}
	}()
	if err != nil {
		return err
	}
	faults, err := faultsOf(c.Fault)
	if err != nil {
		return err
	}
	server, err := camera.NewServer(options)
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer server.Close()
	for _, f := range faults {
		if err := server.Set(f.name, f.Fault); err != nil {
			return err
		}
	}
	for _, ch := range options.Channels {
		fmt.Fprintf(o.out, "rtsp://%s/%s\n", server.Addr(), ch.Name)
		if ch.Sub != nil {
			fmt.Fprintf(o.out, "rtsp://%s/%s%s\n", server.Addr(), ch.Name, camera.SubSuffix)
		}
	}
	<-ctx.Done()
	return nil
}

// channelOf opens the clips of NAME=CLIP[,SUBCLIP].
func channelOf(arg string) (camera.Channel, error) {
	name, files, ok := strings.Cut(arg, "=")
	if !ok || name == "" || files == "" {
		return camera.Channel{}, fmt.Errorf("%q: write NAME=CLIP, such as yard=yard.mp4", arg)
	}
	if room, ok := strings.CutPrefix(files, "demo:"); ok {
		channel, err := camera.DemoChannel(room)
		channel.Name = name
		return channel, err
	}
	main, sub, given := strings.Cut(files, ",")
	channel := camera.Channel{Name: name}
	var err error
	if channel.Main, err = camera.Open(main); err != nil {
		return channel, err
	}
	if !given {
		ext := filepath.Ext(main)
		sub = strings.TrimSuffix(main, ext) + camera.SubSuffix + ext
		if _, err := os.Stat(sub); err != nil {
			return channel, nil
		}
	}
	if channel.Sub, err = camera.Open(sub); err != nil {
		return channel, err
	}
	if channel.Sub.Audio == nil {
		channel.Sub.Audio = channel.Main.Audio
	}
	return channel, nil
}

// loudspeakersOf gives the cameras named their loudspeakers, and returns the files.
func loudspeakersOf(args []string, channels []camera.Channel) ([]*camera.WAV, error) {
	var files []*camera.WAV
	for _, arg := range args {
		name, path, ok := strings.Cut(arg, "=")
		i := slices.IndexFunc(channels, func(c camera.Channel) bool { return c.Name == name })
		switch {
		case !ok || path == "":
			return files, fmt.Errorf("--loudspeaker %q: write NAME=FILE.wav", arg)
		case i < 0:
			return files, fmt.Errorf("--loudspeaker %q: there is no camera %q", arg, name)
		}
		file, err := camera.CreateWAV(path)
		if err != nil {
			return files, err
		}
		files = append(files, file)
		channels[i].Loudspeaker = &camera.Loudspeaker{Out: file.Play}
	}
	return files, nil
}

type namedFault struct {
	name string
	camera.Fault
}

func faultsOf(args []string) ([]namedFault, error) {
	var all []namedFault
	for _, arg := range args {
		name, text, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, fmt.Errorf("--fault %q: write NAME=KIND[:ARG][@AFTER]", arg)
		}
		f, err := camera.ParseFault(text)
		if err != nil {
			return nil, err
		}
		all = append(all, namedFault{name, f})
	}
	return all, nil
}
