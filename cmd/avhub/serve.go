package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/configs"
	"avhub/media/relay"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
	"avhub/signaling"
	"avhub/web"
)

type serveCmd struct {
	Config  string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml). Without it the hub runs on defaults in ./data."`
	Demo    bool   `help:"Add a demo court: four cameras through real RTSP."`
	Cameras string `name:"demo-cameras" default:"127.0.0.1:8555" hidden:"" help:"Address of the demo's cameras."`
}

// stopLimit is how long the hub takes to stop at most.
const stopLimit = 10 * time.Second

// Run builds the hub in the order in which its parts need each other, runs it
// until ctx ends, and takes it down in reverse.
func (s *serveCmd) Run(ctx context.Context, o *output) error {
	cfg, err := configs.Load(s.Config, os.Environ())
	if err != nil {
		return err
	}
	log := newLog(o.err, cfg.Log.Level, cfg.Log.Format)
	started := time.Now().UTC()
	ffmpeg, _ := exec.LookPath("ffmpeg") // without it the hub runs; readyz and doctor say what is missing

	var undo closers
	defer undo.close(log)

	var court *demo
	if s.Demo {
		if court, err = startDemo(s.Cameras, log); err != nil {
			return err
		}
		undo.add("demo cameras", court.Close)
	}
	transcoder := transcode.New(transcode.Options{FFmpeg: ffmpeg, Video: cfg.Media.Transcode, Log: log})
	undo.add("transcoder", transcoder.Close)

	events := signaling.NewEvents(started)
	var catalog *signaling.Catalog
	set := sources.New(sources.Options{Log: log, Changed: func(id string) { catalog.Changed(id) }})
	catalog = signaling.NewCatalog(set, configs.NewSourceStore(cfg.DataDir), events)
	undo.add("sources", func() error { set.Close(); return nil })

	browsers, err := webrtc.NewServer(webrtc.Options{Listen: loopback(cfg.WebRTC.Listen), PublicIPs: cfg.WebRTC.PublicIPs, Log: log})
	if err != nil {
		return err
	}
	undo.add("webrtc", browsers.Close)
	viewers := relay.New(relay.Options{Sources: set, WebRTC: browsers, Transcoder: transcoder, Transcode: cfg.Media.Transcode, Log: log})
	catalog.CountViewers(viewers.Viewers)

	players, err := rtsp.NewServer(rtspOptions(cfg, set, log))
	if err != nil {
		return err
	}
	if err := players.Start(); err != nil {
		return err
	}
	undo.add("rtsp", func() error { players.Close(); return nil })

	doors := signaling.NewServer(signaling.Options{
		Hub: signaling.Hub{
			Version: version, Commit: buildCommit(), Demo: s.Demo, LoopbackOnly: true,
			Transcode: cfg.Media.Transcode, FFmpeg: ffmpeg != "", RTSPPort: players.Addr().(*net.TCPAddr).Port, Started: started,
		},
		Catalog: catalog, Relay: viewers, WebRTC: browsers, ICELinks: iceLinks(cfg.WebRTC.ICEServers),
		Pages: web.Handler(), BehindProxy: cfg.HTTP.BehindProxy, FFmpeg: ffmpeg, Transcoders: transcoder.Running, Log: log,
	})
	listener, err := net.Listen("tcp", loopback(cfg.HTTP.Listen))
	if err != nil {
		return fmt.Errorf("http: %w: free the port or change http.listen", err)
	}
	if err := load(catalog, cfg, court, log); err != nil {
		return errors.Join(err, listener.Close())
	}
	announce(log, listener.Addr(), players.Addr(), browsers.Addr())

	var g errgroup.Group
	g.Go(func() error { return doors.Serve(listener) })
	<-ctx.Done()
	log.Info("stopping")
	limit, cancel := context.WithTimeout(context.Background(), stopLimit/2)
	defer cancel()
	return errors.Join(doors.Close(limit), g.Wait())
}

// load starts the sources of the file and of the store, and the demo's.
func load(catalog *signaling.Catalog, cfg *configs.Config, court *demo, log *slog.Logger) error {
	if err := catalog.Load(cfg.Sources); err != nil {
		log.Error("sources", "err", err)
	}
	if court == nil {
		return nil
	}
	return court.add(catalog)
}

func announce(log *slog.Logger, http, rtsp, rtc net.Addr) {
	log.Info("avhub is running", "pages", "http://"+http.String(), "rtsp", "rtsp://"+rtsp.String(), "webrtc", rtc.String(), "version", version)
	log.Warn("there are no accounts yet: the hub is reachable from this machine only")
}

// loopback is the address to listen on while there are no accounts; configs
// has checked it.
func loopback(addr string) string {
	a, _, err := configs.Loopback(addr)
	if err != nil {
		return addr
	}
	return a
}

func iceLinks(servers []configs.ICEServer) []string {
	var links []string
	for _, s := range servers {
		for _, u := range s.URLs {
			link := "<" + u + ">; rel=\"ice-server\""
			if s.Username != "" {
				link += fmt.Sprintf("; username=%q; credential=%q; credential-type=\"password\"", s.Username, s.Credential.Reveal())
			}
			links = append(links, link)
		}
	}
	return links
}

// closers take down what was built, last first.
type closers []closer

type closer struct {
	name  string
	close func() error
}

func (c *closers) add(name string, close func() error) { *c = append(*c, closer{name, close}) }

func (c *closers) close(log *slog.Logger) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := len(*c) - 1; i >= 0; i-- {
			if err := (*c)[i].close(); err != nil {
				log.Error("stopping", "part", (*c)[i].name, "err", err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(stopLimit):
		log.Error("not everything stopped in time", "limit", stopLimit)
	}
}
