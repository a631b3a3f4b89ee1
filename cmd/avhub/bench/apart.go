package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/cmd/avhub/whepclient"
	"avhub/cmd/avhub/whepclient/lean"
)

// Viewers are other machines. So those of a measurement are a process of their own,
// of the same priority as the hub. The kernel notes when a packet came, so that their
// own lateness does not count.

// watchersCommand runs this program as such viewers.
const watchersCommand = "watchers"

// watching says who watches what; it goes to the process by its input.
type watching struct {
	URLs   []string      // one for each viewer
	Lean   bool          // viewers that count and do not play, see package lean
	Sound  bool          // only of those that are not lean
	Within time.Duration // lean viewers come evenly spread over this time; 0: a few at a time
	Raging bool          // lean viewers that misbehave once they have joined, see lean.Viewer.Rage
	Settle time.Duration // from the last one's keyframe until it is measured
	Length time.Duration
	// Meetings: attendees of rooms instead, of each so many that send.
	Meetings []meeting
	Senders  int
}

// same is so many viewers of one stream.
func same(url string, viewers int) (urls []string) {
	for range viewers {
		urls = append(urls, url)
	}
	return urls
}

// watched is what the viewers saw in that time.
type watched struct {
	Delays  []time.Duration // from the writing of a picture to its last packet's arrival
	Packets []uint64        // of each viewer
	Missing uint64          // packets that did not come at first
	Joined  []time.Duration // from a lean viewer's offer to its first whole keyframe
}

func (w *watched) packets() (n uint64) {
	for _, p := range w.Packets {
		n += p
	}
	return n
}

// watchers are viewers that have joined.
type watchers struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	said  *bytes.Buffer
}

// startWatchers lets viewers join, and returns when what they see is measured.
func startWatchers(ctx context.Context, w watching) (*watchers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	order, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	p := &watchers{cmd: exec.CommandContext(ctx, self, watchersCommand), said: &bytes.Buffer{}}
	p.cmd.Stdin, p.cmd.Stderr = bytes.NewReader(order), p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(out)
	p.lines.Buffer(nil, 64<<20)
	if !p.lines.Scan() || p.lines.Text() != "measuring" {
		return nil, p.failed()
	}
	return p, nil
}

// failed ends the process and tells what it said.
func (p *watchers) failed() error {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
	return fmt.Errorf("the viewers have ended: %s", strings.TrimSpace(p.said.String()))
}

// end waits for what they saw.
func (p *watchers) end() (w watched, err error) {
	if !p.lines.Scan() {
		return w, p.failed()
	}
	err = json.Unmarshal(p.lines.Bytes(), &w)
	return w, errors.Join(err, p.cmd.Wait())
}

// runWatchers is that process.
func runWatchers(ctx context.Context, in io.Reader, out io.Writer) error {
	var w watching
	if err := json.NewDecoder(in).Decode(&w); err != nil {
		return err
	}
	m := &measure{}
	join := m.peers
	switch {
	case len(w.Meetings) > 0:
		join = m.attendees
	case w.Lean:
		join = m.lean
	}
	everybody, err := join(ctx, w)
	if err != nil {
		return err
	}
	defer everybody.leave()
	if c, ok := everybody.(*leanCrowd); ok && w.Raging {
		defer c.rage()()
	}
	if err := pause(ctx, w.Settle); err != nil {
		return err
	}
	before := everybody.counted()
	m.on.Store(true)
	fmt.Fprintln(out, "measuring")
	if err := pause(ctx, w.Length); err != nil {
		return err
	}
	m.on.Store(false)
	saw := everybody.counted()
	for i, n := range before.Packets {
		saw.Packets[i] -= n
	}
	saw.Missing -= before.Missing
	m.delays.mu.Lock()
	saw.Delays = m.delays.all
	m.delays.mu.Unlock()
	return json.NewEncoder(out).Encode(saw)
}

// audience are viewers of either kind.
type audience interface {
	counted() watched // packets from the beginning on
	leave()
}

// measure takes pictures' delays while it is on.
type measure struct {
	on     atomic.Bool
	delays samples
}

func (m *measure) took(sent, came time.Time) {
	if m.on.Load() {
		m.delays.add(came.Sub(sent))
	}
}

func (m *measure) peers(ctx context.Context, w watching) (audience, error) {
	return gather(ctx, len(w.URLs), func(i int) (whepclient.Options, error) {
		wire, err := newWire()
		return whepclient.Options{URL: w.URLs[i], Conn: wire, Sound: w.Sound, OnPacket: func(_ pion.RTPCodecType, p *rtp.Packet) {
			if !p.Marker {
				return
			}
			came, noted := wire.take(p.Timestamp) // measured or not: nothing may pile up
			if sent, ok := sentAt(p); ok && noted {
				m.took(sent, came)
			}
		}}, err
	})
}

func (m *measure) lean(ctx context.Context, w watching) (audience, error) {
	return gatherLean(ctx, w.Within, len(w.URLs), func(i int) *lean.Options {
		return &lean.Options{URL: w.URLs[i], OnPicture: func(payload []byte, came time.Time) {
			if sent, ok := writtenAt(payload); ok {
				m.took(sent, came)
			}
		}}
	})
}

// runAs runs a part that this program starts itself for, and tells whether it did.
func runAs(ctx context.Context, args []string) bool {
	var err error
	switch {
	case len(args) == 4 && args[0] == plainSenderCommand:
		var r reel
		if r, err = readReel(args[2], args[3]); err == nil {
			err = plainSender(ctx, args[1], r)
		}
	case len(args) == 1 && args[0] == watchersCommand:
		err = runWatchers(ctx, os.Stdin, os.Stdout)
	default:
		return false
	}
	if err != nil {
		log.Fatal(err)
	}
	return true
}
