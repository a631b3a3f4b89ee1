// Package rawcam is an RTSP camera for tests that speaks the protocol by hand,
// with the habits of real cameras: odd headers, swapped channels, stray bytes,
// silence. It shares no code with what it tests, so that both cannot be wrong
// in the same way.
//
//	camera := rawcam.Start(t, rawcam.Habits{SwapRTCP: true})
//	pull(camera.URL("/cam"))
package rawcam

import (
	"crypto/tls"
	"net"
	"sync"
	"testing"

	"avhub/media/packet"
)

// Track is a track that the camera sends.
type Track struct {
	Kind packet.Kind
	PT   int
	Rate int // of its clock, in Hz
}

// SDP and Tracks are what a camera offers and sends when its habits do not say.
const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=cam\r\nt=0 0\r\na=control:*\r\n" +
	"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n" +
	"a=fmtp:96 packetization-mode=1;sprop-parameter-sets=" + SPS + "," + PPS + "\r\n" +
	"a=control:trackID=1\r\n" +
	"m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:trackID=2\r\n"

var defaultTracks = []Track{{packet.H264, 96, 90000}, {packet.PCMA, 8, 8000}}

// Habits is how a camera behaves. The zero value is a good camera.
type Habits struct {
	SDP         string  // HOST is replaced; default SDP
	Tracks      []Track // in the order in which they are set up
	ContentBase string  // HOST is replaced; default none
	Session     string  // header of SETUP; default "1234"
	Password    string  // asks for it, and for the user "admin"
	Digest      bool    // by digest rather than basic authentication
	TLS         bool    // with a certificate of its own making

	Options  int    // status of OPTIONS; default 200
	Describe int    // status of DESCRIBE; default 200
	Redirect string // DESCRIBE answers 302 with it
	Refuse   string // SETUP of a URL that holds this answers 500
	HangAt   string // never answers this method
	NoTCP    bool   // answers 461 to TCP
	NoPlay   bool   // answers PLAY and sends nothing
	NoUDP    bool   // like NoPlay, over UDP only

	LineEnd      string // of headers; default CR LF
	LowerHeaders bool
	Noise        bool // stray bytes between packets
	SwapRTCP     bool // RTP on the odd channel
	SwapTracks   bool // sound on the picture's channels and the other way round
	Channels     int  // channels begin here, whatever was asked for
	PTOffset     int  // packets carry other payload types than announced

	NoVideo bool // offers it and does not send it
	NoAudio bool
	Rounds  int // hangs up after so many rounds of 40 ms; 0 goes on
	Lose    int // leaves every n-th packet out
	Late    int // by UDP every n-th packet comes after the next, and twice
}

// Camera is a camera that listens.
type Camera struct {
	listener net.Listener
	wg       sync.WaitGroup

	mu     sync.Mutex
	habits Habits
	conns  map[net.Conn]bool
	log    []string
	closed bool
}

// Start starts a camera on a free port and closes it with the test.
func Start(t testing.TB, h Habits) *Camera { return StartAt(t, "127.0.0.1:0", h) }

// StartAt starts a camera on an address.
func StartAt(t testing.TB, address string, h Habits) *Camera {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if h.TLS {
		l = tls.NewListener(l, selfSigned(t))
	}
	c := &Camera{listener: l, habits: h, conns: map[net.Conn]bool{}}
	c.wg.Add(1)
	go c.accept()
	t.Cleanup(c.Close)
	return c
}

func (c *Camera) accept() {
	defer c.wg.Done()
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		if !c.keep(conn) {
			conn.Close()
			return
		}
		c.wg.Add(1)
		go func() {
			defer c.wg.Done()
			(&session{camera: c, conn: conn}).serve()
			conn.Close()
			c.mu.Lock()
			delete(c.conns, conn)
			c.mu.Unlock()
		}()
	}
}

func (c *Camera) keep(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns[conn] = !c.closed
	return !c.closed
}

// Close switches the camera off and waits until it is.
func (c *Camera) Close() {
	c.listener.Close()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.Drop()
	c.wg.Wait()
}

// Drop closes its connections.
func (c *Camera) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		conn.Close()
	}
}

// Change changes its habits from the next request or packet on.
func (c *Camera) Change(change func(*Habits)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.habits)
}

func (c *Camera) current() Habits {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.habits
}

// Host is its host:port.
func (c *Camera) Host() string { return c.listener.Addr().String() }

// URL is its address with a path.
func (c *Camera) URL(path string) string {
	if c.current().TLS {
		return "rtsps://" + c.Host() + path
	}
	return "rtsp://" + c.Host() + path
}

// Requests are the first lines of what it was asked: "SETUP rtsp://…".
func (c *Camera) Requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.log...)
}

// Connections counts those open now.
func (c *Camera) Connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.conns)
}

func (c *Camera) note(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, line)
}
