//go:build linux

package udpout

import (
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"avhub/media/mediatest/ownnet"
)

// A keyframe of 200 kB for 500 viewers is 100 MB, which a port of 1 Gbit/s needs
// 0.8 s for. It does not overflow the port's queue: the socket's own buffer is what
// may wait there, and senders wait for that. The queue has room for 1,000 packets of
// 1,500 bytes, as network cards' have.
func TestKeyframesDoNotOverflowThePort(t *testing.T) {
	ownnet.Run(t, "ip link set lo up mtu 1500; tc qdisc add dev lo root tbf rate 1gbit burst 64kb limit 1500000", fillPort)
}

func fillPort(t *testing.T) {
	const viewers, keyframe, size, senders = 500, 200_000, 1200, 2
	near, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	if err := near.SetWriteBuffer(SendBuffer); err != nil {
		t.Fatal(err)
	}
	s, err := NewSocket(near)
	if err != nil {
		t.Fatal(err)
	}
	// Nobody need listen: what counts is what the port has taken.
	var paths []*Path
	for i := range viewers {
		paths = append(paths, s.Path(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 1, byte(i % 250)}), uint16(20_000+i))))
	}
	var wg sync.WaitGroup
	for half := range senders {
		wg.Go(func() {
			b := Acquire()
			defer b.Release()
			for i := half; i < viewers; i += senders {
				for range keyframe / size {
					b.Commit(append(b.Reserve(paths[i], size), make([]byte, size)...))
				}
			}
		})
	}
	wg.Wait()
	st := s.Stats()
	show, err := exec.Command("tc", "-s", "qdisc", "show", "dev", "lo").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, show)
	}
	if st.Failed > 0 || st.Packets != viewers*(keyframe/size) {
		t.Errorf("%+v", st)
	}
	if !strings.Contains(string(show), "(dropped 0,") {
		t.Errorf("the port has dropped packets: %s", show)
	}
	fmt.Printf("%d packets sent through the port, waited %d times\n%s", st.Packets, st.Waits, show)
}
