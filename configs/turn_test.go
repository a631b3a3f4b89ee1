package configs_test

import (
	"strings"
	"testing"

	"avhub/configs"
)

func TestTheRelayIsOffUnlessItHasAPort(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string][2]string{
		"":                                    {},
		"webrtc: {turn: {listen: \":3478\"}}": {"127.0.0.1:3478", ""}, // this machine's, as everything without TLS
		"webrtc: {turn: {listen: \"127.0.0.1:3478\"}}":                                                       {"127.0.0.1:3478", ""},
		"http: {tls: self-signed}\nwebrtc: {turn: {listen: \":3478\", tls_listen: \":5349\"}}":               {":3478", ":5349"},
		"http: {tls: self-signed, listen: \"10.0.0.5:443\"}\nwebrtc: {turn: {tls_listen: \"10.0.0.6:443\"}}": {"", "10.0.0.6:443"},
		"http: {behind_proxy: true}\nwebrtc: {turn: {listen: \"10.0.0.5:3478\"}}":                            {"10.0.0.5:3478", ""},
	} {
		c := parse(t, yaml+"\n")
		b := c.Bind()
		if got := [2]string{b.TURN, b.TURNS}; got != want || c.WebRTC.TURN.On() != (want != [2]string{}) {
			t.Errorf("%s: %v, on: %v, want %v", yaml, got, c.WebRTC.TURN.On(), want)
		}
	}
}

func TestFaultsOfTheRelayAreNamed(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"webrtc: {turn: {tls_listen: \":5349\"}}":                                   "webrtc.turn.tls_listen (line 1): the hub has no certificate",
		"webrtc: {turn: {listen: \"10.0.0.5:3478\"}}":                               "webrtc.turn.listen (line 1): \"10.0.0.5\" is reachable from other machines",
		"webrtc: {turn: {listen: \"3478\"}}":                                        "\"3478\" is not host:port",
		"webrtc: {turn: {listen: \":8189\"}}":                                       "port 8189 is webrtc.listen's already",
		"http: {tls: self-signed}\nwebrtc: {turn: {tls_listen: \"10.0.0.6:8080\"}}": "port 8080 is http.listen's already", // :8080 is all addresses
		"webrtc: {turn: {listen: \":3478\", host: \"hub:3478\"}}":                   "webrtc.turn.host (line 1): \"hub:3478\" is no name",
		"webrtc: {turn: {realm: \"a\\\"b\"}}":                                       "is no realm",
		"webrtc: {turn: {allocations: 0}}":                                          "0 is out of range: use 1 to 20000",
		"webrtc: {turn: {session_allocations: 101}}":                                "101 is out of range: use 1 to 100",
		"webrtc: {turn: {session_rate: 1KiB}}":                                      "1KiB is out of range: use 64KiB to 1GiB",
		"webrtc: {turn: {session_total: 1KiB}}":                                     "1KiB is out of range: use 1MiB to 4096GiB",
		"webrtc: {turn: {tls_port: 70000}}":                                         "70000 is out of range: use 0 to 65535",
		"webrtc: {turn: {lifetime: 1s}}":                                            "1s is out of range: use 1m to 168h",
		"webrtc: {turn: {secret: x}}":                                               "unknown key \"secret\" in webrtc.turn",
	} {
		_, err := configs.Parse([]byte(yaml+"\n"), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, err, want)
		}
	}
}
