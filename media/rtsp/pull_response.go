package rtsp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// Bounds of one RTSP message.
const (
	maxHeaderLine  = 4096
	maxHeaderLines = 100
	maxBody        = 128 << 10
)

var errMessage = errors.New("malformed RTSP message")

// rtspHeader holds header lines in order; names are lower case.
type rtspHeader []headerLine

type headerLine struct{ name, value string }

func (h rtspHeader) get(name string) string {
	for _, l := range h {
		if l.name == name {
			return l.value
		}
	}
	return ""
}

// message is an RTSP request or response.
type message struct {
	first  string
	header rtspHeader
	body   []byte
}

// readMessage reads one message with any line ends.
func readMessage(r *bufio.Reader) (*message, error) {
	m := &message{}
	var err error
	if m.first, err = readLine(r); err != nil {
		return nil, err
	}
	for {
		line, err := readLine(r)
		if err != nil {
			return nil, err
		}
		if line == "" {
			break
		}
		if len(m.header) >= maxHeaderLines {
			return nil, errMessage
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		m.header = append(m.header, headerLine{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
	}
	if s := m.header.get("content-length"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > maxBody {
			return nil, errMessage
		}
		m.body = make([]byte, n)
		if _, err := io.ReadFull(r, m.body); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > maxHeaderLine {
		return "", errMessage
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// status is the code of a response, or 0 for a request.
func (m *message) status() int {
	if !strings.HasPrefix(m.first, "RTSP/") {
		return 0
	}
	fields := strings.Fields(m.first)
	if len(fields) < 2 {
		return 0
	}
	return atoi(fields[1])
}

// tidyResponse writes a response with only the headers that a client needs, in
// the form that the RTSP library reads.
func tidyResponse(status int, h rtspHeader, transport string, body []byte) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "RTSP/1.0 %03d Status\r\n", status)
	if cseq := h.get("cseq"); isDigits(cseq) {
		fmt.Fprintf(&b, "CSeq: %s\r\n", cseq)
	}
	if s := tidySession(h.get("session")); s != "" {
		fmt.Fprintf(&b, "Session: %s\r\n", s)
	}
	for _, l := range h {
		if l.name == "www-authenticate" && len(l.value) < 2000 {
			fmt.Fprintf(&b, "WWW-Authenticate: %s\r\n", l.value)
		}
	}
	if p := h.get("public"); p != "" && len(p) < 2000 {
		fmt.Fprintf(&b, "Public: %s\r\n", p)
	}
	if transport != "" {
		fmt.Fprintf(&b, "Transport: %s\r\n", transport)
	}
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/sdp\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	return append([]byte(b.String()), body...)
}

// tidySession keeps the id and a time-out that is a number of seconds.
func tidySession(s string) string {
	id, params, _ := strings.Cut(s, ";")
	id = strings.TrimSpace(id)
	if id == "" || len(id) > 1000 {
		return ""
	}
	for _, p := range strings.Split(params, ";") {
		key, value, _ := strings.Cut(p, "=")
		value = strings.TrimRight(strings.Trim(strings.TrimSpace(value), `"`), "sS ")
		if n := atoi(value); strings.EqualFold(strings.TrimSpace(key), "timeout") && n > 0 && n < 1<<20 {
			return fmt.Sprintf("%s;timeout=%d", id, n)
		}
	}
	return id
}

// serverTransport is what a camera answers to SETUP.
type serverTransport struct {
	tcp, multicast bool
	channels       [2]int // interleaved; -1 when not said
	params         map[string]string
}

func parseTransport(s string) serverTransport {
	t := serverTransport{channels: [2]int{-1, -1}, params: map[string]string{}}
	s, _, _ = strings.Cut(s, ",")
	for _, p := range strings.Split(s, ";") {
		key, value, _ := strings.Cut(p, "=")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.Trim(strings.TrimSpace(value), `"`)
		t.params[key] = value
		switch {
		case strings.HasSuffix(key, "/tcp"):
			t.tcp = true
		case key == "multicast":
			t.multicast = true
		case key == "interleaved":
			t.tcp = true
			if a, b, ok := portPair(value); ok {
				t.channels = [2]int{a, b}
			}
		}
	}
	return t
}

// portPair reads "5000-5001" or "5000".
func portPair(s string) (a, b int, ok bool) {
	first, second, two := strings.Cut(s, "-")
	if first, second = strings.TrimSpace(first), strings.TrimSpace(second); !isDigits(first) {
		return 0, 0, false
	}
	a = atoi(first)
	b = a + 1
	if two && isDigits(second) {
		b = atoi(second)
	}
	return a, b, a <= 65535 && b <= 65535
}

// udp writes the answer of a camera that sends by UDP.
func (t serverTransport) udp() string {
	out := []string{"RTP/AVP", "unicast"}
	if t.multicast {
		out[1] = "multicast"
	}
	for _, key := range []string{"source", "destination"} {
		if ip := net.ParseIP(t.params[key]); ip != nil && !ip.IsUnspecified() {
			out = append(out, key+"="+ip.String())
		}
	}
	for _, key := range []string{"port", "client_port", "server_port"} {
		if a, b, ok := portPair(t.params[key]); ok {
			out = append(out, fmt.Sprintf("%s=%d-%d", key, a, b))
		}
	}
	return strings.Join(out, ";")
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) < 10
}
