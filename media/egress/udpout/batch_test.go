//go:build linux

package udpout

import (
	"bytes"
	"net/netip"
	"testing"
)

// put writes a packet of n bytes whose first byte tells it.
func put(b *Batch, p *Path, mark byte, n int) []byte {
	packet := append(b.Reserve(p, n), bytes.Repeat([]byte{mark}, n)...)
	b.Commit(packet)
	return bytes.Clone(packet)
}

func TestPacketsOfOnePathBecomeOneMessage(t *testing.T) {
	t.Parallel()
	x, _, far, path := ends(t, "udp4")
	other := x.s.Path(netip.MustParseAddrPort("127.0.0.1:9"))
	b := Acquire()
	var want []Message
	for i, n := range []int{1200, 1200, 1200, 700, 1200, 1200, 300, 900, 1000, 50} { // ends after 700, after 300; 1000 is too large
		want = append(want, Message{Packets: put(b, path, byte(i), n)})
	}
	if b.count != 4 {
		t.Errorf("%d messages", b.count)
	}
	put(b, other, 1, 10)
	want = append(want, Message{Packets: put(b, path, 99, 10)})
	if b.count != 6 {
		t.Errorf("%d messages", b.count)
	}
	b.Release()
	arrive(t, far, want...)
}

func TestABatchSendsItselfWhenItIsFull(t *testing.T) {
	t.Parallel()
	x, _, far, path := ends(t, "udp4")
	other := x.s.Path(netip.MustParseAddrPort("127.0.0.1:9"))
	b := Acquire()
	var want []Message
	for i := range 700 { // 840 kB, over three times what it holds
		want = append(want, Message{Packets: put(b, path, byte(i), 1200)})
	}
	for i := range 100 { // and over three times as many messages
		put(b, other, 1, 10)
		want = append(want, Message{Packets: put(b, path, byte(i), 20)})
	}
	b.Release()
	arrive(t, far, want...)
}
