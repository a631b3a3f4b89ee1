package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/configs"
	"avhub/media/relay"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/turn"
	"avhub/media/webrtc"
	"avhub/recorder"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/rooms/store/backup"
	"avhub/rooms/store/datalock"
	"avhub/signaling"
	"avhub/signaling/hall"
	"avhub/signaling/record"
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
	if s.Demo && !cfg.ThisMachine() {
		return &exitError{exitWrongUse, errDemoOpen}
	}
	log := newLog(o.err, cfg.Log.Level, cfg.Log.Format)
	started := time.Now().UTC()
	ffmpeg, _ := exec.LookPath("ffmpeg") // without it the hub runs; readyz and doctor say what is missing

	var undo closers
	defer undo.close(log)

	release, err := datalock.Take(cfg.DataDir)
	if err != nil {
		return err
	}
	undo.add("data folder", release)
	if err := backup.Unfinished(cfg.DataDir); err != nil {
		return err
	}
	var cameras *demo
	if s.Demo {
		if cameras, err = startDemo(s.Cameras, log); err != nil {
			return err
		}
		undo.add("demo cameras", cameras.Close)
	}
	keeper, err := openCerts(cfg, log)
	if err != nil {
		return err
	}
	court, err := s.openCourt(ctx, cfg, log, &undo)
	if err != nil {
		return err
	}
	transcoder := transcode.New(transcode.Options{FFmpeg: ffmpeg, Video: cfg.Media.Transcode, Log: log})
	undo.add("transcoder", transcoder.Close)

	events := signaling.NewEvents(started)
	var catalog *signaling.Catalog
	var meets atomic.Pointer[hall.Hall] // follows what the office and the sources change
	set := sources.New(sources.Options{Log: log, Changed: func(id string) { catalog.Changed(id); meets.Load().CamerasChanged() }})
	catalog = signaling.NewCatalog(set, configs.NewSourceStore(cfg.DataDir), events)
	undo.add("sources", func() error { set.Close(); return nil })
	library := newLibrary(cfg, ffmpeg, log)
	var recording atomic.Pointer[record.Keeper] // follows what the office changes
	desk, err := office.New(ctx, office.Options{
		Store: court.store, Audit: court.audit, Hasher: court.hasher, LinkKey: court.links, ProviderRoles: providerRoles(cfg), Facts: catalog.Facts, Log: log,
		Changed: func(kind string, hearing rooms.Object, data any) {
			events.HearingChanged(kind, hearing, data)
			meets.Load().HearingChanged(hearing.ID)
		},
		Stirred:    func() { recording.Load().Stir() },
		Recordings: signaling.RecordingFacts(library),
	})
	if err != nil {
		return err
	}
	undo.add("office", desk.Close)
	var stores atomic.Pointer[storing] // hears what recordings' manifests have taken
	films, err := openRecorder(cfg, func(t recorder.Told) {
		signaling.TellRecording(events, catalog.Facts, t)
		stores.Load().heard(t)
	}, log)
	if err != nil {
		return err
	}
	undo.add("recorder", films.Close)
	kept, err := startStoring(cfg, films, desk, events, log, &undo)
	if err != nil {
		return err
	}
	stores.Store(kept)
	holds := kept.keepHolds(films, library, desk, log)
	undo.add("legal holds", holds.Close)
	composer, err := newComposer(cfg, ffmpeg, log)
	if err != nil {
		return err
	}
	undo.add("composed pictures", composer.Close)
	provider, err := openProvider(cfg)
	if err != nil {
		return err
	}
	if provider != nil {
		undo.add("identity provider", provider.OIDC.Close)
	}

	at := cfg.Bind()
	browsers, err := webrtc.NewServer(webrtc.Options{Listen: at.WebRTC, PublicIPs: cfg.WebRTC.PublicIPs, Log: log})
	if err != nil {
		return err
	}
	undo.add("webrtc", browsers.Close)
	detour, err := openTURN(cfg, keeper, browsers, log)
	if err != nil {
		return err
	}
	if detour != nil {
		undo.add("turn", detour.Close)
	}
	viewers := relay.New(relay.Options{Sources: set, WebRTC: browsers, Transcoder: transcoder, Transcode: cfg.Media.Transcode, Log: log})
	catalog.CountViewers(viewers.Viewers)
	meets.Store(openHall(desk, catalog, set, viewers, browsers, transcoder, &rtsp.Desk{}, func() { recording.Load().Stir() }, log))
	undo.add("rooms", meets.Load().Close)

	players, err := rtsp.NewServer(rtspOptions(cfg, keeper, set, desk, log))
	if err != nil {
		return err
	}
	if err := players.Start(); err != nil {
		return err
	}
	undo.add("rtsp", func() error { players.Close(); return nil })

	doors := signaling.NewServer(signaling.Options{
		Hub: signaling.Hub{
			Version: version, Commit: buildCommit(), Demo: s.Demo, LoopbackOnly: cfg.ThisMachine(),
			Transcode: cfg.Media.Transcode, FFmpeg: ffmpeg != "", RTSPPort: players.Addr().(*net.TCPAddr).Port, RTSPS: keeper != nil, Started: started,
		},
		Office: desk, Catalog: catalog, Recorder: films, Keeper: recording.Load, Annex: kept.annexer(films), Holds: func() *record.Holds { return holds }, Composer: composer, Library: library, Storing: signaling.Storing{Archive: kept.archive, Retention: kept.retention, Stamps: kept.stamper}, Relay: viewers, WebRTC: browsers, Hall: meets.Load(), ICE: iceOf(cfg, detour, log),
		Pages: web.Handler(), Certs: keeper, Provider: provider, BehindProxy: cfg.HTTP.BehindProxy, Proxies: proxies(cfg), ThisMachine: cfg.ThisMachine(), Origins: cfg.HTTP.Origins,
		Demo: court.demo, FFmpeg: ffmpeg, Transcoders: transcoder.Running, Log: log,
	})
	listener, err := net.Listen("tcp", at.HTTP)
	if err != nil {
		return fmt.Errorf("http: %w: free the port or change http.listen", err)
	}
	if err := load(catalog, cfg, cameras, log); err != nil {
		return errors.Join(err, listener.Close())
	}
	recording.Store(keepRecording(films, set, catalog, desk, meets.Load(), log))
	undo.add("keeper of recordings", recording.Load().Close)
	catalog.Keep(recording.Load())
	pages := pagesURL(cfg, listener.Addr())
	announce(log, pages, players.Addr(), browsers.Addr(), detour, at.Narrowed)
	if err := inviteToSetUp(ctx, desk, o, pages); err != nil {
		return errors.Join(err, listener.Close())
	}

	var g errgroup.Group
	g.Go(func() error { return doors.Serve(listener) })
	if keeper != nil {
		g.Go(func() error { return keeper.Run(ctx) })
	}
	<-ctx.Done()
	log.Info("stopping")
	limit, cancel := context.WithTimeout(context.Background(), stopLimit/2)
	defer cancel()
	return errors.Join(doors.Close(limit), g.Wait())
}

// load starts the sources of the file and of the store, and the demo's.
func load(catalog *signaling.Catalog, cfg *configs.Config, cameras *demo, log *slog.Logger) error {
	if err := catalog.Load(cfg.Sources); err != nil {
		log.Error("sources", "err", err)
	}
	if cameras == nil {
		return nil
	}
	return cameras.add(catalog)
}

// errDemoOpen keeps passwords that everybody knows off the network.
var errDemoOpen = errors.New("--demo: its users have a password that everybody knows, and this configuration opens the hub to other machines: " +
	"set http.listen to 127.0.0.1:8080 and leave http.behind_proxy out, or leave --demo out")

func announce(log *slog.Logger, pages string, rtsp, rtc net.Addr, detour *turn.Server, narrowed []string) {
	log.Info("avhub is running", "pages", pages, "rtsp", "rtsp://"+rtsp.String(), "webrtc", rtc.String(), "version", version)
	if detour != nil {
		log.Info("browsers are told of the hub's own relay", "at", strings.Join(detour.URLs("hub"), " "))
	}
	if len(narrowed) > 0 {
		log.Info("for this machine only, as long as http.tls is off", "keys", strings.Join(narrowed, " "))
	}
}

// inviteToSetUp prints the one-time link that leads to the first administrator.
// It goes to the terminal and not into the log: whoever has it owns the hub.
func inviteToSetUp(ctx context.Context, desk *office.Office, o *output, pages string) error {
	token, err := desk.SetUpToken(ctx)
	if err != nil || token == "" {
		return err
	}
	_, err = fmt.Fprintf(o.err, "\nThe hub has no accounts yet. Open this link, good once, to make the first administrator:\n    %s/setup#%s\n\n", pages, token)
	return err
}
