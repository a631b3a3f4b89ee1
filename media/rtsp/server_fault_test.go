package rtsp

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/pion/rtp"
)

// A fault that a request or an encoder's packet meets is theirs alone: a player
// of another source misses nothing.
func TestAFaultEndsOneConnection(t *testing.T) {
	t.Parallel()
	log := &lockedBuffer{}
	d := openDoor(t, ServerOptions{Log: slog.New(slog.NewTextHandler(log, nil))}, "hall")
	c := d.film("hall", 25, 1000, false)
	write(t, c, 2)
	g := enter(t, d.url("hall"), gortsplib.TransportTCP)
	g.await("H264", 2)

	w := dial(t, d)
	for _, answer := range []base.Response{
		w.ask("DESCRIBE", d.url("haunted")), w.ask("SETUP", d.url("haunted/trackID=0"), overTCP),
	} {
		if answer.StatusCode != base.StatusInternalServerError {
			t.Errorf("a request that meets a fault is answered %d", answer.StatusCode)
		}
	}
	w.mustAsk("OPTIONS", d.url("hall")) // the connection itself goes on
	w.Close()

	e, err := announce(t, d, "haunted", gortsplib.TransportTCP, h264Format())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.c.WritePacketRTP(e.video, &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SSRC: 7, Marker: true}, Payload: []byte{0x65, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := e.c.Wait(); err == nil {
		t.Error("the encoder's session goes on")
	}
	if n := strings.Count(log.String(), "a fault was contained"); n != 3 || !strings.Contains(log.String(), "server_publish.go") {
		t.Errorf("the log has %d faults: %s", n, log)
	}

	write(t, c, 3)
	g.await("H264", 5)
	g.c.Close()
	eventually(t, 30*time.Second, "nothing is kept", func() bool { return d.kept() == 0 })
}
