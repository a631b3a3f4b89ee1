package rtsp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/media/packet"
)

// rawDevice answers one talker by hand, with the habits of a device: its own channels,
// headers in lower case, a description with oddities. It keeps what it is asked.
type rawDevice struct {
	mu      sync.Mutex
	asked   []string // "METHOD", with " required" where the back channel was
	channel int      // of the sound that came
	frame   []byte
}

const oddDescription = "v=0\no=- 1 1 IN IP4 0.0.0.0\nb=AS:oops\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:v\na=recvonly\n" +
	"m=audio 0 RTP/AVP 104 0\na=rtpmap:104 G726-32/8000\na=rtpmap:0 pcmu/8000/1\na=control:rtsp://0.0.0.0/live/back\na=sendonly\n"

func (d *rawDevice) serve(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		first, err := r.ReadByte()
		if err != nil {
			return
		}
		if first == '$' {
			head := make([]byte, 3)
			_, _ = io.ReadFull(r, head)
			frame := make([]byte, int(head[1])<<8|int(head[2]))
			_, _ = io.ReadFull(r, frame)
			d.mu.Lock()
			if len(frame) > 12 && frame[1]&0x7f < 72 {
				d.channel, d.frame = int(head[0]), frame
			}
			d.mu.Unlock()
			continue
		}
		line, _ := r.ReadString('\n')
		method, _, _ := strings.Cut(string(first)+line, " ")
		cseq, required := "", ""
		for line = "x"; strings.TrimSpace(line) != ""; {
			if line, err = r.ReadString('\n'); err != nil {
				return
			}
			if key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); strings.EqualFold(key, "CSeq") {
				cseq = value
			} else if strings.EqualFold(key, "Require") && value == "www.onvif.org/ver20/backchannel" {
				required = " required"
			}
		}
		d.mu.Lock()
		d.asked = append(d.asked, method+required)
		d.mu.Unlock()
		answer := "RTSP/1.0 200 OK\ncseq: " + cseq + "\nsession: 77\n"
		switch method {
		case "DESCRIBE":
			fmt.Fprintf(c, "%scontent-type: application/sdp\ncontent-length: %d\n\n%s", answer, len(oddDescription), oddDescription)
		case "SETUP":
			fmt.Fprintf(c, "%stransport: RTP/AVP/TCP;unicast;interleaved=6-7\n\n", answer)
		default:
			fmt.Fprintf(c, "%s\n", answer)
		}
	}
}

func (d *rawDevice) has(what string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.asked, what)
}

// A device with habits: the back channel is required of each request that concerns it,
// sound goes on the channel that the device names, in the law that it takes; and it is
// told when it is over.
func TestADeviceWithHabitsIsTalkedTo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &rawDevice{}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if c, err := l.Accept(); err == nil {
			d.serve(c)
			c.Close()
		}
	}()
	defer func() { l.Close(); <-served }()
	talk, err := OpenTalk(t.Context(), TalkOptions{URL: "rtsp://" + l.Addr().String() + "/live"})
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	if talk.Kind() != packet.PCMU {
		t.Errorf("it is told %s", talk.Kind())
	}
	said := (&tone{kind: packet.PCMU, hz: 500}).next()
	if err := talk.Write(said); err != nil {
		t.Fatal(err)
	}
	eventually(t, 5*time.Second, "sound comes", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.frame != nil })
	talk.Close()
	eventually(t, 5*time.Second, "it is told the end", func() bool { return d.has("TEARDOWN required") })
	for _, m := range []string{"DESCRIBE", "SETUP", "PLAY"} {
		if !d.has(m + " required") {
			t.Errorf("%s does not require the back channel: %v", m, d.asked)
		}
	}
	if d.channel != 6 || d.frame[1] != 0x80 || !slices.Equal(d.frame[12:], said) {
		t.Errorf("on channel %d: % x", d.channel, d.frame[:12])
	}
}
