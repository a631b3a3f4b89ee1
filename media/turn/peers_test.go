package turn_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"avhub/media/turn"
)

// special are the blocks of IANA's registries of special-purpose addresses (IPv4
// and IPv6, as of 2025), and those of multicast and of forms that are not in use
// any more.
var special = []string{
	"0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
	"::1/128", "::/128", "::/96", "::ffff:0.0.0.0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23",
	"2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28",
	"2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
	"fec0::/10", "ff00::/8",
	"8.8.8.8/32", "2400:3200::1/128", // and two of the public
}

// last is the last address of a block.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := range b {
		if rest := p.Bits() - 8*i; rest <= 0 {
			b[i] = 0xff
		} else if rest < 8 {
			b[i] |= 0xff >> rest
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// forms are the ways to write an IPv4 address as an IPv6 one.
func forms(a netip.Addr) []netip.Addr {
	v4 := a.As4()
	at := func(prefix string, from int, bytes [4]byte) netip.Addr {
		b := netip.MustParseAddr(prefix).As16()
		copy(b[from:], bytes[:])
		return netip.AddrFrom16(b)
	}
	inverted := v4
	binary.BigEndian.PutUint32(inverted[:], ^binary.BigEndian.Uint32(v4[:]))
	return []netip.Addr{
		at("::ffff:0.0.0.0", 12, v4), // mapped
		at("::", 12, v4),             // compatible
		at("::ffff:0:0:0", 12, v4),   // translated
		at("64:ff9b::", 12, v4),      // NAT64
		at("64:ff9b:1::", 12, v4),    // NAT64 of a network of its own
		at("2002::", 2, v4),          // 6to4
		at("2001::", 12, inverted),   // Teredo
		at("fe80::5efe:0:0", 12, v4), // ISATAP
		at("fe80::200:5efe:0:0", 12, v4),
	}
}

// candidates are addresses of all blocks, in all forms.
func candidates() []netip.Addr {
	var all []netip.Addr
	add := func(a netip.Addr) {
		all = append(all, a)
		if a.Is4() {
			all = append(all, forms(a)...)
		}
	}
	for _, text := range special {
		p := netip.MustParsePrefix(text)
		add(p.Masked().Addr())
		if p.Bits() < p.Addr().BitLen() {
			add(p.Masked().Addr().Next())
			add(last(p).Prev())
			add(last(p))
		}
	}
	return all
}

// Whatever address a client names, it gets no leave for it, by an allocation of
// either family and by any request, unless it is exactly the hub's. The hub is
// in a private block here, and has one address on loopback: next to it nothing
// else is open.
func TestNoAddressButTheHubsIsRelayedTo(t *testing.T) {
	t.Parallel()
	four, six := netip.MustParseAddrPort("192.168.3.4:8189"), netip.MustParseAddrPort("[fd00::8]:8189")
	x := newSite(t, turn.Options{
		Limits: turn.Limits{ClientRequests: 1e6},
		Peers: func() []netip.AddrPort {
			return []netip.AddrPort{four, six, netip.MustParseAddrPort("127.0.0.1:8189"), netip.MustParseAddrPort("0.0.0.0:8189"), netip.MustParseAddrPort("[::ffff:10.0.0.1]:8189")}
		},
	})
	user, password, err := x.Credentials("a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	own := map[netip.Addr]bool{four.Addr(): true, six.Addr(): true, netip.MustParseAddr("127.0.0.1"): true}
	refused := 0
	for _, f := range []byte{familyIPv4, familyIPv6} {
		c := x.rawClient(t, user, password)
		if code := c.request(t, stun.MethodAllocate, transport(protoUDP), family(f)); code != 0 {
			t.Fatalf("allocate: %d", code)
		}
		addrs := append(candidates(), forms(four.Addr())...)
		for _, a := range addrs {
			if own[a] {
				continue
			}
			p := peer(netip.AddrPortFrom(a, four.Port()))
			if code := c.request(t, stun.MethodCreatePermission, p); code != stun.CodeForbidden && code != stun.CodePeerAddrFamilyMismatch {
				t.Errorf("leave for %s: answer %d", a, code)
			}
			if code := c.request(t, stun.MethodChannelBind, p, channel(0x4001)); code == 0 {
				t.Errorf("a channel to %s", a)
			}
			c.indicate(t, p, attribute{stun.AttrData, []byte("hello")})
			refused++
		}
		hub := map[byte]netip.AddrPort{familyIPv4: four, familyIPv6: six}[f]
		if code := c.request(t, stun.MethodCreatePermission, peer(hub)); code != 0 {
			t.Errorf("leave for the hub at %s: answer %d", hub, code)
		}
		// Several at once: all or none (RFC 8656 section 9.2).
		if code := c.request(t, stun.MethodCreatePermission, peer(hub), peer(netip.MustParseAddrPort("10.0.0.9:8189"))); code == 0 {
			t.Error("leave for the hub and another")
		}
	}
	if st := x.Stats(); st.BytesUp != 0 || st.Refused.Peer < uint64(refused) {
		t.Errorf("%d addresses: %+v", refused, st)
	}
	t.Logf("%d addresses refused, each by permission, channel and indication", refused)
}

// With leave for the hub's address, its other ports stay shut.
func TestNoPortButTheHubsIsRelayedTo(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	neighbour := newEcho(t)
	user, password, err := x.Credentials("a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c := x.rawClient(t, user, password)
	if code := c.request(t, stun.MethodAllocate, transport(protoUDP)); code != 0 {
		t.Fatalf("allocate: %d", code)
	}
	if code := c.request(t, stun.MethodCreatePermission, peerOf(x.hub.LocalAddr())); code != 0 {
		t.Fatalf("leave for the hub: %d", code)
	}
	mapped := peer(netip.AddrPortFrom(netip.AddrFrom16(x.hub.at().Addr().As16()), x.hub.at().Port()))
	for _, p := range []peer{peerOf(neighbour.LocalAddr()), mapped} {
		before := x.Stats().Refused.Peer
		c.indicate(t, p, attribute{stun.AttrData, []byte("hello")})
		await(t, "a refusal", func() bool { return x.Stats().Refused.Peer == before+1 })
	}
	if n := x.Stats().BytesUp; n != 0 {
		t.Errorf("%d bytes went", n)
	}
	// A channel to such a port is not answered; the next request is.
	m, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodChannelBind, stun.ClassRequest), channel(0x4001), peerOf(neighbour.LocalAddr()),
		stun.NewUsername(user), c.realm, c.nonce, c.key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.conn.WriteTo(m.Raw, nil); err != nil {
		t.Fatal(err)
	}
	if code := c.request(t, stun.MethodChannelBind, channel(0x4002), peerOf(x.hub.LocalAddr())); code != 0 {
		t.Errorf("a channel to the hub: %d", code)
	}
	c.indicate(t, peerOf(x.hub.LocalAddr()), attribute{stun.AttrData, []byte("hello")})
	await(t, "the hub's answer", func() bool { return x.Stats().BytesDown == 5 })
}

// What is not needed to speak to the hub is not there.
func TestOnlyPlainUDPRelays(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	user, password, err := x.Credentials("a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, attributes := range map[string][]stun.Setter{
		"TCP to the peer":  {transport(protoTCP)},
		"a pair of ports":  {transport(protoUDP), attribute{stun.AttrEvenPort, []byte{0x80}}},
		"another protocol": {transport(132)},
		"no time":          {transport(protoUDP), attribute{stun.AttrLifetime, make([]byte, 4)}},
	} {
		c := x.rawClient(t, user, password)
		if code := c.request(t, stun.MethodAllocate, attributes...); code == 0 {
			t.Errorf("%s is relayed", name)
		}
	}
	c := x.rawClient(t, user, password)
	if code := c.request(t, stun.MethodAllocate, transport(protoUDP)); code != 0 {
		t.Fatal(code)
	}
	if code := c.request(t, stun.MethodConnect, peerOf(x.hub.LocalAddr())); code == 0 {
		t.Error("a TCP connection to the hub")
	}
	if n := x.Stats().Allocations; n != 1 {
		t.Errorf("%d relays are open", n)
	}
}
