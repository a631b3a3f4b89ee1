package transcode

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

// newTranscoder makes one that waits so long after the last user. Its processes
// are told apart from other tests' by a file that each writes its number to.
func newTranscoder(t *testing.T, linger time.Duration) (*Transcoder, *processes) {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	p := &processes{t: t, file: filepath.Join(t.TempDir(), "pids")}
	return newTranscoderOf(t, linger, fmt.Sprintf("echo $$ >>%s\nexec %s \"$@\"", p.file, ffmpeg)), p
}

// newTranscoderOf makes one whose ffmpeg is a shell script.
func newTranscoderOf(t *testing.T, linger time.Duration, script string) *Transcoder {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	tr := New(Options{FFmpeg: path, Video: true, Linger: linger, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

// processes are those that a transcoder has started.
type processes struct {
	t    *testing.T
	file string
}

// started are the numbers of all, in the order of their start.
func (p *processes) started() []int {
	p.t.Helper()
	text, err := os.ReadFile(p.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	var pids []int
	for _, word := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			p.t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// running counts those that have not ended; a process that has ended and is
// not waited for counts too.
func (p *processes) running() int {
	p.t.Helper()
	n := 0
	for _, pid := range p.started() {
		if syscall.Kill(pid, 0) == nil {
			n++
		}
	}
	return n
}

// signal sends the newest a signal.
func (p *processes) signal(s syscall.Signal) {
	p.t.Helper()
	all := p.started()
	if len(all) == 0 {
		p.t.Fatal("no process was started")
	}
	if err := syscall.Kill(all[len(all)-1], s); err != nil {
		p.t.Fatal(err)
	}
}

// eventually waits for a condition with a limit.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited 30 s in vain for: %s", what)
		case <-tick.C:
		}
	}
}

// offGrid is how long after the stream the clip begins: no camera begins at a
// whole picture of the hub's timeline.
const offGrid = 13 * time.Millisecond

// playing is a stream that a demo clip plays into, at its pace.
func playing(t *testing.T, room string) *media.Stream {
	t.Helper()
	channel, err := camera.DemoChannel(room)
	if err != nil {
		t.Fatal(err)
	}
	return playingClip(t, room, channel.Main)
}

func playingClip(t *testing.T, name string, clip *camera.Clip) *media.Stream {
	t.Helper()
	config, err := clip.Audio.Format.(*format.MPEG4Audio).Config.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s := media.NewStream(name)
	feed, err := s.Open([]media.Track{
		{Kind: clip.Video.Kind, ClockRate: 90000, Params: paramsOf(clip.Video.Format)},
		{Kind: packet.AAC, ClockRate: clip.Audio.Rate, SampleRate: clip.Audio.Rate, Channels: 1, Config: config},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	began := time.Now().Add(offGrid)
	play := func(index int, track *camera.Track) {
		for _, sample := range track.Samples {
			select {
			case <-time.After(time.Until(began.Add(sample.At))):
			case <-ctx.Done():
				return
			}
			payloads, err := packet.Pack(track.Kind, sample.Data, 1180)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range payloads.Len() {
				err := feed.Packet(index, media.Packet{
					Payload: payloads.At(i), RTP: uint32(sample.PTS.Seconds() * float64(track.Rate)),
					Marker: i == payloads.Len()-1, Arrived: time.Now(),
				})
				if err != nil {
					if !errors.Is(err, media.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		}
	}
	go func() {
		defer close(ended)
		sound := make(chan struct{})
		go func() { defer close(sound); play(1, clip.Audio) }()
		play(0, clip.Video)
		<-sound
	}()
	t.Cleanup(func() { stop(); <-ended; feed.Close(); s.Close() })
	return s
}

func paramsOf(f format.Format) packet.ParamSets {
	if f, ok := f.(*format.H265); ok {
		return packet.ParamSets{VPS: f.VPS, SPS: f.SPS, PPS: f.PPS}
	}
	h264 := f.(*format.H264)
	return packet.ParamSets{SPS: h264.SPS, PPS: h264.PPS}
}

// take reads the next count units of a track.
func take(t *testing.T, s *media.Stream, track, count int) []*media.Unit {
	t.Helper()
	return read(t, s, media.ReaderOptions{Tracks: []int{track}}, count)
}

// read reads count units as a reader with these options.
func read(t *testing.T, s *media.Stream, o media.ReaderOptions, count int) []*media.Unit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	r := s.Subscribe(o)
	defer r.Close()
	var units []*media.Unit
	for len(units) < count {
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("%d of %d units came: %v", len(units), count, err)
		}
		units = append(units, u)
	}
	return units
}
