package light

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/logging"
	"github.com/pion/stun/v4"

	"avhub/media/egress"
	"avhub/media/egress/udpout"
)

// silence is a UDP port that takes what is written and has nothing to read.
type silence struct{ *net.UDPConn }

func (s silence) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return s.ReadFromUDPAddrPort(b)
}
func (silence) WriteToAddrPort(b []byte, _ netip.AddrPort) (int, error) { return len(b), nil }

// alone is a host with one agent.
func alone(t testing.TB) (*Host, *Agent) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := udpout.NewSocket(c)
	if err != nil {
		t.Fatal(err)
	}
	// With a certificate that is none a handshake fails at once, and its agent ends.
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	h := NewHost(Options{
		UDP: silence{c}, Out: out, Certificate: certificate, Log: slog.New(slog.DiscardHandler),
		Loggers: &logging.DefaultLoggerFactory{Writer: io.Discard},
	})
	a, err := h.NewAgent(Remote{Ufrag: "them", Pwd: "their password of 22 c"}, Events{
		Connected: func() {}, Ended: func(error) {}, Feedback: func(egress.Feedback) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		a.Wait()
		c.Close()
	})
	return h, a
}

// checkOf is a valid check of the other side.
func checkOf(t testing.TB, a *Agent) []byte {
	t.Helper()
	ours, pwd := a.Credentials()
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(ours+":them"),
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}, stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(pwd), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}

var somewhere = netip.MustParseAddrPort("192.0.2.7:5000")

// Whatever comes, from a stranger or from where a viewer is: nothing panics,
// nothing that is not authentic opens a way.
func FuzzWhatComesIn(f *testing.F) {
	h, a := alone(f)
	ours, _ := a.Credentials()
	for _, seed := range [][]byte{
		checkOf(f, a), {}, {0}, {1, 1}, {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5},
		{0x80, 201, 0, 1, 0, 0, 0, 1}, {0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 7, 0, 1, 255, 255},
		{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 9}, {64, 1, 2, 3}, {255, 255},
		append([]byte{0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 6, 0, 18}, []byte(ours+":x")...),
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	var strangers uint16
	f.Fuzz(func(t *testing.T, b []byte, known bool) {
		strangers++ // a new one each time: the last one may have sent a true check
		from := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.9"), strangers)
		if known {
			from = somewhere
			h.handle(checkOf(t, a), from, nil)
		}
		h.handle(b, from, nil)
		if !known && h.agentOf(from, nil) != nil {
			if m, err := message(b); err != nil || !authentic(m, a.credentials[0].pwd) {
				t.Fatal("a stranger was let in")
			}
		}
		if a.active.Load() != nil {
			t.Fatal("a way was opened that nobody has answered from")
		}
	})
}

func TestARouteIsUsedOnceItHasAnswered(t *testing.T) {
	t.Parallel()
	h, a := alone(t)
	h.handle(checkOf(t, a), somewhere, nil)
	if a.active.Load() != nil {
		t.Fatal("used before it has answered")
	}
	h.mu.Lock()
	var id transaction
	for x := range h.checks {
		id = x
	}
	h.mu.Unlock()
	reply := func(pwd string) []byte {
		m, err := stun.Build(stun.NewTransactionIDSetter(id), stun.BindingSuccess, stun.NewShortTermIntegrity(pwd), stun.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		return m.Raw
	}
	// The right answer from elsewhere, and a forged one, are not taken.
	h.handle(reply("their password of 22 c"), netip.MustParseAddrPort("192.0.2.8:5000"), nil)
	if a.active.Load() != nil || h.Stats().Unauthentic != 1 {
		t.Errorf("an answer from another address was taken: %+v", h.Stats())
	}
	r := a.routes[0]
	a.check(r, time.Now())
	h.mu.Lock()
	for x := range h.checks {
		id = x
	}
	h.mu.Unlock()
	h.handle(reply("another password"), somewhere, nil)
	if a.active.Load() != nil || h.Stats().Unauthentic != 2 {
		t.Errorf("a forged answer was taken: %+v", h.Stats())
	}
	a.check(r, time.Now())
	h.mu.Lock()
	for x := range h.checks {
		id = x
	}
	h.mu.Unlock()
	h.handle(reply("their password of 22 c"), somewhere, nil)
	if a.active.Load() != r {
		t.Errorf("the answer was not taken: %+v", h.Stats())
	}
}

// Another agent's viewer cannot take an address over by naming it.
func TestAnAddressBelongsToWhoAnswersThere(t *testing.T) {
	t.Parallel()
	h, a := alone(t)
	h.handle(checkOf(t, a), somewhere, nil)
	b, err := h.NewAgent(Remote{Ufrag: "them", Pwd: "x"}, Events{Connected: func() {}, Ended: func(error) {}, Feedback: func(egress.Feedback) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Wait()
	defer b.Close()
	h.handle(checkOf(t, b), somewhere, nil)
	if h.agentOf(somewhere, nil) != a {
		t.Error("the address was taken over")
	}
}

func TestRoutesAreBounded(t *testing.T) {
	t.Parallel()
	h, a := alone(t)
	for i := range 1000 {
		h.handle(checkOf(t, a), netip.AddrPortFrom(somewhere.Addr(), uint16(1000+i)), nil)
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	if len(a.routes) > maxRoutes || len(h.addrs) > maxRoutes {
		t.Errorf("%d routes, %d addresses", len(a.routes), len(h.addrs))
	}
	if len(h.checks) > 1000 {
		t.Errorf("%d checks wait for their answers", len(h.checks))
	}
}

func TestACheckOfTheSameRoleIsRefused(t *testing.T) {
	t.Parallel()
	h, a := alone(t)
	ours, pwd := a.Credentials()
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(ours+":them"),
		stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}, stun.NewShortTermIntegrity(pwd), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	h.handle(m.Raw, somewhere, nil)
	if len(a.routes) != 0 {
		t.Error("it made a route")
	}
}
