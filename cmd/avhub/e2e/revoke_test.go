package e2e

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"avhub/cmd/avhub/whepclient"
)

// revocation is how fast pictures and sockets are gone.
const revocation = 2 * time.Second

// Whatever takes a permission away, on the wire: the pictures by WHEP and RTSP
// stop and the socket closes within 2 s, and those of others go on.
func TestRevocationIsLive(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	cmd, out := startAvhub(t, nil, "camera", "--listen", addr, "yard=demo:court-1")
	out.await(t, listening)
	t.Cleanup(func() { stop(t, cmd, syscall.SIGKILL) })
	h := newHub(t)
	h.add(t, map[string]string{"id": "yard", "url": "rtsp://" + addr + "/yard", "court": "heihe"})
	h.awaitState(t, "yard", "live")

	other := h.watches(t, h.token, "")
	otherSocket := h.follow(t, "Authorization", "Bearer "+h.token)
	for i, take := range []struct {
		what string
		do   func(t *testing.T, x *watched)
	}{
		{"the user is disabled", func(t *testing.T, x *watched) { x.patch(t, map[string]any{"disabled": true}) }},
		{"the role is taken", func(t *testing.T, x *watched) {
			x.patch(t, map[string]any{"roles": []map[string]string{{"role": "auditor", "court": "heihe"}}})
		}},
		{"log-in and token are ended", func(t *testing.T, x *watched) {
			x.must(t, "DELETE", "/users/"+x.id+"/sessions/"+x.session, http.StatusNoContent)
			var list struct{ Items []struct{ ID string } }
			h.call(t, "GET", "/users/"+x.id+"/tokens", nil, &list)
			for _, k := range list.Items {
				x.must(t, "DELETE", "/users/"+x.id+"/tokens/"+k.ID, http.StatusNoContent)
			}
		}},
		{"the source is removed", func(t *testing.T, x *watched) { x.must(t, "DELETE", "/sources/"+x.source, http.StatusNoContent) }},
	} {
		t.Run(take.what, func(t *testing.T) {
			name := fmt.Sprint("viewer-", i)
			x := &watched{h: h, source: "yard"}
			if take.what == "the source is removed" {
				x.source = "gate"
				h.add(t, map[string]string{"id": "gate", "url": "rtsp://" + addr + "/yard", "court": "heihe"})
				h.awaitState(t, "gate", "live")
			}
			h.user(t, name, "inspector", "heihe")
			x.id = h.userID(t, name)
			token := h.tokenOf(t, name)
			var cookie string
			cookie, x.session = h.logIn(t, name)
			byToken, byCookie := h.watchesSource(t, x.source, token, ""), h.watchesSource(t, x.source, "", cookie)
			playing := h.play(t, x.source, token)
			socket := h.follow(t, "Cookie", cookie)
			await(t, 10*time.Second, "pictures everywhere", func() bool {
				return byToken.Packets() > 0 && byCookie.Packets() > 0 && playing.bytes.Load() > 0
			})

			take.do(t, x)
			taken := time.Now()
			const quiet = 300 * time.Millisecond // some ten packets' time
			for what, silent := range map[string]func() time.Duration{"WHEP by a token": byToken.Silent, "WHEP by a log-in": byCookie.Silent, "RTSP": playing.silent} {
				await(t, revocation+quiet, what+" is silent", func() bool { return silent() > quiet })
			}
			if late := time.Since(taken); late > revocation+2*quiet {
				t.Errorf("all was silent after %s", late)
			}
			if x.source != "yard" { // the log-in stays
				return
			}
			if take.what != "the role is taken" { // of which a socket is none
				select {
				case <-socket.ended:
					if !websocket.IsCloseError(socket.err, websocket.ClosePolicyViolation) {
						t.Errorf("the socket ended with %v", socket.err)
					}
				case <-time.After(time.Until(taken.Add(revocation))):
					t.Error("the socket is open")
				}
			}
			for what, credential := range map[string][2]string{"the log-in": {"Cookie", cookie}, "the token": {"Authorization", "Bearer " + token}} {
				if status := h.ask(t, credential[0], credential[1], "GET", "/api/v1/sources/yard", nil, nil); status < 400 {
					t.Errorf("%s is good for the source: %d", what, status)
				}
				if v, err := whepclient.Watch(t.Context(), whepclient.Options{URL: "http://" + h.http + "/whep/yard", Cookie: cookie}); err == nil {
					v.Vanish()
					t.Errorf("it can be begun anew")
				}
			}
			if other.Silent() > quiet*2 {
				t.Error("the pictures of others have stopped")
			}
		})
	}
	select {
	case <-otherSocket.ended:
		t.Errorf("others' sockets have closed: %v", otherSocket.err)
	default:
	}
	// By the command line, beside the running hub.
	h.user(t, "console", "inspector", "heihe")
	cookie, _ := h.logIn(t, "console")
	v, socket := h.watches(t, "", cookie), h.follow(t, "Cookie", cookie)
	h.run(t, "another umbrella 93 harvest", "user", "passwd", "console")
	select {
	case <-socket.ended:
	case <-time.After(revocation):
		t.Error("the socket is open after the password was set at the machine")
	}
	await(t, revocation, "the picture stops", func() bool { return v.Silent() > 300*time.Millisecond })
}

// watched is somebody whose permission is taken.
type watched struct {
	h                   *hub
	id, session, source string
}

func (x *watched) patch(t *testing.T, in map[string]any) {
	t.Helper()
	if status := x.h.call(t, "PATCH", "/users/"+x.id, in, nil); status != http.StatusOK {
		t.Fatalf("PATCH: %d", status)
	}
}

func (x *watched) must(t *testing.T, method, path string, want int) {
	t.Helper()
	if status := x.h.call(t, method, path, nil, nil); status != want {
		t.Fatalf("%s %s: %d", method, path, status)
	}
}

// watches watches the yard by WHEP, with a token or a cookie.
func (h *hub) watches(t *testing.T, token, cookie string) *whepclient.Viewer {
	t.Helper()
	return h.watchesSource(t, "yard", token, cookie)
}

func (h *hub) watchesSource(t *testing.T, source, token, cookie string) *whepclient.Viewer {
	t.Helper()
	url := "http://" + h.http + "/whep/" + source
	if token != "" {
		url = "http://:" + token + "@" + h.http + "/whep/" + source
	}
	v, err := whepclient.Watch(t.Context(), whepclient.Options{URL: url, Cookie: cookie, Sound: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Vanish)
	<-v.Keyframe()
	return v
}
