package signaling_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"

	"avhub/media/turn"
	"avhub/media/webrtc"
	"avhub/signaling"
)

// newRelayedHub is a hub with a relay of its own.
func newRelayedHub(t *testing.T) (*hub, *turn.Server) {
	t.Helper()
	var own *turn.Server
	h := newHubWith(t, variation{options: func(o *signaling.Options) {
		var err error
		own, err = turn.NewServer(turn.Options{Listen: "127.0.0.1:0", Peers: o.WebRTC.Addresses, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		closes(t, own.Close)
		o.ICE.TURN, o.ICE.Lifetime = own, time.Hour
	}}, push)
	return h, own
}

var linkPattern = regexp.MustCompile(`^<(turn:127\.0\.0\.1:\d+\?transport=(?:udp|tcp))>; rel="ice-server"; username="(\d+:[0-9a-f]{32})"; credential="([A-Za-z0-9+/=]{44})"; credential-type="password"$`)

// grant is what an answer's Link headers say of the hub's relay.
type grant struct {
	urls           []string
	user, password string
}

func grantOf(t *testing.T, h http.Header) grant {
	t.Helper()
	var g grant
	for _, l := range h.Values("Link") {
		m := linkPattern.FindStringSubmatch(l)
		if m == nil {
			if !strings.HasPrefix(l, "<stun:") {
				t.Errorf("Link: %s", l)
			}
			continue
		}
		g.urls, g.user, g.password = append(g.urls, m[1]), m[2], m[3]
	}
	return g
}

// allocate asks for a relay as a browser would, by TCP.
func (g grant) allocate(t *testing.T, at net.Addr) (net.PacketConn, error) {
	t.Helper()
	conn, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c, err := pion.NewClient(&pion.ClientConfig{
		Conn: pion.NewSTUNConn(conn), TURNServerAddr: at.String(), Username: g.user, Password: g.password,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	return c.Allocate()
}

// Each session is told of the relay with credentials of its own, which end with it.
func TestASessionsCredentialsForTheRelayEndWithIt(t *testing.T) {
	t.Parallel()
	h, own := newRelayedHub(t)
	a := h.offer(t, "/whip/field-1", recorded(t, "obs-publisher"))
	if a.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	g := grantOf(t, a.Header)
	session := a.Header.Get("Location")[strings.LastIndex(a.Header.Get("Location"), "/")+1:]
	if len(g.urls) != 2 || !strings.HasSuffix(g.user, ":"+session) {
		t.Fatalf("the answer of %s tells of %+v", session, g)
	}
	if n := len(a.Header.Values("Link")); n != 3 {
		t.Errorf("%d links: the configuration's server is missing", n)
	}
	relayed, err := g.allocate(t, own.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer relayed.Close()

	families := h.metrics(t)
	for name, want := range map[string]float64{"avhub_turn_sessions": 1, "avhub_turn_allocations": 1, "avhub_turn_allocations_total": 1, "avhub_turn_connections": 1} {
		if got := value(t, families[name], nil); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, why := range []string{"malformed", "limited", "credentials", "quota", "peer", "bandwidth", "connections", "slow"} {
		if got := value(t, families["avhub_turn_refused_total"], map[string]string{"why": why}); got != 0 {
			t.Errorf("%v refused as %s", got, why)
		}
	}

	if a := h.ask(t, "DELETE", a.Header.Get("Location"), ""); a.StatusCode != http.StatusOK {
		t.Fatalf("DELETE: %d", a.StatusCode)
	}
	await(t, "its relay's end", func() bool { return own.Stats().Allocations == 0 && own.Stats().Sessions == 0 })
	if _, err := g.allocate(t, own.Addr()); err == nil {
		t.Error("its credentials are still good")
	}
	await(t, "it to be counted", func() bool {
		return value(t, h.metrics(t)["avhub_turn_refused_total"], map[string]string{"why": "credentials"}) == 1
	})
}

// Who has no session is told of no relay: neither by OPTIONS nor with a refusal.
func TestWithoutASessionThereAreNoCredentialsForTheRelay(t *testing.T) {
	t.Parallel()
	h, own := newRelayedHub(t)
	for name, a := range map[string]*answer{
		"OPTIONS":             h.ask(t, "OPTIONS", "/whip/field-1", ""),
		"a stranger's offer":  h.ask(t, "POST", "/whip/field-1", recorded(t, "obs-publisher"), "Content-Type", "application/sdp", "Authorization", ""),
		"an offer of no use":  h.offer(t, "/whip/field-1", "nonsense"),
		"an offer to nothing": h.offer(t, "/whip/nowhere", recorded(t, "obs-publisher")),
	} {
		if links := strings.Join(a.Header.Values("Link"), "\n"); strings.Contains(links, "turn:") {
			t.Errorf("%s is told %s", name, links)
		}
	}
	if n := own.Stats().Sessions; n != 0 {
		t.Errorf("%d sessions have credentials", n)
	}
}

// The relay's address is the one that the browser reached the pages by.
func TestTheRelayIsToldUnderTheHostOfTheRequest(t *testing.T) {
	t.Parallel()
	own, err := turn.NewServer(turn.Options{Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	closes(t, own.Close)
	for host, want := range map[string]string{
		"hub.court.example:8443": "turn:hub.court.example:",
		"10.0.0.5:8080":          "turn:10.0.0.5:",
		"10.0.0.5":               "turn:10.0.0.5:",
		"[2001:db8::1]:8080":     "turn:[2001:db8::1]:",
		"[2001:db8::1]":          "turn:[2001:db8::1]:",
		`a"; rel="x`:             "",
		"a>b:80":                 "",
		"":                       "",
		"evil\r\nx: y:80":        "",
	} {
		r := httptest.NewRequest("POST", "/whep/a", nil)
		r.Host = host
		ice := signaling.ICE{TURN: own, Lifetime: time.Hour, Log: slog.New(slog.DiscardHandler)}
		got := ice.For(r, "a")
		if want == "" {
			if len(got) != 0 {
				t.Errorf("%q: %v", host, got)
			}
			continue
		}
		if len(got) != 1 || !strings.HasPrefix(got[0].URLs[0], want) {
			t.Errorf("%q: %v, want %s", host, got, want)
		}
		ice.Host = "turn.court.example"
		if got := ice.For(r, "a"); !strings.HasPrefix(got[0].URLs[0], "turn:turn.court.example:") {
			t.Errorf("with a host of the configuration: %v", got)
		}
	}
}

// Somebody in a room is told of the relay with credentials of their connection, which
// end when it has been gone for a moment.
func TestARoomsCredentialsForTheRelayEndWithTheConnection(t *testing.T) {
	t.Parallel()
	h, own := newRelayedHub(t)
	s := newSittingAt(t, h)
	clerk := s.comes(s.b.clerk, "", "")
	var told struct {
		Servers []webrtc.ICEServer `json:"ice_servers"`
	}
	if err := json.Unmarshal([]byte(clerk.of("welcome").raw), &told); err != nil || len(told.Servers) != 2 {
		t.Fatalf("%v %+v: the relay, and the configuration's server", err, told.Servers)
	}
	g := grant{told.Servers[0].URLs, told.Servers[0].Username, told.Servers[0].Credential}
	relayed, err := g.allocate(t, own.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer relayed.Close()
	if st := own.Stats(); st.Allocations != 1 || st.Sessions != 1 {
		t.Errorf("%+v", st)
	}
	if err := clerk.conn.Close(); err != nil {
		t.Fatal(err)
	}
	await(t, "the relay's end", func() bool { return own.Stats().Allocations == 0 && own.Stats().Sessions == 0 })
	if _, err := g.allocate(t, own.Addr()); err == nil {
		t.Error("its credentials are still good")
	}
}
