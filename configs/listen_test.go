package configs_test

import (
	"slices"
	"testing"

	"avhub/configs"
)

// Without TLS nothing leaves the machine; with it, what names no host is open.
func TestBind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		yaml     string
		want     configs.Bound
		narrowed []string
		itself   bool
	}{
		"defaults": {"", configs.Bound{HTTP: "127.0.0.1:8080", RTSP: "127.0.0.1:8554", WebRTC: "127.0.0.1:8189"}, []string{"http.listen", "rtsp.listen", "webrtc.listen"}, true},
		"written out": {"http: {listen: \"[::1]:80\"}\nrtsp: {listen: \"localhost:81\"}\nwebrtc: {listen: \"127.0.0.2:82\"}\n",
			configs.Bound{HTTP: "[::1]:80", RTSP: "localhost:81", WebRTC: "127.0.0.2:82"}, nil, true},
		"self-signed": {"http: {tls: self-signed}\n", configs.Bound{HTTP: ":8080", RTSP: ":8554", WebRTC: ":8189"}, nil, false},
		"own files": {"http: {tls: {cert: a, key: b}, listen: \"10.0.0.5:443\"}\n",
			configs.Bound{HTTP: "10.0.0.5:443", RTSP: ":8554", WebRTC: ":8189"}, nil, false},
		"TLS for itself": {"http: {tls: self-signed, listen: \"127.0.0.1:8443\"}\n", configs.Bound{HTTP: "127.0.0.1:8443", RTSP: ":8554", WebRTC: ":8189"}, nil, true},
		"a proxy here":   {"http: {behind_proxy: true}\n", configs.Bound{HTTP: "127.0.0.1:8080", RTSP: ":8554", WebRTC: ":8189"}, []string{"http.listen"}, false},
		"a proxy elsewhere": {"http: {behind_proxy: true, listen: \"0.0.0.0:8080\", proxies: [10.0.0.4, 10.1.0.0/16]}\n",
			configs.Bound{HTTP: "0.0.0.0:8080", RTSP: ":8554", WebRTC: ":8189"}, nil, false},
	} {
		cfg := parse(t, c.yaml)
		got := cfg.Bind()
		if got.HTTP != c.want.HTTP || got.RTSP != c.want.RTSP || got.WebRTC != c.want.WebRTC || !slices.Equal(got.Narrowed, c.narrowed) {
			t.Errorf("%s: %+v, want %+v, narrowed %v", name, got, c.want, c.narrowed)
		}
		if cfg.ThisMachine() != c.itself {
			t.Errorf("%s: this machine only: %v", name, !c.itself)
		}
	}
}

func TestNothingIsOpenedWithoutTLS(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"http", "rtsp", "webrtc"} {
		for _, addr := range []string{"0.0.0.0:80", "10.0.0.1:80", "[::]:80", "court.example:80", "80", ""} {
			if c, err := configs.Parse([]byte(key+": {listen: \""+addr+"\"}\n"), nil); err == nil {
				t.Errorf("%s.listen %s becomes %+v", key, addr, c.Bind())
			}
		}
	}
}
