package rtsp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

// porter knows one user, whose secret is not kept, only its HA1.
type porter struct {
	mu      sync.Mutex
	asked   int
	begun   int
	ended   int
	end     func()
	refuses error // whoever is known
}

const letIn = "avt_k3ep-0ut"

var ha1 = md5Hex("li:" + Realm + ":" + letIn)

func (p *porter) admit(_ context.Context, v Visit) (Pass, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if v.Token != letIn && (v.User != "li" || !v.Proves(ha1)) {
		return nil, ErrWho
	}
	return p, p.refuses
}

func (p *porter) Good() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refuses == nil
}

func (p *porter) Begin(end func()) (func(), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun++
	p.end = end
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ended++
	}, nil
}

func (p *porter) counts() (asked, begun, ended int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.begun, p.ended
}

func withUser(url, user string) string { return strings.Replace(url, "rtsp://", "rtsp://"+user+"@", 1) }

func TestOnlyWhoIsKnownPlays(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		who  string // user:secret@
		tail string
		want bool
	}{
		"nobody":           {"", "", false},
		"a wrong secret":   {"li:avt_wrong", "", false},
		"another user":     {"wang:" + letIn, "", false},
		"the user":         {"li:" + letIn, "", true},
		"a token":          {"", "?token=" + letIn, true},
		"a wrong token":    {"", "?token=avt_wrong", false},
		"an empty token":   {"", "?token=", false},
		"the HA1 as token": {"", "?token=" + ha1, false},
	} {
		for _, transport := range []gortsplib.Transport{gortsplib.TransportTCP, gortsplib.TransportUDP} {
			p := &porter{}
			d := openDoor(t, ServerOptions{Admit: p.admit}, "hall")
			c := d.film("hall", 25, 1000, true)
			write(t, c, 2)
			url := d.url("hall") + x.tail
			if x.who != "" {
				url = withUser(url, x.who)
			}
			if !x.want {
				if _, err := knock(t, url, transport); err == nil || !strings.Contains(err.Error(), "401") {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			g := enter(t, url, transport)
			g.await("H264", 2)
			if asked, begun, ended := p.counts(); begun != 1 || ended != 0 || asked > 2 {
				t.Errorf("%s: asked %d times, begun %d, ended %d", name, asked, begun, ended)
			}
			g.c.Close()
			eventually(t, 30*time.Second, "the end is told", func() bool { _, _, ended := p.counts(); return ended == 1 })
		}
	}
}

func TestOnlyWhoIsKnownPublishes(t *testing.T) {
	t.Parallel()
	p := &porter{}
	d := openDoor(t, ServerOptions{Admit: p.admit}, "gate")
	if _, err := announce(t, d, "gate", gortsplib.TransportTCP, h264Format()); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a stranger publishes: %v", err)
	}
	if d.stream("gate").Fed() {
		t.Error("a stranger feeds the stream")
	}
	if _, err := announce(t, d, "gate?token="+letIn, gortsplib.TransportTCP, h264Format()); err != nil {
		t.Error(err)
	}
	if _, begun, _ := p.counts(); begun != 1 || !d.stream("gate").Fed() {
		t.Errorf("begun %d", begun)
	}
}

// What is permitted ends when it is not any more.
func TestAPlayerIsSentAway(t *testing.T) {
	t.Parallel()
	p := &porter{}
	d := openDoor(t, ServerOptions{Admit: p.admit}, "hall")
	c := d.film("hall", 25, 1000, true)
	write(t, c, 2)
	g := enter(t, withUser(d.url("hall"), "li:"+letIn), gortsplib.TransportTCP)
	g.await("H264", 2)
	p.end()
	select {
	case <-g.ended:
	case <-time.After(2 * time.Second):
		t.Fatal("it plays on")
	}
	eventually(t, 30*time.Second, "the end is told", func() bool { _, _, ended := p.counts(); return ended == 1 })
}

// Who is known may still not be let in, in the words of the one who decides.
func TestWhoIsKnownMayBeRefused(t *testing.T) {
	t.Parallel()
	p := &porter{refuses: sleepy(403)}
	d := openDoor(t, ServerOptions{Admit: p.admit}, "hall")
	_, err := knock(t, withUser(d.url("hall"), "li:"+letIn), gortsplib.TransportTCP)
	var status liberrors.ErrClientBadStatusCode
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("%v %v", err, status)
	}
}

// raw speaks RTSP by hand.
type raw struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	seq  int
}

func speak(t *testing.T, d *door) *raw {
	t.Helper()
	conn, err := net.Dial("tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return &raw{t: t, conn: conn, in: bufio.NewReader(conn)}
}

func (r *raw) ask(method, url string, headers ...string) (*base.Response, error) {
	r.seq++
	text := fmt.Sprintf("%s %s RTSP/1.0\r\nCSeq: %d\r\n", method, url, r.seq)
	for _, h := range headers {
		text += h + "\r\n"
	}
	if _, err := r.conn.Write([]byte(text + "\r\n")); err != nil {
		return nil, err
	}
	var res base.Response
	return &res, res.Unmarshal(r.in)
}

// A digest that was overheard opens no other connection, nor the same one twice.
func TestADigestIsGoodForOneAnswer(t *testing.T) {
	t.Parallel()
	p := &porter{}
	d := openDoor(t, ServerOptions{Admit: p.admit}, "hall", "other")
	d.film("hall", 25, 1000, true)
	d.film("other", 25, 1000, true)
	one := speak(t, d)
	answer, err := one.ask("DESCRIBE", d.url("hall"))
	if err != nil || answer.StatusCode != base.StatusUnauthorized {
		t.Fatal(answer, err)
	}
	_, nonce, _ := strings.Cut(answer.Header["WWW-Authenticate"][0], `nonce="`)
	nonce = strings.TrimSuffix(nonce, `"`)
	digest := func(url string) string {
		return fmt.Sprintf(`Authorization: Digest username="li", realm=%q, nonce=%q, uri=%q, response=%q`,
			Realm, nonce, url, md5Hex(ha1+":"+nonce+":"+md5Hex("DESCRIBE:"+url)))
	}
	overheard := speak(t, d)
	for range 2 {
		if answer, err := overheard.ask("DESCRIBE", d.url("hall"), digest(d.url("hall"))); err != nil || answer.StatusCode != base.StatusUnauthorized {
			t.Errorf("on another connection: %v %v", answer, err)
		}
	}
	if answer, err := one.ask("DESCRIBE", d.url("hall"), digest(d.url("hall"))); err != nil || answer.StatusCode != base.StatusOK {
		t.Errorf("on its own: %v %v", answer, err)
	}
	for _, odd := range []string{"Authorization: Digest", "Authorization: Basic bGk6YXZ0X2szZXAtMHV0", "Authorization: Digest username=\"li\"", "Authorization: Bearer " + letIn} {
		if answer, err := speak(t, d).ask("DESCRIBE", d.url("hall"), odd); err != nil || answer.StatusCode != base.StatusUnauthorized {
			t.Errorf("%s: %v %v", odd, answer, err)
		}
	}
}

func TestWhoGuessesIsHungUpOn(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{Admit: (&porter{}).admit}, "hall")
	r := speak(t, d)
	for n := 1; ; n++ {
		answer, err := r.ask("DESCRIBE", d.url("hall")+fmt.Sprintf("?token=avt_%d", n))
		if err != nil {
			if n <= maxWrong {
				t.Errorf("hung up on at guess %d: %v", n, err)
			}
			return
		}
		if answer.StatusCode != base.StatusUnauthorized || n > maxWrong {
			t.Fatalf("guess %d: %v", n, answer)
		}
	}
}

// SETUP and PLAY of somebody who was never let in.
func TestNoWayAroundTheDescription(t *testing.T) {
	t.Parallel()
	p := &porter{}
	d := openDoor(t, ServerOptions{Admit: p.admit}, "hall")
	d.film("hall", 25, 1000, true)
	r := speak(t, d)
	answer, err := r.ask("SETUP", d.url("hall")+"/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
	if err != nil || answer.StatusCode != base.StatusUnauthorized {
		t.Errorf("SETUP: %v %v", answer, err)
	}
	answer, err = r.ask("PLAY", d.url("hall"))
	if err == nil && answer.StatusCode < 400 {
		t.Errorf("PLAY: %v", answer)
	}
	if _, begun, _ := p.counts(); begun != 0 {
		t.Error("it plays")
	}
}

// A connection that was let in once is not let in for ever: what it asks later
// is asked anew.
func TestLeaveThatHasEndedIsOver(t *testing.T) {
	t.Parallel()
	p := &porter{}
	d := openDoor(t, ServerOptions{Admit: p.admit}, "hall")
	d.film("hall", 25, 1000, true)
	r := speak(t, d)
	url := d.url("hall") + "?token=" + letIn
	for range 2 {
		if answer, err := r.ask("DESCRIBE", url); err != nil || answer.StatusCode != base.StatusOK {
			t.Fatalf("%v %v", answer, err)
		}
	}
	if asked, _, _ := p.counts(); asked != 1 {
		t.Errorf("asked %d times while nothing had changed", asked)
	}
	p.mu.Lock()
	p.refuses = ErrWho
	p.mu.Unlock()
	if answer, err := r.ask("DESCRIBE", url); err != nil || answer.StatusCode != base.StatusUnauthorized || len(answer.Body) > 0 {
		t.Errorf("after its end: %v %v", answer, err)
	}
	if answer, err := r.ask("SETUP", d.url("hall")+"/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"); err != nil || answer.StatusCode != base.StatusUnauthorized {
		t.Errorf("SETUP after its end: %v %v", answer, err)
	}
}
