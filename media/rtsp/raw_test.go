package rtsp

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// rawCamera speaks RTSP by hand, with the habits of real cameras: it shares no
// code with what it tests.
type rawCamera struct {
	t        *testing.T
	listener net.Listener
	habits   rawHabits
	wg       sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
	log   []string // "SETUP /cam/trackID=1"
}

// rawHabits is how a camera behaves. The zero value is a good one.
type rawHabits struct {
	sdp           string
	contentBase   string // "" for none; HOST is replaced
	session       string // Session header of SETUP; default "1234"
	options       int    // status of OPTIONS; default 200
	describe      int
	password      string // asks for basic authentication
	refuseTCP     bool
	refuse        string // SETUP whose URL holds this answers 500
	swapRTCP      bool   // RTP on the odd channel
	swapTracks    bool   // sound on the picture's channels
	ownChannels   int    // answers with these channels up, whatever was asked for
	lineEnd       string
	lowerHeaders  bool
	noise         bool // stray bytes between packets
	silent        bool // plays nothing
	onlyAudio     bool
	onlyVideo     bool
	packets       int // closes after so many rounds; 0 goes on
	payloadOffset int // adds to the payload types that packets carry
	hangAt        string
	redirect      string
}

func startRaw(t *testing.T, h rawHabits) *rawCamera {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &rawCamera{t: t, listener: l, habits: h}
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.mu.Lock()
			c.conns = append(c.conns, conn)
			c.mu.Unlock()
			c.wg.Add(1)
			go func() {
				defer c.wg.Done()
				defer conn.Close()
				(&rawSession{camera: c, conn: conn}).serve()
			}()
		}
	}()
	t.Cleanup(c.stop)
	return c
}

func (c *rawCamera) stop() {
	c.listener.Close()
	c.mu.Lock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.mu.Unlock()
	c.wg.Wait()
}

func (c *rawCamera) host() string { return c.listener.Addr().String() }

func (c *rawCamera) url(path string) string { return "rtsp://" + c.host() + path }

func (c *rawCamera) requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.log...)
}

// rawSession is one connection.
type rawSession struct {
	camera *rawCamera
	conn   net.Conn
	tracks []rawTrack
	udp    []*net.UDPConn
}

// rawTrack is a track that was set up.
type rawTrack struct {
	kind    string // "video" or "audio"
	clock   int
	seq     uint16
	h265    bool
	aac     bool
	pt      int
	channel int
	udp     *net.UDPConn
	to      *net.UDPAddr
}

func (s *rawSession) serve() {
	h := s.camera.habits
	r := bufio.NewReader(s.conn)
	for {
		method, url, header, err := readRaw(r)
		if err != nil {
			return
		}
		s.camera.mu.Lock()
		s.camera.log = append(s.camera.log, method+" "+url)
		s.camera.mu.Unlock()
		if method == h.hangAt {
			r.ReadByte() // until the hub gives up
			return
		}
		if h.password != "" && header["authorization"] == "" {
			s.answer(header, 401, "WWW-Authenticate: Basic realm=\"cam\"", "")
			continue
		}
		switch method {
		case "OPTIONS":
			s.answer(header, orDefault(h.options, 200), "", "")
		case "DESCRIBE":
			s.describe(header)
		case "SETUP":
			s.setup(url, header)
		case "PLAY":
			s.answer(header, 200, "Session: "+s.session(), "")
			s.play(r)
			return
		default:
			s.answer(header, 200, "", "")
		}
	}
}

func orDefault(v, d int) int {
	if v == 0 {
		return d
	}
	return v
}

// readRaw reads a request, passing over what else comes.
func readRaw(r *bufio.Reader) (method, url string, header map[string]string, err error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", "", nil, err
	}
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return "", "", nil, fmt.Errorf("request %q", line)
	}
	header = map[string]string{}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", "", nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			return fields[0], fields[1], header, nil
		}
		k, v, _ := strings.Cut(line, ":")
		header[strings.ToLower(k)] = strings.TrimSpace(v)
	}
}

func (s *rawSession) session() string {
	if s.camera.habits.session != "" {
		return s.camera.habits.session
	}
	return "1234"
}

func (s *rawSession) answer(request map[string]string, status int, headers, body string) {
	h := s.camera.habits
	lines := []string{fmt.Sprintf("RTSP/1.0 %d Whatever", status), "CSeq: " + request["cseq"]}
	for _, line := range strings.Split(headers, "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp", "Content-Length: "+strconv.Itoa(len(body)))
	}
	if h.lowerHeaders {
		for i := 1; i < len(lines); i++ {
			k, v, _ := strings.Cut(lines[i], ":")
			lines[i] = strings.ToLower(k) + ":" + v
		}
	}
	end := "\r\n"
	if h.lineEnd != "" {
		end = h.lineEnd
	}
	fmt.Fprint(s.conn, strings.Join(lines, end)+end+end+body)
}

func (s *rawSession) describe(request map[string]string) {
	h := s.camera.habits
	switch {
	case h.redirect != "":
		s.answer(request, 302, "Location: "+h.redirect, "")
		return
	case orDefault(h.describe, 200) != 200:
		s.answer(request, h.describe, "", "")
		return
	}
	host := s.camera.host()
	headers := ""
	if h.contentBase != "" {
		headers = "Content-Base: " + strings.ReplaceAll(h.contentBase, "HOST", host)
	}
	s.answer(request, 200, headers, strings.ReplaceAll(h.sdp, "HOST", host))
}

func (s *rawSession) setup(url string, request map[string]string) {
	h := s.camera.habits
	want := request["transport"]
	track := s.trackFor(len(s.tracks))
	switch {
	case h.refuse != "" && strings.Contains(url, h.refuse):
		s.answer(request, 500, "", "")
		return
	case strings.Contains(want, "/TCP") && h.refuseTCP:
		s.answer(request, 461, "", "")
		return
	case strings.Contains(want, "/TCP"):
		track.channel = 2 * len(s.tracks)
		if h.ownChannels > 0 {
			track.channel += h.ownChannels
		}
		s.answer(request, 200, fmt.Sprintf("Session: %s\nTransport: RTP/AVP/TCP;unicast;interleaved=%d-%d;ssrc=1",
			s.session(), track.channel, track.channel+1), "")
	default:
		_, ports, _ := strings.Cut(want, "client_port=")
		port, _, _ := strings.Cut(ports, "-")
		n, _ := strconv.Atoi(port)
		track.to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n}
		track.udp, _ = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		server := track.udp.LocalAddr().(*net.UDPAddr).Port
		s.udp = append(s.udp, track.udp)
		s.answer(request, 200, fmt.Sprintf("Session: %s\nTransport: RTP/AVP;unicast;client_port=%s-%d;server_port=%d-%d",
			s.session(), port, n+1, server, server+1), "")
	}
	s.tracks = append(s.tracks, track)
}

// trackFor is what the n-th SETUP is taken for: the hub sets up pictures and
// sounds in the order of the description, leaving out what it does not carry.
func (s *rawSession) trackFor(n int) rawTrack {
	o := parseOffer([]byte(s.camera.habits.sdp))
	if s.camera.habits.refuse != "" { // the test refuses the sound
		n = 0
	}
	if n >= len(o.tracks) {
		return rawTrack{}
	}
	t := o.tracks[n]
	kind := "audio"
	if t.track.Kind.Video() {
		kind = "video"
	}
	return rawTrack{kind: kind, clock: t.track.ClockRate, h265: t.track.Kind.String() == "H265", aac: t.track.Kind.String() == "AAC", pt: int(t.payloadType)}
}

// play sends 25 rounds a second until the hub hangs up.
func (s *rawSession) play(r *bufio.Reader) {
	h := s.camera.habits
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			if _, err := r.ReadByte(); err != nil {
				return
			}
		}
	}()
	defer func() {
		s.conn.Close()
		<-gone
		for _, u := range s.udp {
			u.Close()
		}
	}()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for n := 0; h.packets == 0 || n < h.packets; n++ {
		if !h.silent {
			s.round(n)
		}
		select {
		case <-gone:
			return
		case <-tick.C:
		}
	}
}

func (s *rawSession) round(n int) {
	h := s.camera.habits
	if h.noise && n%5 == 0 {
		s.conn.Write([]byte("$\x00\x00\x10noise\r\n"))
	}
	for i := range s.tracks {
		t := &s.tracks[i]
		if h.onlyAudio && t.kind == "video" || h.onlyVideo && t.kind == "audio" {
			continue
		}
		channel := t.channel
		if h.swapTracks && len(s.tracks) > 1 {
			channel = s.tracks[1-i].channel
		}
		rtcp := channel + 1
		if h.swapRTCP {
			channel, rtcp = rtcp, channel
		}
		payloads := t.payloads(n)
		for k, payload := range payloads {
			marker := k == len(payloads)-1
			s.send(t, channel, rtpPacket(t.pt+h.payloadOffset, marker, t.seq, uint32(n)*t.step(), uint32(i+1), payload))
			t.seq++
		}
		if n == 0 && t.udp == nil {
			s.send(t, rtcp, senderReportPacket(uint32(i+1)))
		}
	}
}

func (s *rawSession) send(t *rawTrack, channel int, p []byte) {
	if t.udp != nil {
		t.udp.WriteToUDP(p, t.to)
		return
	}
	s.conn.Write(append([]byte{'$', byte(channel), byte(len(p) >> 8), byte(len(p))}, p...))
}

// step is the ticks between two rounds, 40 ms.
func (t *rawTrack) step() uint32 { return uint32(t.clock / 25) }

// Parameter sets of 320x180 pictures, made with x264 and x265.
var (
	testSPS     = "Z01ADNkBQZ+fARAAAAMAEAAAAwMg8UKkgA=="
	testPPS     = "aOvDyyA="
	testVPS265  = "QAEMAf//AWAAAAMAkAAAAwAAAwA8koCQ"
	testSPS265  = "QgEBAWAAAAMAkAAAAwAAAwA8oAoIC595ZKkkyvAWgIAAAAMAgAAADIQ="
	testPPS265  = "RAHBcrRiQA=="
	testASC     = "1408"
	testPicture = 300 // bytes of a slice
)

// payloads is what a track sends in a round: a group of ten pictures with the
// parameter sets before its first, or a frame of sound.
func (t *rawTrack) payloads(n int) [][]byte {
	body := make([]byte, testPicture)
	switch {
	case t.kind == "video" && t.h265:
		body[0], body[1] = 1<<1, 1
		if n%10 != 0 {
			return [][]byte{body}
		}
		body[0] = 20 << 1
		return [][]byte{decodeParam(testVPS265), decodeParam(testSPS265), decodeParam(testPPS265), body}
	case t.kind == "video":
		body[0] = 0x61
		if n%10 != 0 {
			return [][]byte{body}
		}
		body[0] = 0x65
		return [][]byte{decodeParam(testSPS), decodeParam(testPPS), body}
	case t.aac:
		size := 100
		return [][]byte{append([]byte{0, 16, byte(size >> 5), byte(size << 3)}, body[:size]...)}
	}
	return [][]byte{body[:160]}
}

func rtpPacket(pt int, marker bool, seq uint16, timestamp, ssrc uint32, payload []byte) []byte {
	p := make([]byte, 12, 12+len(payload))
	p[0], p[1] = 0x80, byte(pt)
	if marker {
		p[1] |= 0x80
	}
	binary.BigEndian.PutUint16(p[2:], seq)
	binary.BigEndian.PutUint32(p[4:], timestamp)
	binary.BigEndian.PutUint32(p[8:], ssrc)
	return append(p, payload...)
}

// testNTP is the camera's clock at RTP time 0: half a second past the minute.
var testNTP = time.Date(2026, 3, 1, 9, 0, 0, 500_000_000, time.UTC)

func senderReportPacket(ssrc uint32) []byte {
	p := make([]byte, 28)
	p[0], p[1], p[3] = 0x80, 200, 6
	binary.BigEndian.PutUint32(p[4:], ssrc)
	binary.BigEndian.PutUint32(p[8:], uint32(testNTP.Unix()+2208988800))
	binary.BigEndian.PutUint32(p[12:], 1<<31) // half a second
	return p
}
