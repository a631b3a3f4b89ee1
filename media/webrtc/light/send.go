package light

import (
	"encoding/binary"

	"avhub/media/egress"
	"avhub/media/egress/prefetch"
	"avhub/media/egress/udpout"
)

// Send seals packets into the batch (egress.Transport).
func (a *Agent) Send(b *udpout.Batch, r *egress.Run) (refused int) {
	k, way := a.keys.Load(), a.active.Load()
	if k == nil || way == nil || a.ctx.Err() != nil {
		return r.Count()
	}
	if way.tcp != nil {
		return a.sendTCP(k, way.tcp, r)
	}
	roll := k.roll(r.SSRC)
	around := r.HeaderSize() + k.sealer.Overhead()
	if r.Again {
		around += originalSize
	}
	for i := r.From; i < r.To; i++ {
		size := around + len(r.Payloads.At(i)) // to the byte: packets of one size leave as one message
		if size > udpout.MaxPacket {
			refused++
			continue
		}
		b.Commit(k.seal(b.Reserve(way.path, size), r, i, roll))
	}
	return refused
}

// Hot says what Send needs of memory (see egress.Transport).
func (a *Agent) Hot(s *prefetch.Set) {
	prefetch.Add(s, a)
	if k := a.keys.Load(); k != nil {
		prefetch.Add(s, k)
		k.sealer.Hot(s)
	}
	if way := a.active.Load(); way != nil {
		prefetch.Add(s, way)
		prefetch.Add(s, way.path)
	}
}

// originalSize is what a retransmission has in front of its payload (RFC 4588
// section 4).
const originalSize = 2

// seal writes the sealed packet i to the empty slice b, which has room.
func (k *keys) seal(b []byte, r *egress.Run, i int, roll *rolling) []byte {
	b = r.AppendHeader(b, i)
	header, payload := len(b), r.Payloads.At(i)
	if r.Again {
		whole := binary.BigEndian.AppendUint16(b, r.Original)
		payload = append(whole, payload...)[header:]
	}
	return k.sealer.Seal(b, header, payload, roll.Counter(r.Seq+uint16(i-r.From)))
}

// roll finds the counter of an SSRC.
func (k *keys) roll(ssrc uint32) *rolling {
	for i := range k.rolls {
		if k.rolls[i].ssrc == ssrc {
			return &k.rolls[i]
		}
	}
	if k.rolls == nil {
		k.rolls = k.seats[:0]
	}
	k.rolls = append(k.rolls, rolling{ssrc: ssrc})
	return &k.rolls[len(k.rolls)-1]
}

// sendTCP seals packets into the connection's queue.
func (a *Agent) sendTCP(k *keys, to *tcpConn, r *egress.Run) (refused int) {
	roll := k.roll(r.SSRC)
	if k.room == nil {
		k.room = make([]byte, 0, udpout.MaxPacket)
	}
	for i := r.From; i < r.To; i++ {
		if r.HeaderSize()+len(r.Payloads.At(i))+originalSize+k.sealer.Overhead() > cap(k.room) {
			refused++
			continue
		}
		if to.write(k.seal(k.room, r, i, roll)) != nil {
			refused++
		}
	}
	return refused
}

// Report seals a compound packet of RTCP into the batch (egress.Transport).
func (a *Agent) Report(b *udpout.Batch, compound []byte) error {
	k, way := a.keys.Load(), a.active.Load()
	if k == nil || way == nil || a.ctx.Err() != nil {
		return ErrClosed
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.note = append(k.note[:0], compound...)
	sealed, err := k.out.Seal(k.note)
	switch {
	case err != nil:
		return err
	case way.tcp != nil || len(sealed) > udpout.MaxPacket:
		return way.write(sealed)
	}
	k.note = sealed
	b.Commit(append(b.Reserve(way.path, len(sealed)), sealed...))
	return nil
}
