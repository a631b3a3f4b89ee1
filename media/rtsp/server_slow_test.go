package rtsp

import (
	"net"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"avhub/media/mediatest"
)

// A player that has stopped reading is closed after a while; until then the
// others have every picture, at once.
func TestASlowPlayerIsAloneInItsTrouble(t *testing.T) {
	t.Parallel()
	const stuck = 3 * time.Second
	d := openDoor(t, ServerOptions{StuckTimeout: stuck}, "hall")
	c := d.film("hall", 25, 100_000, false)
	write(t, c, 1)

	slow := dial(t, d)
	if err := slow.Conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	session := slow.mustAsk("SETUP", d.url("hall/trackID=0"), overTCP).Header["Session"][0]
	slow.mustAsk("PLAY", d.url("hall"), "Session: "+session)
	g := enter(t, d.url("hall"), gortsplib.TransportTCP)
	eventually(t, 30*time.Second, "both play", func() bool { return d.Players() == 2 && d.stream("hall").Readers() == 2 })

	// As fast as the good one takes them: 30 MB, far more than all buffers hold.
	const pictures = 300
	for n := range pictures {
		write(t, c, 1)
		for !arrived(g, n+1) {
			select {
			case err := <-g.ended:
				t.Fatalf("the good player ends at picture %d: %v", n, err)
			case <-time.After(time.Millisecond):
			}
		}
	}
	if got := g.pictures(); len(got) != pictures+1 {
		t.Errorf("the good player has %d of %d pictures", len(got), pictures+1)
	}
	eventually(t, stuck+30*time.Second, "the slow one is closed", func() bool { return d.Players() == 1 })
	write(t, c, 1)
	eventually(t, 30*time.Second, "the good one plays on", func() bool { return arrived(g, pictures+1) })
}

// arrived tells that the last packet of a picture has come.
func arrived(g *guest, number int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.packets["H264"]
	if len(all) == 0 {
		return false
	}
	last := all[len(all)-1]
	return last.Marker && mediatest.Number(last.Payload) == number
}
