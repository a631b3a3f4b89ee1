package rtsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtp"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/udpports"
)

// TalkFrame is the octets of 20 ms of G.711: what a Talk takes at once.
const TalkFrame = 160

const (
	// talkQueue is how many frames may wait to be sent: what is older than that is of
	// no use in a conversation.
	talkQueue = 16
	// talkStall is how long a device may take nothing, and not answer on its
	// connection, before it is taken for gone.
	talkStall = 5 * time.Second
	// talkPause is how long nothing is said before the next frame begins anew.
	talkPause = 200 * time.Millisecond
	// hangUpLimit is how long a device is waited for that does not take the farewell.
	hangUpLimit = 300 * time.Millisecond
)

// ErrNoLoudspeaker is in errors about devices that have no way to a loudspeaker: let
// them be heard by another.
var ErrNoLoudspeaker = errors.New("no loudspeaker")

// ErrHungUp is a talk's end by Close.
var ErrHungUp = errors.New("rtsp: the talk was hung up")

// TalkOptions say whom to talk to. Only URL is needed, with user name and password.
type TalkOptions struct {
	URL         string
	Transport   Transport     // default Auto: TCP, and UDP where the device refuses it
	Timeout     time.Duration // from dialling to the answer to PLAY; default 10 s
	InsecureTLS bool          // rtsps: accept any certificate
	Log         *slog.Logger  // default: none
}

// Talk is sound on its way to a device's loudspeaker, by the back channel of ONVIF
// (Streaming Specification, 5.3).
//
//	talk, err := rtsp.OpenTalk(ctx, rtsp.TalkOptions{URL: "rtsp://user:password@10.0.0.5/main"})
//	for frame := range frames { // 20 ms each, in talk.Kind()
//		err = talk.Write(frame)
//	}
//	talk.Close()
type Talk struct {
	host   string
	kind   packet.Kind
	way    Transport
	pt     uint8
	log    *slog.Logger
	client *gortsplib.Client
	media  *description.Media

	hangUp   context.CancelFunc
	done     chan struct{}
	released func() // called once at the end

	mu      sync.Mutex
	conn    *tidyConn
	err     error // why it has ended
	seq     uint16
	stamp   uint32
	last    time.Time
	dropped uint64
}

// OpenTalk opens the way to the loudspeaker and keeps it until Close, the end of ctx, or
// until the device goes away. An error is an *Error, or ctx's.
func OpenTalk(ctx context.Context, o TalkOptions) (*Talk, error) {
	return openTalk(ctx, o, func() {})
}

func openTalk(ctx context.Context, o TalkOptions, released func()) (t *Talk, err error) {
	pull := PullOptions{Transport: o.Transport, Timeout: o.Timeout, Log: o.Log}
	pull.setDefaults()
	o.Timeout, o.Log = pull.Timeout, pull.Log
	target, err := parseTarget(o.URL)
	if err != nil {
		return nil, newError(media.CauseUnsupported, "%v", err)
	}
	if o.Transport == Multicast {
		return nil, newError(media.CauseUnsupported, "nobody talks by multicast: set the transport to auto, tcp or udp")
	}
	var first error
	for _, transport := range order(pull, target.secure) {
		t, err := dialTalk(ctx, target, transport, o)
		if err == nil {
			t.released = released
			t.live(ctx)
			return t, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !worthOther(err) {
			break
		}
	}
	return nil, first
}

// dialTalk opens a talk over one transport.
func dialTalk(ctx context.Context, target *target, transport Transport, o TalkOptions) (*Talk, error) {
	t := &Talk{
		host: target.host, way: transport, log: o.Log, done: make(chan struct{}),
		seq: uint16(rand.Uint32()), stamp: rand.Uint32(),
	}
	way := gortsplib.TransportTCP
	if transport == UDP {
		way = gortsplib.TransportUDP
	}
	dialer := &net.Dialer{
		Control:         giveUpAfter(talkStall),
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: talkStall / 2, Interval: time.Second, Count: 3},
	}
	t.client = &gortsplib.Client{
		Scheme: "rtsp", Host: target.host, UserAgent: "avhub",
		ReadTimeout: o.Timeout, WriteTimeout: talkStall, WriteQueueSize: talkQueue,
		Transport: &way, RequestBackChannels: true,
		ListenPacket: udpports.Listen,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := target.dial(ctx, dialer, o.Timeout*9/10, o.InsecureTLS)
			if err != nil {
				return nil, err
			}
			c.talk = true
			t.mu.Lock()
			t.conn = c
			t.mu.Unlock()
			return c, nil
		},
		OnRequest: func(req *base.Request) {
			if c := t.tidy(); c != nil {
				c.note(req)
			}
		},
		OnTransportSwitch: func(error) {}, OnPacketsLost: func(uint64) {}, OnDecodeError: func(error) {},
	}
	if err := t.client.Start2(); err != nil {
		return nil, explain(err, target.host)
	}
	if err := t.openInTime(ctx, target, o.Timeout); err != nil {
		t.client.Close()
		return nil, err
	}
	return t, nil
}

// openInTime does the handshake, and gives up at once when ctx is done.
func (t *Talk) openInTime(ctx context.Context, target *target, limit time.Duration) error {
	opening, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer media.Contain(t.log, "talk", func(fault error) { done <- newError(media.CauseInternal, "%v", fault) })
		done <- t.open(target)
	}()
	select {
	case err := <-done:
		return err
	case <-opening.Done():
		t.client.Close() // ends what is under way
		<-done
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return explain(context.DeadlineExceeded, t.host)
	}
}

func (t *Talk) open(target *target) error {
	desc, _, err := t.client.Describe(target.url)
	var o *offer
	var redirect string
	if c := t.tidy(); c != nil {
		o, redirect = c.described()
	}
	switch {
	case redirect != "":
		return newError(media.CauseProtocol, "%s sends on to another address: enter the final address of the device", t.host)
	case o != nil && o.refused != "":
		return newError(media.CauseUnsupported, "the loudspeaker of %s takes only %s: set its audio output to G.711 at 8 kHz", t.host, o.refused)
	case o != nil && len(o.tracks) == 0:
		return t.without("its description offers none")
	case isStatus(err, base.StatusOptionNotSupported):
		return t.without("it answers 551")
	case err != nil:
		return explain(err, t.host)
	case len(desc.Medias) != 1:
		return newError(media.CauseInternal, "the description of %s was lost on the way: report it", t.host)
	}
	t.media, t.kind, t.pt = desc.Medias[0], o.tracks[0].track.Kind, o.tracks[0].payloadType
	if _, err := t.client.Setup(desc.BaseURL, t.media, 0, 0); err != nil {
		return t.explainSetup(err)
	}
	if _, err := t.client.Play(nil); err != nil {
		return t.explainSetup(err)
	}
	t.log.Info("rtsp: talk open", "host", t.host, "transport", t.way, "codec", t.kind)
	return nil
}

// without is the error about a device that has no loudspeaker.
func (t *Talk) without(how string) error {
	return noLoudspeaker{newError(media.CauseNoMedia,
		"%s has no loudspeaker that can be reached (%s): switch on its audio output and ONVIF's back channel, or set a browser in kiosk mode beside it", t.host, how)}
}

// noLoudspeaker is an *Error that is also ErrNoLoudspeaker.
type noLoudspeaker struct{ why *Error }

func (e noLoudspeaker) Error() string        { return e.why.Error() }
func (e noLoudspeaker) Is(target error) bool { return target == ErrNoLoudspeaker }
func (e noLoudspeaker) Unwrap() error        { return e.why }

// explainSetup names what a refusal means where the device offered its loudspeaker.
func (t *Talk) explainSetup(err error) error {
	switch {
	case isStatus(err, base.StatusNotEnoughBandwidth, base.StatusServiceUnavailable):
		return newError(media.CauseUnsupported, "the loudspeaker of %s is in use by somebody outside the hub: end that connection, or wait until it ends", t.host)
	case is[liberrors.ErrClientServerPortsNotProvided](err):
		return newError(media.CauseUnsupported, "%s does not say which UDP port its loudspeaker listens on: set the transport to tcp", t.host)
	case isStatus(err, base.StatusOptionNotSupported):
		return t.without("it answers 551 to SETUP")
	}
	return explain(err, t.host)
}

func isStatus(err error, codes ...base.StatusCode) bool {
	var bad liberrors.ErrClientBadStatusCode
	if !errors.As(err, &bad) {
		return false
	}
	for _, c := range codes {
		if bad.Code == c {
			return true
		}
	}
	return false
}

func (t *Talk) tidy() *tidyConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.conn
}

// live watches over the talk until it ends.
func (t *Talk) live(ctx context.Context) {
	ctx, t.hangUp = context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- t.client.Wait() }()
	go func() {
		defer close(t.done)
		defer t.released()
		defer t.hangUp()
		var why error
		select {
		case err := <-ended:
			why = explain(err, t.host)
		case <-ctx.Done():
			why = ErrHungUp
		}
		t.mu.Lock()
		t.err = why
		conn := t.conn
		t.mu.Unlock()
		// The farewell must not hang on a device that takes nothing.
		cut := time.AfterFunc(hangUpLimit, func() { conn.Close() })
		t.client.Close()
		cut.Stop()
		t.log.Info("rtsp: talk ended", "host", t.host, "why", why)
	}()
}

// Kind is the law of G.711 that the device takes: packet.PCMA or packet.PCMU.
func (t *Talk) Kind() packet.Kind { return t.kind }

// Transport is how the sound goes: TCP or UDP.
func (t *Talk) Transport() Transport { return t.way }

// errFrame refuses what is no frame.
var errFrame = fmt.Errorf("rtsp: a frame to say must be 1 to %d octets of G.711, best %d", 5*TalkFrame, TalkFrame)

// Write sends 20 ms of sound in the talk's Kind. It never waits: what a slow device does
// not take is dropped and counted. It fails once the talk has ended, with the reason.
func (t *Talk) Write(frame []byte) error {
	if len(frame) == 0 || len(frame) > 5*TalkFrame {
		return errFrame
	}
	t.mu.Lock()
	if t.err != nil {
		defer t.mu.Unlock()
		return t.err
	}
	now := time.Now()
	first := t.last.IsZero()
	if pause := now.Sub(t.last); !first && pause > talkPause {
		t.stamp += uint32(pause.Seconds() * 8000)
		first = true
	}
	t.last = now
	p := &rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: first, PayloadType: t.pt, SequenceNumber: t.seq, Timestamp: t.stamp},
		Payload: frame,
	}
	t.seq++
	t.stamp += uint32(len(frame))
	t.mu.Unlock()
	err := t.client.WritePacketRTPWithNTP(t.media, p, now)
	if is[liberrors.ErrClientWriteQueueFull](err) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.dropped++
		return nil
	}
	if err != nil {
		<-t.done // the reason is there in a moment
		return t.Err()
	}
	return nil
}

// Dropped is how many frames the device was too slow for.
func (t *Talk) Dropped() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dropped
}

// Done is closed when the talk has ended and the device is free again.
func (t *Talk) Done() <-chan struct{} { return t.done }

// Err is why it has ended: ErrHungUp, or an *Error about the device; nil before.
func (t *Talk) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Close hangs up and waits until the device is free. It may be called twice.
func (t *Talk) Close() {
	t.hangUp()
	<-t.done
}
