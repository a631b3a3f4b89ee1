package signaling

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"avhub/rooms/office"
)

// A handler that answers without having asked the policy is a mistake, and what
// it says is held back.
func TestAnAnswerWithoutAQuestionIsHeldBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open   bool
		answer func(w http.ResponseWriter, caller office.Caller)
		want   int
	}{
		"it forgot to ask":       {false, func(w http.ResponseWriter, _ office.Caller) { _, _ = w.Write([]byte("secret")) }, 500},
		"it forgot, with status": {false, func(w http.ResponseWriter, _ office.Caller) { w.WriteHeader(204) }, 500},
		"a cookie for everybody": {false, func(w http.ResponseWriter, _ office.Caller) {
			w.Header().Set("Set-Cookie", "secret=1")
			w.WriteHeader(200)
			_, _ = w.Write([]byte("secret"))
		}, 500},
		"it leads elsewhere": {false, func(w http.ResponseWriter, _ office.Caller) {
			w.Header().Set("Location", "/secret")
			w.WriteHeader(303)
		}, 500},
		"it asked":      {false, func(w http.ResponseWriter, c office.Caller) { c.Free(); _, _ = w.Write([]byte("yours")) }, 200},
		"it refuses":    {false, func(w http.ResponseWriter, _ office.Caller) { w.WriteHeader(403) }, 403},
		"an open route": {true, func(w http.ResponseWriter, _ office.Caller) { _, _ = w.Write([]byte("open")) }, 200},
		"it asks too late": {false, func(w http.ResponseWriter, c office.Caller) {
			w.WriteHeader(200)
			c.Free()
			_, _ = w.Write([]byte("secret"))
		}, 500},
		"it takes the socket": {false, func(w http.ResponseWriter, _ office.Caller) {
			if _, _, err := http.NewResponseController(w).Hijack(); err == nil {
				t.Error("it was given the socket")
			}
		}, 200},
	} {
		logged := 0
		w := httptest.NewRecorder()
		caller := office.Stranger("10.0.0.1")
		c.answer(&guarded{ResponseWriter: w, caller: caller, open: c.open, log: func() { logged++ }}, caller)
		body := w.Body.String()
		if w.Code != c.want || (logged > 0) != (c.want == 500) {
			t.Errorf("%s: %d, %d in the log", name, w.Code, logged)
		}
		if body == "secret" || w.Header().Get("Set-Cookie") != "" || c.want == 500 && w.Header().Get("Location") != "" {
			t.Errorf("%s: %v %q", name, w.Header(), body)
		}
	}
}

// What fails inside is told to the log, and to nobody else.
func TestWhatFailsInsideIsToldToTheLogAlone(t *testing.T) {
	t.Parallel()
	cause := errors.New("open /var/lib/avhub/avhub.db: SELECT password FROM users: no space left")
	var log bytes.Buffer
	s := &Server{o: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	mux := newRoutes()
	api := s.api(mux)
	get(api, "/api/v1/test/office", "a", "a", func(context.Context, *empty) (*hubOutput, error) { return nil, officeProblem(cause) })
	get(api, "/api/v1/test/plain", "b", "b", func(context.Context, *empty) (*hubOutput, error) { return nil, cause })
	mux.HandleFunc("GET /api/v1/test/door", func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, cause) })
	get(api, "/api/v1/test/panic", "c", "c", func(context.Context, *empty) (*hubOutput, error) { panic(cause) })
	for _, path := range []string{"office", "plain", "door", "panic"} {
		log.Reset()
		w := httptest.NewRecorder()
		s.contain(mux).ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/test/"+path, nil))
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 500 || p.Code != "internal" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "SELECT") || strings.Contains(w.Body.String(), "/var/lib") {
			t.Errorf("%s: whoever asks is told %s", path, w.Body)
		}
		if !strings.Contains(log.String(), "no space left") || !strings.Contains(log.String(), "/api/v1/test/"+path) {
			t.Errorf("%s: the log says %q", path, log.String())
		}
	}
}
