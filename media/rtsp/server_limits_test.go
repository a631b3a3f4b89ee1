package rtsp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// wire is a connection to a door, spoken to by hand.
type wire struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func dial(t *testing.T, d *door) *wire {
	t.Helper()
	c, err := net.Dial("tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &wire{c, t, bufio.NewReader(c)}
}

const overTCP = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"

// ask sends a request and reads the answer.
func (w *wire) ask(method, url string, headers ...string) base.Response {
	w.t.Helper()
	request := method + " " + url + " RTSP/1.0\r\nCSeq: 1\r\n" + strings.Join(append(headers, "\r\n"), "\r\n")
	if _, err := io.WriteString(w, request); err != nil {
		w.t.Fatal(err)
	}
	var answer base.Response
	if err := answer.Unmarshal(w.r); err != nil {
		w.t.Fatalf("%s is answered with %v", method, err)
	}
	return answer
}

// mustAsk asks for what has to go well.
func (w *wire) mustAsk(method, url string, headers ...string) base.Response {
	w.t.Helper()
	answer := w.ask(method, url, headers...)
	if answer.StatusCode != base.StatusOK {
		w.t.Fatalf("%s is answered %d", method, answer.StatusCode)
	}
	return answer
}

// A connection on which nothing begins is told so and closed: without a word,
// after half a request, after answers that lead nowhere, after a SETUP.
func TestHalfOpenConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	const idle = 400 * time.Millisecond
	for name, begin := range map[string]func(d *door, w *wire){
		"silent": func(*door, *wire) {},
		"half a request": func(d *door, w *wire) {
			fmt.Fprintf(w, "DESCRIBE %s RTSP/1.0\r\nCSe", d.url("hall"))
		},
		"described": func(d *door, w *wire) {
			w.mustAsk("DESCRIBE", d.url("hall"))
		},
		"set up": func(d *door, w *wire) {
			w.mustAsk("SETUP", d.url("hall/trackID=0"), overTCP)
		},
		"torn down": func(d *door, w *wire) {
			session := w.mustAsk("SETUP", d.url("hall/trackID=0"), overTCP).Header["Session"][0]
			w.mustAsk("PLAY", d.url("hall"), "Session: "+session)
			fmt.Fprintf(w, "TEARDOWN %s RTSP/1.0\r\nCSeq: 1\r\nSession: %s\r\n\r\n", d.url("hall"), session)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, ServerOptions{IdleTimeout: idle}, "hall")
			write(t, d.film("hall", 25, 1000, false), 2)
			w := dial(t, d)
			opened := time.Now()
			begin(d, w)
			rest, err := io.ReadAll(w.r)
			if err != nil || !strings.Contains(string(rest), "RTSP/1.0 408 ") {
				t.Errorf("it ends with %q %v", rest[max(0, len(rest)-100):], err)
			}
			if open := time.Since(opened); open < idle-50*time.Millisecond || open > idle+3*time.Second {
				t.Errorf("it was open for %v", open)
			}
			eventually(t, 30*time.Second, "nothing is kept", func() bool { return d.kept() == 0 && d.inUse() == 0 })
		})
	}
}

// One that plays is left alone, and a client that knocks later is served.
func TestPlayersAreNotIdle(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{IdleTimeout: 2 * time.Second}, "hall")
	c := d.film("hall", 25, 1000, false)
	write(t, c, 2)
	g := enter(t, d.url("hall"), gortsplib.TransportTCP)
	silent := dial(t, d)
	if _, err := io.ReadAll(silent.r); err != nil { // the time has passed
		t.Fatal(err)
	}
	write(t, c, 3)
	g.await("H264", 5)
}

func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]ServerOptions{
		"of an address": {MaxConnsPerAddress: 3}, "of all": {MaxConns: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, o, "hall")
			var open []*wire
			for range 3 {
				open = append(open, dial(t, d))
				open[len(open)-1].mustAsk("OPTIONS", d.url("hall"))
			}
			if _, err := dial(t, d).r.ReadByte(); err == nil {
				t.Error("one too many is served")
			}
			if d.Refused() != 1 {
				t.Errorf("%d are counted as refused", d.Refused())
			}
			// Those there are go on, and one who leaves makes room.
			open[1].mustAsk("OPTIONS", d.url("hall"))
			open[0].Close()
			eventually(t, 30*time.Second, "there is room", func() bool {
				d.Server.mu.Lock()
				defer d.Server.mu.Unlock()
				return len(d.conns) == 2
			})
			dial(t, d).mustAsk("OPTIONS", d.url("hall"))
		})
	}
	// One address's crowd keeps no other out.
	d := openDoor(t, ServerOptions{MaxConnsPerAddress: 1}, "hall")
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	dial(t, d).mustAsk("OPTIONS", d.url("hall"))
	other, err := dialer.Dial("tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	(&wire{other, t, bufio.NewReader(other)}).mustAsk("OPTIONS", d.url("hall"))
}

// Two hundred come and go, in every way there is; nothing of them is left.
func TestNothingIsLeftOfTwoHundred(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "hall")
	write(t, d.film("hall", 25, 1000, false), 3)
	ways := []func(){
		func() { dial(t, d).Close() },
		func() {
			w := dial(t, d)
			w.mustAsk("DESCRIBE", d.url("hall"))
			w.mustAsk("DESCRIBE", d.url("hall"))
			w.Close()
		},
		func() {
			w := dial(t, d)
			w.mustAsk("SETUP", d.url("hall/trackID=0"), overTCP)
			w.Close()
		},
		func() {
			c := dial(t, d)
			io.WriteString(c, "GET / HTTP/1.1\r\n\r\n\x00\xff$\x00")
			c.Close()
		},
		func() {
			g := enter(t, d.url("hall"), gortsplib.TransportTCP)
			g.await("H264", 1)
			g.c.Close()
		},
	}
	for n := range 200 {
		ways[n%len(ways)]() // who left last is still being cleared away
	}
	eventually(t, 30*time.Second, "nothing is kept", func() bool {
		return d.kept() == 0 && d.inUse() == 0 && d.Players() == 0 && d.stream("hall").Readers() == 0
	})
	if n := d.handedOut(); n < 120 {
		t.Errorf("only %d were served", n)
	}
}
