//go:build linux

package webrtc_test

import (
	"testing"

	"avhub/cmd/avhub/whepclient/lean"
	"avhub/media/mediatest/ownnet"
)

// By a path that takes 1,200 bytes, with all headers, pictures come whole: the kernel cannot
// cut messages there, and says so; what it refused leaves in another way.
func TestPicturesPassAPathOf1200Bytes(t *testing.T) {
	ownnet.Run(t, "ip link set lo up mtu 1200", passNarrowPath)
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
