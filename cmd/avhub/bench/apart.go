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
)

// Viewers are other machines. So those of a measurement are a process of their
// own, of a lower priority than the hub and its cameras: what they decrypt does
// not take the processor from the hub in the midst of a picture. The kernel
// notes when a packet came, so that their own lateness does not count.

// watchersCommand runs this program as such viewers.
const watchersCommand = "watchers"

// watching says who watches what; it goes to the process by its input.
type watching struct {
	URLs   []string // one for each viewer
	Sound  bool
	Settle time.Duration // from the last one's keyframe until it is measured
	Length time.Duration
}

// watched is what the viewers saw in that time.
type watched struct {
	Delays  []time.Duration // from the writing of a picture to its last packet's arrival
	Packets []uint64        // of each viewer
	Missing uint64
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
	p := &watchers{cmd: exec.CommandContext(ctx, "nice", "-n", "10", self, watchersCommand), said: &bytes.Buffer{}}
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
	var measuring atomic.Bool
	delays := &samples{}
	everybody, err := gather(ctx, len(w.URLs), func(i int) (whepclient.Options, error) {
		wire, err := newWire()
		return whepclient.Options{URL: w.URLs[i], Conn: wire, Sound: w.Sound, OnPacket: func(_ pion.RTPCodecType, p *rtp.Packet) {
			if !p.Marker {
				return
			}
			came, noted := wire.take(p.Timestamp) // measured or not: nothing may pile up
			if sent, ok := sentAt(p); ok && noted && measuring.Load() {
				delays.add(came.Sub(sent))
			}
		}}, err
	})
	if err != nil {
		return err
	}
	defer everybody.leave()
	if err := pause(ctx, w.Settle); err != nil {
		return err
	}
	saw := watched{}
	for _, v := range everybody {
		saw.Packets = append(saw.Packets, v.Packets())
	}
	measuring.Store(true)
	fmt.Fprintln(out, "measuring")
	if err := pause(ctx, w.Length); err != nil {
		return err
	}
	measuring.Store(false)
	for i, v := range everybody {
		saw.Packets[i] = v.Packets() - saw.Packets[i]
		saw.Missing += v.Missing()
	}
	delays.mu.Lock()
	saw.Delays = delays.all
	delays.mu.Unlock()
	return json.NewEncoder(out).Encode(saw)
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
