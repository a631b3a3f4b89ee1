//go:build linux

// Package ownnet runs a test in a network of its own, whose loopback is as the test wants
// it: a port of 1 Gbit/s, or a path of 1,200 bytes.
//
//	func TestX(t *testing.T) { ownnet.Run(t, "ip link set lo up mtu 1200", func(t *testing.T) { … }) }
package ownnet

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// inside, in the environment, says that the test's program has its network.
const inside = "AVHUB_TEST_OWN_NETWORK"

// passed is what the test in its network says when it did not fail: a test that was not
// found says nothing.
const passed = "passed in its own network"

// Run sets a network up with a line of shell and has the test run there, beside others.
func Run(t *testing.T, setup string, test func(*testing.T)) {
	t.Helper()
	if os.Getenv(inside) != "" {
		test(t)
		if !t.Failed() {
			t.Log(passed)
		}
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--net", "sh", "-ec",
		setup+"; exec \"$0\" -test.run '^"+t.Name()+"$' -test.v", self)
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte(passed)) {
		t.Fatalf("%v: %s", err, out)
	}
	t.Log(string(out))
}
