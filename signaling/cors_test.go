package signaling_test

import (
	"testing"
)

// Pages of other sites may watch if the hub was told of them.
func TestOtherSitesPlayersComeByConfiguration(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for origin, want := range map[string]string{
		"https://portal.example.cn": "https://portal.example.cn", "http://portal.example.cn": "", "https://portal.example.cn.evil.example": "",
		"https://evil.example": "", "null": "", "": "",
	} {
		for _, method := range []string{"OPTIONS", "POST"} {
			a := h.ask(t, method, "/whep/field-1", "", "Origin", origin, "Content-Type", "application/sdp")
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s from %q: %q", method, origin, got)
			}
			if a.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s from %q: cookies would be sent", method, origin)
			}
		}
	}
}
