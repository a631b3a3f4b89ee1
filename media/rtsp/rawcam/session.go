package rawcam

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// session is one connection.
type session struct {
	camera *Camera
	conn   net.Conn
	tracks []*sender
}

func (s *session) serve() {
	r := bufio.NewReader(s.conn)
	for {
		q, err := readRequest(r)
		if err != nil {
			return
		}
		h := s.camera.current()
		s.camera.note(q.method + " " + q.url)
		switch {
		case q.method == h.HangAt:
			r.ReadByte() // until the other side gives up
			return
		case h.Password != "" && !h.knows(q):
			s.answer(q, 401, h.challenge(), "")
			continue
		}
		switch q.method {
		case "OPTIONS":
			s.answer(q, orDefault(h.Options, 200), "", "")
		case "DESCRIBE":
			s.describe(q, h)
		case "SETUP":
			s.setup(q, h)
		case "PLAY":
			s.answer(q, 200, "Session: "+h.session(), "")
			s.play(r)
			return
		default:
			s.answer(q, 200, "", "")
		}
	}
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

func (h *Habits) session() string { return orDefault(h.Session, "1234") }

type request struct {
	method, url string
	header      map[string]string // lower case names
}

func readRequest(r *bufio.Reader) (*request, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return nil, fmt.Errorf("request %q", line)
	}
	q := &request{method: fields[0], url: fields[1], header: map[string]string{}}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			return q, nil
		}
		k, v, _ := strings.Cut(line, ":")
		q.header[strings.ToLower(k)] = strings.TrimSpace(v)
	}
}

func (s *session) answer(q *request, status int, headers, body string) {
	h := s.camera.current()
	lines := []string{fmt.Sprintf("RTSP/1.0 %d Whatever", status), "CSeq: " + q.header["cseq"]}
	for _, line := range strings.Split(headers, "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp", "Content-Length: "+strconv.Itoa(len(body)))
	}
	if h.LowerHeaders {
		for i := 1; i < len(lines); i++ {
			k, v, _ := strings.Cut(lines[i], ":")
			lines[i] = strings.ToLower(k) + ":" + v
		}
	}
	end := orDefault(h.LineEnd, "\r\n")
	fmt.Fprint(s.conn, strings.Join(lines, end)+end+end+body)
}

func (s *session) describe(q *request, h Habits) {
	host := s.camera.Host()
	switch {
	case h.Redirect != "":
		s.answer(q, 302, "Location: "+h.Redirect, "")
		return
	case orDefault(h.Describe, 200) != 200:
		s.answer(q, h.Describe, "", "")
		return
	}
	headers := ""
	if h.ContentBase != "" {
		headers = "Content-Base: " + strings.ReplaceAll(h.ContentBase, "HOST", host)
	}
	s.answer(q, 200, headers, strings.ReplaceAll(orDefault(h.SDP, SDP), "HOST", host))
}

// setup takes the n-th SETUP that it grants for its n-th track.
func (s *session) setup(q *request, h Habits) {
	want := q.header["transport"]
	tracks := h.Tracks
	if tracks == nil {
		tracks = defaultTracks
	}
	n := len(s.tracks)
	tcp := strings.Contains(want, "/TCP")
	switch {
	case h.Refuse != "" && strings.Contains(q.url, h.Refuse):
		s.answer(q, 500, "", "")
		return
	case tcp && h.NoTCP:
		s.answer(q, 461, "", "")
		return
	case n >= len(tracks):
		s.answer(q, 404, "", "")
		return
	}
	t := &sender{Track: tracks[n], ssrc: uint32(n + 1)}
	transport := ""
	if tcp {
		t.channel = 2*n + h.Channels
		transport = fmt.Sprintf("RTP/AVP/TCP;unicast;interleaved=%d-%d;ssrc=1", t.channel, t.channel+1)
	} else {
		_, ports, _ := strings.Cut(want, "client_port=")
		first, _, _ := strings.Cut(ports, "-")
		port, _ := strconv.Atoi(first)
		t.to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
		t.udp, _ = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		server := t.udp.LocalAddr().(*net.UDPAddr).Port
		transport = fmt.Sprintf("RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d", port, port+1, server, server+1)
	}
	s.tracks = append(s.tracks, t)
	s.answer(q, 200, "Session: "+h.session()+"\nTransport: "+transport, "")
}

// play sends 25 rounds a second until the other side hangs up.
func (s *session) play(r *bufio.Reader) {
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
		for _, t := range s.tracks {
			if t.udp != nil {
				t.udp.Close()
			}
		}
	}()
	// On a schedule, not from tick to tick: what a busy machine has held up is
	// made up for, and the clock of the packets stays true.
	began := time.Now()
	for n := 0; ; n++ {
		h := s.camera.current()
		if h.Rounds > 0 && n >= h.Rounds {
			return
		}
		s.round(n, h)
		select {
		case <-gone:
			return
		case <-time.After(time.Until(began.Add(time.Duration(n+1) * interval))):
		}
	}
}

// interval is from round to round.
const interval = 40 * time.Millisecond
