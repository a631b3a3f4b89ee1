package rtsp

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/conn"
)

// bytesConn is a connection on which the camera has said all that it will.
type bytesConn struct {
	net.Conn
	r io.Reader
}

func (c bytesConn) Read(p []byte) (int, error)  { return c.r.Read(p) }
func (c bytesConn) Close() error                { return nil }
func (c bytesConn) SetDeadline(time.Time) error { return nil }

func tidyOver(camera string, requests ...*base.Request) *tidyConn {
	c := newTidyConn(bytesConn{r: strings.NewReader(camera)})
	for _, r := range requests {
		c.note(r)
	}
	return c
}

func request(method base.Method, cseq, transport string) *base.Request {
	u, _ := base.ParseURL("rtsp://u:p@10.0.0.5/cam")
	r := &base.Request{Method: method, URL: u, Header: base.Header{"CSeq": {cseq}}}
	if transport != "" {
		r.Header["Transport"] = base.HeaderValue{transport}
	}
	return r
}

func TestDescriptionIsWrittenAnew(t *testing.T) {
	t.Parallel()
	sdp := "o=broken\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264\na=control:x y\n"
	c := tidyOver("RTSP/1.0 200\nCSeq:7\nX-Odd\nContent-Length: "+itoa(len(sdp))+"\n\n"+sdp, request(base.Describe, "7", ""))
	got, _ := io.ReadAll(c)
	for _, want := range []string{"RTSP/1.0 200 ", "CSeq: 7\r\n", "a=rtpmap:96 X-RAW/90000\r\n", "a=control:rtsp://10.0.0.5/cam/x%20y\r\n"} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if bytes.Contains(got, []byte("u:p@")) {
		t.Errorf("holds credentials:\n%s", got)
	}
	if _, err := conn.NewConn(bytes.NewBuffer(got)).ReadResponse(); err != nil {
		t.Errorf("the library does not read it: %v", err)
	}
}

func itoa(n int) string {
	return strings.TrimLeft(string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)}), "0")
}

func TestPacketsGoToTheChannelsThatWereAskedFor(t *testing.T) {
	t.Parallel()
	video := "\x80\x60\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01payload"
	report := "\x80\xc8\x00\x06\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	frame := func(channel byte, p string) string { return "$" + string([]byte{channel, 0, byte(len(p))}) + p }
	sdp := "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
	c := tidyOver("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: "+itoa(len(sdp))+"\r\n\r\n"+sdp+
		"RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;interleaved=9-8\r\n\r\n"+
		frame(9, video)+"garbage$\x01\x02\x03"+frame(4, report)+"$\x00\x00\x00"+frame(9, "\x40not RTP at all"),
		request(base.Describe, "1", ""), request(base.Setup, "2", "RTP/AVP/TCP;unicast;interleaved=0-1"))
	r := conn.NewConn(readWriter{c})
	for range 2 {
		if _, err := r.ReadResponse(); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{0, 1} {
		f, err := r.ReadInterleavedFrame()
		if err != nil || f.Channel != want {
			t.Fatalf("packet %d on channel %d: %v, want %d", i, f.Channel, err, want)
		}
	}
	if f, err := r.ReadInterleavedFrame(); err == nil {
		t.Errorf("a packet too many: % x", f.Payload)
	}
}

type readWriter struct{ io.Reader }

func (readWriter) Write(p []byte) (int, error) { return len(p), nil }

func TestCamerasMayAskForOptions(t *testing.T) {
	t.Parallel()
	c := tidyOver("ANNOUNCE rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\nOPTIONS rtsp://x RTSP/1.0\r\nCSeq: 5\r\n\r\n")
	r := conn.NewConn(readWriter{c})
	q, err := r.ReadRequest()
	if err != nil || q.Method != base.Options || q.Header["CSeq"][0] != "5" {
		t.Fatalf("%v %v", q, err)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"line":   "RTSP/1.0 200 " + strings.Repeat("x", 1<<20),
		"header": "RTSP/1.0 200 OK\r\n" + strings.Repeat("A: b\r\n", 1000),
		"body":   "RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n",
	} {
		if _, err := io.ReadAll(tidyOver(s)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// FuzzDescribeRewrite: whatever a camera says, the library reads each thing
// that is made of it, and what is made stays in proportion.
func FuzzDescribeRewrite(f *testing.F) {
	for _, file := range corpus(f) {
		body := read(f, file)
		f.Add([]byte("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Base: rtsp://h/x/\r\nContent-Length: 5000\r\n\r\n" + string(body)))
	}
	f.Add([]byte("RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 1;timeout=60\r\nTransport: RTP/AVP/TCP;interleaved=1-0\r\n\r\n$\x00\x00\x10\x80\x60aaaaaaaaaaaaaa"))
	f.Add([]byte("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nRTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\n\r\n"))
	f.Fuzz(func(t *testing.T, camera []byte) {
		c := tidyOver(string(camera),
			request(base.Describe, "1", ""), request(base.Setup, "2", "RTP/AVP/TCP;unicast;interleaved=0-1"),
			request(base.Setup, "3", "RTP/AVP;unicast;client_port=5000-5001"))
		out, _ := io.ReadAll(c)
		if len(out) > 20*len(camera)+4096 {
			t.Fatalf("%d bytes of %d", len(out), len(camera))
		}
		r := conn.NewConn(struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(out), io.Discard})
		for {
			if _, err := r.Read(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v in %q", err, out)
			}
		}
	})
}
