package signaling

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyThisMachinesNames(t *testing.T) {
	t.Parallel()
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "hub.localhost:8080": 200, "127.0.0.1:8080": 200, "127.8.0.1": 200, "[::1]:8080": 200, "[::ffff:127.0.0.1]": 200, "": 200,
		"evil.example": 421, "evil.example:8080": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "10.0.0.5:8080": 421, "notlocalhost": 421,
	} {
		for _, only := range []bool{false, true} {
			r := httptest.NewRequest("GET", "/", nil)
			r.Host = host
			w := httptest.NewRecorder()
			thisMachine(only, ok).ServeHTTP(w, r)
			if !only && w.Code != 200 || only && w.Code != want {
				t.Errorf("Host %q, this machine only %v: %d", host, only, w.Code)
			}
		}
	}
}

func TestLocalOrigin(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]bool{
		"http://localhost:3000": true, "https://127.0.0.1": true, "http://[::1]:5173": true,
		"": false, "null": false, "https://evil.example": false, "http://localhost.evil.example": false, "file://": false,
	} {
		if localOrigin(origin) != want {
			t.Errorf("%q: %v", origin, !want)
		}
	}
}
