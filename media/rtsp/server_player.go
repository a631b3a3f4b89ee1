package rtsp

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"avhub/media"
	"avhub/media/packet"
)

// Times of a player.
const (
	reportEvery = 5 * time.Second
	queueWait   = 5 * time.Millisecond
)

// player sends a stream to one session.
type player struct {
	session *gortsplib.ServerSession
	outlet  *outlet
	stuck   time.Duration // it is closed if it takes nothing for so long
	log     *slog.Logger
	ctx     context.Context
	stop    context.CancelFunc
	// Closed when PLAY is answered: the library takes packets from then on.
	answered chan struct{}
	reports  []time.Time // when each track's sender report is due
	sent     []counts
}

type counts struct{ packets, octets uint32 }

func newPlayer(session *gortsplib.ServerSession, o *outlet, stuck time.Duration, log *slog.Logger) *player {
	p := &player{session: session, outlet: o, stuck: stuck, log: log, answered: make(chan struct{}), reports: make([]time.Time, media.MaxTracks), sent: make([]counts, media.MaxTracks)}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// run sends until the session or the stream ends. A stream that changes its
// tracks closes the session: the player connects again and is told the new ones.
func (p *player) run() {
	defer p.stop()
	defer media.Contain(p.log, "player", func(error) { p.session.Close() })
	select {
	case <-p.answered:
	case <-p.ctx.Done():
		return
	}
	reader := p.outlet.stream.Subscribe(media.ReaderOptions{FromKeyframe: true})
	defer reader.Close()
	wanted := map[int]bool{}
	for _, m := range p.session.SetuppedMedias() {
		for i, own := range p.outlet.medias {
			if own == m {
				wanted[i] = true
			}
		}
	}
	for {
		u, _, err := reader.Next(p.ctx)
		if err == nil && wanted[u.Track] {
			err = p.send(u)
		}
		if err != nil {
			if p.ctx.Err() == nil {
				p.log.Debug("rtsp: player closed", "stream", p.outlet.stream.Name(), "err", err)
				p.session.Close()
			}
			return
		}
	}
}

// send writes a unit's packets, waiting for room in the session's queue.
func (p *player) send(u *media.Unit) error {
	m := p.outlet.medias[u.Track]
	kind := p.outlet.kind(u.Track)
	for i := range u.Packets.Len() {
		pkt := &rtp.Packet{
			Header: rtp.Header{
				Version: 2, PayloadType: m.Formats[0].PayloadType(),
				Marker:         i == u.Packets.Len()-1 && (kind.Video() || kind == packet.AAC),
				SequenceNumber: u.Seq + uint16(i), Timestamp: u.Stamp,
			},
			Payload: u.Packets.At(i),
		}
		if err := p.queued(func() error { return p.session.WritePacketRTP(m, pkt) }); err != nil {
			return err
		}
		if now := u.Arrived; i == 0 && !now.Before(p.reports[u.Track]) {
			p.reports[u.Track] = now.Add(reportEvery)
			if err := p.report(u, pkt.SSRC); err != nil {
				return err
			}
		}
	}
	c := &p.sent[u.Track]
	c.packets += uint32(u.Packets.Len())
	c.octets += uint32(u.Size())
	return nil
}

// report sends a sender report with the unit's capture time, so that players
// line sound and picture up as they were at the source.
func (p *player) report(u *media.Unit, ssrc uint32) error {
	c := p.sent[u.Track]
	report := &rtcp.SenderReport{SSRC: ssrc, NTPTime: toNTP(u.UTC), RTPTime: u.Stamp, PacketCount: c.packets, OctetCount: c.octets}
	return p.queued(func() error { return p.session.WritePacketRTCP(p.outlet.medias[u.Track], report) })
}

// queued tries until the session's queue takes the packet: what lags is this
// player alone.
func (p *player) queued(write func() error) error {
	var full liberrors.ErrServerWriteQueueFull
	for began := time.Now(); ; {
		err := write()
		if err == nil || !errors.As(err, &full) {
			return err
		}
		if time.Since(began) > p.stuck {
			return errors.New("the player takes no packets")
		}
		select {
		case <-time.After(queueWait):
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
}

func (o *outlet) kind(track int) packet.Kind { return o.kinds[track] }

// toNTP is t as a 64-bit NTP time stamp (RFC 5905 section 6).
func toNTP(t time.Time) uint64 {
	const from1900 = 2208988800
	return uint64(t.Unix()+from1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
