package turn_test

import (
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"avhub/media/turn"
)

func TestWordsReachTheHubAndComeBack(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	for _, way := range ways {
		x.allocated(t, way, "court-"+way).asks(t, x.hub, "hello by "+way)
	}
	st := x.Stats()
	if st.Allocations != 3 || st.Opened != 3 || st.Connections != 2 || st.BytesUp == 0 || st.BytesUp > 10*st.BytesDown || st.Refused != (turn.Refused{}) {
		t.Errorf("%+v", st)
	}
}

func TestARelayIsNotReachedByOthersThanTheHub(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	c := x.allocated(t, "udp", "a")
	c.asks(t, x.hub, "hello") // there is leave for the hub's address now
	stranger := newEcho(t)    // of the same address, by another port
	if _, err := stranger.WriteTo([]byte("let me in"), c.relayed.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	await(t, "the stranger's packet", func() bool { return x.Stats().Refused.Peer == 1 })
	c.asks(t, x.hub, "still only the hub")
}

// A hub whose address changes, as with DHCP, is followed.
func TestTheHubMayMove(t *testing.T) {
	t.Parallel()
	first, second := newEcho(t), newEcho(t)
	clock := newClock()
	at := make(chan netip.AddrPort, 1)
	at <- first.at()
	x := newSite(t, turn.Options{Now: clock.now, Peers: func() []netip.AddrPort {
		now := <-at
		at <- now
		return []netip.AddrPort{now}
	}})
	c := x.allocated(t, "udp", "a")
	c.asks(t, first, "here")
	<-at
	at <- second.at()
	clock.add(2 * time.Second)
	c.asks(t, second, "and here")
	before := x.Stats().Refused.Peer
	if _, err := c.relayed.WriteTo([]byte("no more"), first.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	await(t, "a refusal", func() bool { return x.Stats().Refused.Peer > before })
}

func TestCloseEndsWhatGoesOnAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	for _, way := range ways {
		x.allocated(t, way, way)
	}
	idle, err := net.Dial("tcp", x.TLSAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	await(t, "the connections", func() bool { return x.Stats().Connections == 3 })
	from := time.Now()
	for range 3 {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
	if d := time.Since(from); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	if st := x.Stats(); st.Allocations != 0 || st.Connections != 0 {
		t.Errorf("left over: %+v", st)
	}
	if _, _, err := x.Credentials("a", time.Hour); err == nil {
		t.Error("there are credentials for a relay that is closed")
	}
}

func TestPortsThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	at := taken.Addr().String()
	for want, o := range map[string]turn.Options{
		"webrtc.turn.listen":     {Listen: at},
		"webrtc.turn.tls_listen": {Listen: "127.0.0.1:0", TLSListen: "127.0.0.1:0"}, // without a certificate
	} {
		o.Log, o.Peers = slog.New(slog.DiscardHandler), func() []netip.AddrPort { return nil }
		if s, err := turn.NewServer(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
			if s != nil {
				_ = s.Close()
			}
		}
	}
}

func TestURLsNameEveryWayIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	_, plain, _ := net.SplitHostPort(x.Addr().String())
	_, secure, _ := net.SplitHostPort(x.TLSAddr().String())
	got := strings.Join(x.URLs("2001:db8::1"), " ")
	want := "turn:[2001:db8::1]:" + plain + "?transport=udp turn:[2001:db8::1]:" + plain + "?transport=tcp turns:[2001:db8::1]:" + secure + "?transport=tcp"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	mapped := newSite(t, turn.Options{Port: 3478, TLSPort: 443}) // behind a firewall that hands them on
	want = "turn:hub.court.example:3478?transport=udp turn:hub.court.example:3478?transport=tcp turns:hub.court.example:443?transport=tcp"
	if got := strings.Join(mapped.URLs("hub.court.example"), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
