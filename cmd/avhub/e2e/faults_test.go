package e2e

import (
	"syscall"
	"testing"

	"avhub/cmd/avhub/whepclient"
)

// Cameras that misbehave, each in its own way, beside one that does not: what
// the hub says of each, and that their viewers, and the good one's, are served.
func TestCamerasMisbehave(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, fault  string
		state, cause string // what the hub says in the end
		watch        bool   // a viewer goes on all the time
	}{
		{"good", "none", "live", "", true},
		{"lossy", "drop:10@6s", "degraded", "packet_loss", true},
		{"mute", "mute@6s", "degraded", "audio_stalled", true},
		{"frozen", "freeze@6s", "degraded", "video_stalled", false},
		{"back", "jump:-3600@6s", "live", "", true},
		{"ahead", "jump:40000@6s", "live", "", true},
		{"slow", "slow:10@6s", "", "", true},
		{"fast", "fast:10@6s", "", "", true},
		{"bare", "noparams", "live", "", true},
		{"black", "black@6s", "live", "", true},
		{"gone", "gone@6s", "offline", "not_found", false},
		{"locked", "unauthorized", "offline", "unauthorized", false},
	}
	addr := freeAddr(t)
	args := []string{"camera", "--listen", addr}
	for _, c := range cases {
		args = append(args, "--fault", c.name+"="+c.fault)
	}
	for _, c := range cases {
		args = append(args, c.name+"=demo:court-1")
	}
	cmd, out := startAvhub(t, nil, args...)
	defer stop(t, cmd, syscall.SIGKILL)
	out.await(t, listening)
	h := newHub(t)
	for _, c := range cases {
		h.add(t, map[string]string{"id": c.name, "url": "rtsp://" + addr + "/" + c.name})
	}
	viewers := map[string]*whepclient.Viewer{}
	for _, c := range cases {
		if !c.watch {
			continue
		}
		h.awaitFlows(t, c.name) // its fault may have begun
		v, err := whepclient.Watch(t.Context(), whepclient.Options{URL: h.whep(c.name), Sound: true})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Vanish()
		viewers[c.name] = v
	}

	for _, c := range cases {
		if c.cause == "" {
			continue
		}
		await(t, longEnough, c.name+" is "+c.state+" for "+c.cause, func() bool {
			var s source
			h.call(t, "GET", "/sources/"+c.name, nil, &s)
			return s.Main.State == c.state && s.Main.Cause != nil && s.Main.Cause.Code == c.cause
		})
	}
	before := map[string]uint64{}
	for name, v := range viewers {
		before[name] = v.Packets()
	}
	for _, c := range cases {
		if !c.watch {
			continue
		}
		await(t, longEnough, c.name+"'s viewer is served", func() bool { return viewers[c.name].Packets() > before[c.name]+100 })
		if c.cause == "" && c.state != "" {
			h.awaitState(t, c.name, c.state)
		}
	}
	if n := viewers["good"].Missing(); n != 0 {
		t.Errorf("the good camera's viewer misses %d packets", n)
	}
}
