package rtsp

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// tidyConn stands between a camera and the RTSP library and writes anew what
// the camera says, in the form that the library reads: responses with clean
// headers, a description of the hub's own making, and interleaved packets on
// the channels that were asked for, whatever channels the camera puts them on.
//
// The library never gets to see a byte of the camera's text that was not
// checked here. Reading happens in one goroutine of the library; the rest may
// come from another.
type tidyConn struct {
	net.Conn
	r    *bufio.Reader
	talk bool   // only the way to its loudspeaker is wanted of a camera
	out  []byte // ready to be read
	pos  int

	mu       sync.Mutex
	asked    map[string]asked // by CSeq
	last     asked
	offer    *offer // from DESCRIBE
	redirect string
	setup    int // track that SETUP is under way for
	ways     []way
	bySSRC   map[uint32]int
	dropped  int // interleaved packets that belong nowhere
}

// asked is a request under way.
type asked struct {
	method base.Method
	url    *url.URL
	want   string // Transport header sent
	track  int
}

// way is where a track's packets come from and go to.
type way struct {
	track  int
	pt     uint8
	server [2]int // channels of RTP and RTCP by the camera's word
	want   int    // channel of RTP that was asked for
}

func newTidyConn(c net.Conn) *tidyConn {
	return &tidyConn{
		Conn: c, r: bufio.NewReaderSize(c, 16<<10),
		asked: map[string]asked{}, bySSRC: map[uint32]int{},
	}
}

// note remembers a request that is about to be sent.
func (c *tidyConn) note(req *base.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := asked{method: req.Method, track: c.setup}
	if req.URL != nil {
		u := url.URL(*req.URL)
		u.User = nil
		a.url = &u
	}
	if t := req.Header["Transport"]; len(t) == 1 {
		a.want = t[0]
	}
	c.last = a
	if cseq := req.Header["CSeq"]; len(cseq) == 1 {
		if len(c.asked) > 100 { // a camera that never answers keep-alives
			clear(c.asked)
		}
		c.asked[cseq[0]] = a
	}
}

// settingUp says which track the next SETUP is for.
func (c *tidyConn) settingUp(track int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setup = track
}

func (c *tidyConn) described() (o *offer, redirect string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offer, c.redirect
}

// Read implements io.Reader.
func (c *tidyConn) Read(p []byte) (int, error) {
	for c.pos == len(c.out) {
		c.out, c.pos = c.out[:0], 0
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.out[c.pos:])
	c.pos += n
	return n, nil
}

// next reads one thing from the camera and puts what is to be read of it
// into out.
func (c *tidyConn) next() error {
	head, err := c.r.Peek(4)
	if err != nil {
		return err
	}
	switch {
	case head[0] == '$':
		return c.interleaved(int(head[1]), int(head[2])<<8|int(head[3]))
	case string(head) == "RTSP":
		m, err := readMessage(c.r)
		if err != nil {
			return err
		}
		c.response(m)
		return nil
	case isMethod(head):
		m, err := readMessage(c.r)
		if err != nil {
			return err
		}
		// A camera that asks for OPTIONS wants to know that the hub is alive.
		// Nothing else it may ask concerns a viewer.
		if strings.HasPrefix(m.first, "OPTIONS ") && isDigits(m.header.get("cseq")) {
			c.out = append(c.out, "OPTIONS * RTSP/1.0\r\nCSeq: "+m.header.get("cseq")+"\r\n\r\n"...)
		}
		return nil
	}
	_, err = c.r.Discard(1) // out of step: find the next thing
	return err
}

func isMethod(head []byte) bool {
	switch string(head) {
	case "OPTI", "ANNO", "DESC", "GET_", "SET_", "PAUS", "PLAY", "REDI", "TEAR":
		return true
	}
	return false
}

func (c *tidyConn) response(m *message) {
	status := m.status()
	if status < 100 || status > 999 {
		status = 500
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.asked[m.header.get("cseq")]
	if !ok {
		a = c.last
	}
	delete(c.asked, m.header.get("cseq"))
	var transport string
	var body []byte
	switch {
	case a.method == base.Options && status != 200 && status != 401:
		// Some cameras know no OPTIONS. It tells nothing that is needed.
		status = 200
	case a.method == base.Describe && status == 200 && a.url != nil:
		if c.offer = parseOffer(m.body); c.talk {
			c.offer = parseTalkOffer(m.body)
		}
		body = rewriteDescribe(c.offer, describeBase(c.offer, m.header, a.url))
	case a.method == base.Describe && status >= 300 && status < 400:
		c.redirect = m.header.get("location")
		status = 500 // followed by the one who asked, not by the library
	case a.method == base.Setup && status == 200:
		transport = c.transport(a, m.header.get("transport"))
	}
	c.out = append(c.out, tidyResponse(status, m.header, transport, body)...)
}

// transport notes the way that a camera has chosen for a track and writes the
// answer that the library expects.
func (c *tidyConn) transport(a asked, answer string) string {
	want, t := parseTransport(a.want), parseTransport(answer)
	if !want.tcp || !t.tcp {
		if t.tcp {
			return "RTP/AVP/TCP;unicast;interleaved=0-1"
		}
		if !want.tcp || t.params["server_port"] != "" || t.multicast {
			return t.udp()
		}
		// It names no way: what was asked for.
	}
	w := way{track: a.track, want: want.channels[0], server: t.channels}
	if c.offer != nil && a.track < len(c.offer.tracks) {
		w.pt = c.offer.tracks[a.track].payloadType
	}
	if w.server[0] < 0 {
		w.server = want.channels
	}
	if c.talk && t.channels[0] >= 0 && t.channels[0]%2 == 0 && t.channels[1] == t.channels[0]+1 {
		// What is sent goes by the camera's number.
		w.want = t.channels[0]
		c.ways = append(c.ways, w)
		return fmt.Sprintf("RTP/AVP/TCP;unicast;interleaved=%d-%d", t.channels[0], t.channels[1])
	}
	c.ways = append(c.ways, w)
	return a.want
}
