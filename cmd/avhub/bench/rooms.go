package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// roomLength is how long rooms are measured.
const roomLength = 10 * time.Second

// benchRooms: what a packet costs that is passed on in a room, from its coming on, and how
// long it stays in the hub.
func benchRooms(ctx context.Context) ([]row, error) {
	sender, url, err := startPlainSender(twoMbit)
	if err != nil {
		return nil, err
	}
	plain, err := perPacket(ctx, sender, 100, 10*time.Second, func(int) string { return url })
	sender.stop()
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, r := range []struct {
		what                   string
		rooms, people, senders int
	}{
		{"two people in a room", 1, 2, 2},
		{"a room of 30, of whom 10 are seen and heard", 1, 30, 10},
		{"20 rooms of 6", 20, 6, 6},
	} {
		c, saw, err := hold(ctx, r.rooms, r.people, r.senders)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.what, err)
		}
		least, median := spread(saw.Packets)
		ratio := float64(plain.packet()) / float64(c.packet())
		delays := samples{all: saw.Delays}
		rows = append(rows, row{
			what: r.what + ": pictures, from their writing at the sender to the last packet's arrival", goal: "nobody starved; for two p99 ≤ 5 ms",
			got: delays.String(), reference: fmt.Sprintf("least %d of median %d packets", least, median),
			met: least*20 >= median*17 && (r.people > 2 || delays.at(0.99) <= 5*time.Millisecond),
		})
		if r.people == 2 {
			continue // what the hub does besides would be all that is seen
		}
		rows = append(rows, row{
			what: r.what + ": CPU a forwarded packet, what comes in counted too", goal: "4× less", got: fmt.Sprintf("%s; the hub took %.2f core", c, c.used.total().Seconds()/roomLength.Seconds()),
			reference: fmt.Sprintf("plain pion sender, which takes nothing in: %s; %.1f×", plain, ratio), met: ratio >= 4,
		})
	}
	return rows, nil
}

// hold measures rooms.
func hold(ctx context.Context, rooms, people, senders int) (c cost, saw watched, err error) {
	h, err := startHub()
	if err != nil {
		return c, saw, err
	}
	defer h.stop()
	w := watching{Senders: senders, Settle: 4 * time.Second, Length: roomLength}
	for range rooms {
		m, err := h.meet(ctx, people)
		if err != nil {
			return c, saw, err
		}
		w.Meetings = append(w.Meetings, m)
	}
	return costOf(ctx, h.process, w)
}

// spread is the fewest packets that somebody got, and the median. Who sends gets fewer
// than who looks on, by their own: a tenth, in a room where ten are seen.
func spread(packets []uint64) (least, median uint64) {
	sorted := slices.Sorted(slices.Values(packets))
	return sorted[0], sorted[len(sorted)/2]
}

// attendees hold meetings; the first of each send.
func (m *measure) attendees(ctx context.Context, w watching) (audience, error) {
	ctx, stop := context.WithCancel(ctx)
	a := &attendance{stop: stop}
	come, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, at := range w.Meetings {
		var coming, looking errgroup.Group
		coming.SetLimit(4)
		for i, cookie := range at.Cookies {
			x, err := attend(come, at.Socket, cookie, m.took)
			if err != nil {
				a.leave()
				return nil, err
			}
			a.people = append(a.people, x)
			others, sends := w.Senders, i < w.Senders
			if sends {
				others--
			}
			coming.Go(func() error {
				if err := x.connect(come, sends, others); err != nil {
					return err
				}
				if sends {
					a.sending.Go(func() error { return x.send(ctx) })
				}
				looking.Go(func() error { return x.look(come, others) })
				return nil
			})
		}
		if err := errors.Join(coming.Wait(), looking.Wait()); err != nil {
			a.leave()
			return nil, err
		}
	}
	return a, nil
}

// attendance are people in rooms.
type attendance struct {
	people  []*attendee
	sending errgroup.Group
	stop    context.CancelFunc
}

func (a *attendance) counted() (w watched) {
	for _, x := range a.people {
		w.Packets = append(w.Packets, x.packets.Load())
	}
	return w
}

func (a *attendance) leave() {
	a.stop()
	for _, x := range a.people {
		x.leave()
	}
	_ = a.sending.Wait() // their connections are gone
}
