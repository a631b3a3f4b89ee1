//go:build linux

package webrtc_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"avhub/cmd/avhub/whepclient/lean"
)

// withinNarrowPath, in the environment, makes this test's program the one that has a network
// for itself in which no packet is larger than 1,200 bytes.
const withinNarrowPath = "AVHUB_TEST_NARROW_PATH"

// By a path that takes 1,200 bytes, with all headers, pictures come whole: the kernel cannot
// cut messages there, and says so; what it refused leaves in another way.
func TestPicturesPassAPathOf1200Bytes(t *testing.T) {
	if os.Getenv(withinNarrowPath) != "" {
		passNarrowPath(t)
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--net", "sh", "-ec",
		"ip link set lo up mtu 1200; exec \"$0\" -test.run '^TestPicturesPassAPathOf1200Bytes$' -test.v", self)
	cmd.Env = append(os.Environ(), withinNarrowPath+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("packets passed")) {
		t.Fatalf("%v: %s", err, out)
	}
	t.Log(string(out))
}

func passNarrowPath(t *testing.T) {
	stage, s := newStage(t, 25), server(t, "127.0.0.1:0")
	v, _ := stage.watch(t, s, &lean.Options{})
	sees(t, v)
	goesOn(t, v, 300)
	seen, sent := v.Stats(), s.SentLight()
	if seen.Lost > 0 || sent.Failed > 0 {
		t.Errorf("seen %+v, sent %+v", seen, sent)
	}
	if sent.Unsegmented == 0 || !sent.Whole {
		t.Errorf("nothing shows that this path is narrow, and it alone: %+v", sent)
	}
	t.Logf("%d packets passed, %d messages in pieces", seen.Packets, sent.Unsegmented)
}
