package turn_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"avhub/media/turn"
)

func TestASessionHasItsShareOfRelays(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{Limits: turn.Limits{SessionAllocations: 2, Allocations: 4}})
	user, password, err := x.Credentials("greedy", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	allocate := func(user, password string) stun.ErrorCode {
		return x.rawClient(t, user, password).request(t, stun.MethodAllocate, transport(protoUDP))
	}
	for i, want := range []stun.ErrorCode{0, 0, stun.CodeAllocQuotaReached, stun.CodeAllocQuotaReached} {
		if code := allocate(user, password); code != want {
			t.Errorf("relay %d: %d, want %d", i+1, code, want)
		}
	}
	x.allocated(t, "udp", "other").asks(t, x.hub, "others are not in its way")
	third, thirdPassword, _ := x.Credentials("third", time.Hour)
	for i, want := range []stun.ErrorCode{0, stun.CodeAllocQuotaReached} { // four in all
		if code := allocate(third, thirdPassword); code != want {
			t.Errorf("relay %d of a third: %d, want %d", i+1, code, want)
		}
	}
	if st := x.Stats(); st.Allocations != 4 || st.Refused.Quota != 3 {
		t.Errorf("%+v", st)
	}
	x.Revoke("greedy")
	if code := allocate(third, thirdPassword); code != 0 {
		t.Errorf("with room again: %d", code)
	}
}

// flood sends so many packets of 1,000 bytes to the hub.
func (c *client) flood(t *testing.T, hub echo, packets int) {
	t.Helper()
	b := make([]byte, 1000)
	for range packets {
		if _, err := c.relayed.WriteTo(b, hub.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASessionHasItsShareOfBandwidth(t *testing.T) {
	t.Parallel()
	const rate = 100_000
	clock := newClock()
	x := newSite(t, turn.Options{Now: clock.now, Limits: turn.Limits{SessionRate: rate}})
	one, two := x.allocated(t, "tcp", "greedy"), x.allocated(t, "tcp", "greedy") // shares are the session's, not the relay's
	other := x.allocated(t, "tcp", "other")
	for _, c := range []*client{one, two, other} {
		c.asks(t, x.hub, "hello")
	}
	before := x.Stats()
	one.flood(t, x.hub, 150)
	two.flood(t, x.hub, 150)
	await(t, "300 packets, sent or dropped", func() bool {
		st := x.Stats()
		return (st.BytesUp-before.BytesUp)/1000+(st.Refused.Bandwidth-before.Refused.Bandwidth) >= 300
	})
	st := x.Stats()
	if up := st.BytesUp - before.BytesUp; up > rate || up < rate*8/10 {
		t.Errorf("%d bytes went, where %d may", up, rate)
	}
	other.asks(t, x.hub, "others are not in its way")
	clock.add(time.Second)
	one.asks(t, x.hub, "and a second later it has some again")
}

func TestASessionHasItsShareOfBytes(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{Limits: turn.Limits{SessionBytes: 50_000}})
	c, other := x.allocated(t, "tcp", "greedy"), x.allocated(t, "tcp", "other")
	c.asks(t, x.hub, "hello")
	c.flood(t, x.hub, 100)
	await(t, "the end of its relay", func() bool { return x.Stats().Allocations == 1 })
	if st := x.Stats(); st.BytesUp+st.BytesDown > 50_000 {
		t.Errorf("%+v", st)
	}
	user, password, err := x.Credentials("greedy", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if code := x.rawClient(t, user, password).request(t, stun.MethodAllocate, transport(protoUDP)); code != stun.CodeAllocQuotaReached {
		t.Errorf("another relay: %d", code)
	}
	other.asks(t, x.hub, "others are not in its way")
}

// Who shows no credentials gets so many answers a second, whatever comes.
func TestStrangersCostLittle(t *testing.T) {
	t.Parallel()
	clock := newClock() // stands still: there is the burst, and no more
	x := newSite(t, turn.Options{Now: clock.now, Limits: turn.Limits{Requests: 10}})
	c := x.dial(t, "udp")
	member := x.allocated(t, "udp", "member") // takes 2 of the 40
	member.asks(t, x.hub, "hello")
	m := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest), transport(protoUDP))
	await(t, "thousands of messages to be turned away", func() bool {
		for range 500 {
			if _, err := c.WriteTo(m.Raw, x.udpAddr()); err != nil {
				t.Fatal(err)
			}
		}
		return x.Stats().Refused.Limited > 2000
	})
	answers := 0
	buf := make([]byte, 2000)
	for {
		_ = c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		if _, _, err := c.ReadFrom(buf); err != nil {
			break
		}
		answers++
	}
	if answers == 0 || answers > 40 {
		t.Errorf("%d answers", answers)
	}
	member.asks(t, x.hub, "a member of the same address goes on")
}

func TestNonsenseByUDPEndsAtTheDoor(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	c := x.dial(t, "udp")
	indication := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication)).Raw
	all := [][]byte{
		{}, {0}, []byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, 20), make([]byte, 1600),
		{0x40, 1, 0, 4, 1, 2, 3, 4}, // channel data of nobody
		indication,                  // data of nobody
		stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassSuccessResponse)).Raw,
	}
	for _, b := range all {
		if _, err := c.WriteTo(b, x.udpAddr()); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "them to be counted", func() bool { return x.Stats().Refused.Malformed == uint64(len(all)) })
	x.allocated(t, "udp", "a").asks(t, x.hub, "hello")
}

// closedWithin says whether the other side hangs up in time.
func closedWithin(c net.Conn, d time.Duration) bool {
	_ = c.SetReadDeadline(time.Now().Add(d))
	_, err := io.Copy(io.Discard, c)
	var late net.Error
	return err == nil || !errors.As(err, &late) || !late.Timeout()
}

func TestConnectionsThatSayNothingOfUseAreClosed(t *testing.T) {
	t.Parallel()
	const introduce = 2 * time.Second
	x := newSite(t, turn.Options{Limits: turn.Limits{Introduce: introduce}})
	binding := stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw
	var talking sync.WaitGroup
	for name, talk := range map[string]func(net.Conn){
		"silent":                func(net.Conn) {},
		"half a message":        func(c net.Conn) { _, _ = c.Write(binding[:10]) },
		"one byte now and then": func(c net.Conn) { drip(c, binding, 50*time.Millisecond) },
		"requests of no use":    func(c net.Conn) { drip(c, append(binding, binding...), 20*time.Millisecond) },
		"HTTP":                  func(c net.Conn) { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: turn\r\n\r\n") },
		"a message too long":    func(c net.Conn) { _, _ = c.Write([]byte{0, 3, 0xff, 0xf0, 0x21, 0x12, 0xa4, 0x42}) },
	} {
		for _, at := range []net.Addr{x.Addr(), x.TLSAddr()} {
			c, err := net.Dial("tcp", at.String())
			if err != nil {
				t.Fatal(err)
			}
			talking.Go(func() { talk(c) })
			talking.Go(func() {
				defer c.Close()
				if !closedWithin(c, 20*time.Second) {
					t.Errorf("%s at %s: still open", name, at)
				}
			})
		}
	}
	talking.Wait()
	await(t, "no connections", func() bool { return x.Stats().Connections == 0 })
	if x.Stats().Refused.Slow == 0 {
		t.Error("none was counted")
	}
	// One that is of use stays for longer than that.
	c := x.allocated(t, "tls", "a")
	for from := time.Now(); time.Since(from) < introduce+introduce/2; {
		c.asks(t, x.hub, "hello")
	}
	// It is a stranger again once its relay is gone.
	x.Revoke("a")
	await(t, "its connection's end", func() bool { return x.Stats().Connections == 0 })
}

// drip writes byte by byte, with pauses, until the other side hangs up.
func drip(c net.Conn, b []byte, pause time.Duration) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for i := 0; ; i++ {
		<-tick.C
		if _, err := c.Write(b[i%len(b) : i%len(b)+1]); err != nil {
			return
		}
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{Limits: turn.Limits{AddressStrangers: 3, AddressConnections: 5}})
	member := x.allocated(t, "tcp", "a")
	var open []net.Conn
	dial := func() net.Conn {
		c, err := net.Dial("tcp", x.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		return c
	}
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	for range 3 {
		dial()
	}
	await(t, "three strangers", func() bool { return x.Stats().Connections == 4 })
	if c := dial(); !closedWithin(c, 5*time.Second) {
		t.Error("a fourth stranger stays")
	}
	member.asks(t, x.hub, "who is in stays in")
	for _, c := range open {
		_ = c.Close()
	}
	await(t, "their end", func() bool { return x.Stats().Connections == 1 })
	for range 4 {
		x.allocated(t, "tcp", "a")
	}
	if c := dial(); !closedWithin(c, 5*time.Second) {
		t.Error("a sixth connection of an address stays")
	}
	if n := x.Stats().Refused.Connections; n != 2 {
		t.Errorf("%d refused", n)
	}
}

// A client that does not read is let go; until then it holds up nobody but itself.
func TestAClientThatTakesNothingIsLetGo(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{Limits: turn.Limits{Stall: 300 * time.Millisecond, SessionRate: 1 << 30}})
	user, password, err := x.Credentials("deaf", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	deaf := x.rawClient(t, user, password)
	if code := deaf.request(t, stun.MethodAllocate, transport(protoUDP)); code != 0 {
		t.Fatal(code)
	}
	if code := deaf.request(t, stun.MethodChannelBind, channel(0x4001), peerOf(x.hub.LocalAddr())); code != 0 {
		t.Fatal(code)
	}
	other := x.allocated(t, "tcp", "other")
	message := append([]byte{0x40, 1, 1000 >> 8, 1000 & 0xff}, make([]byte, 1000)...)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := deaf.conn.WriteTo(message, nil); err != nil {
				return
			}
		}
	}()
	await(t, "its end", func() bool {
		other.asks(t, x.hub, "others go on")
		return x.Stats().Allocations == 1
	})
	close(stop)
	<-done
	if x.Stats().Refused.Slow == 0 {
		t.Error("it was not counted")
	}
}
