package certs

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestParseHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Hub.Example.CN.": "hub.example.cn", "hub": "hub", "hub_1": "hub_1", "xn--fiq228c.cn": "xn--fiq228c.cn", "1.hub": "1.hub",
	} {
		if got, err := parseHost(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                        "1 to 253",
		".":                       "1 to 253",
		"a..b":                    "write a name",
		"-hub":                    "write a name",
		"hub-":                    "write a name",
		"https://hub":             "write a name",
		"hub:8443":                "write a name",
		"hub/":                    "write a name",
		"hub\n":                   "write a name",
		"*.court.cn":              "not a pattern",
		"法院.cn":                   "xn--",
		"10.0.0.256":              "looks like an IP address",
		strings.Repeat("a", 64):   "write a name",
		strings.Repeat("a.", 127): "looks",
	} {
		got, err := parseHost(text)
		if text == strings.Repeat("a.", 127) { // 253 characters after the last dot has gone
			if err != nil || len(got) != 253 {
				t.Errorf("%d characters: %v", len(got), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestConfiguredNames(t *testing.T) {
	t.Parallel()
	n, err := parseNames([]string{"b.example", "203.0.113.8", "A.example", "::ffff:203.0.113.8", "b.example."})
	if err != nil || !slices.Equal(n.strings(), []string{"a.example", "b.example", "203.0.113.8"}) {
		t.Errorf("%v, %v", n.strings(), err)
	}
	for _, bad := range []string{"0.0.0.0", "::", "ff02::1", "fe80::1%eth0", "two words"} {
		_, err := Open(Options{Mode: SelfSigned, Dir: t.TempDir(), Names: []string{"hub", bad}, Interfaces: newMachine("hub").tell})
		if err == nil || !strings.Contains(err.Error(), "names[1]") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestWhatAMachineTellsIsSifted(t *testing.T) {
	t.Parallel()
	m := newMachine("Hub 法院 -bad-", "10.0.0.1", "::ffff:10.0.0.2", "169.254.9.9", "fe80::1", "fe80::2%eth0", "0.0.0.0", "ff02::1", "fd00::1", "10.0.0.1")
	hosts, addrs, _ := m.tell()
	got := wanted(hosts, append(addrs, netip.Addr{}), names{}).strings()
	want := []string{"hub", "localhost", "10.0.0.1", "10.0.0.2", "127.0.0.1", "169.254.9.9", "::1", "fd00::1"}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestMachineKnowsItself(t *testing.T) {
	t.Parallel()
	hosts, addrs, err := Machine()
	if err != nil || len(hosts) != 3 || !strings.HasSuffix(hosts[2], ".local") {
		t.Errorf("%v, %v", hosts, err)
	}
	if !slices.Contains(addrs, netip.MustParseAddr("127.0.0.1")) {
		t.Errorf("%v", addrs)
	}
}

func TestOptionsThatCannotWork(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		"is not a mode":   {},
		"needs a folder":  {Mode: SelfSigned},
		"needs both":      {Mode: Files, CertFile: "hub.crt"},
		`"off" is not`:    {Mode: "off"},
		"no such file":    {Mode: Files, CertFile: "/nowhere/hub.crt", KeyFile: "/nowhere/hub.key"},
		"not a directory": {Mode: SelfSigned, Dir: "/dev/null/tls"},
	} {
		if _, err := Open(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
