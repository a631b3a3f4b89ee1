package udpports

import (
	"net"
	"testing"
)

func TestPair(t *testing.T) {
	t.Parallel()
	rtp, rtcp, err := Pair("127.0.0.1:8554")
	if err != nil {
		t.Fatal(err)
	}
	var ports [2]int
	for i, addr := range []string{rtp, rtcp} {
		c, err := net.ListenPacket("udp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ports[i] = c.LocalAddr().(*net.UDPAddr).Port
	}
	if ports[0]%2 != 0 || ports[1] != ports[0]+1 {
		t.Errorf("ports %v", ports)
	}
	if _, _, err := Pair("no address"); err == nil {
		t.Error("an address without port was taken")
	}
}
