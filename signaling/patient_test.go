package signaling

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A file that takes longer to send than the server allows for an answer comes whole,
// as long as the client goes on taking it.
func TestALongAnswerIsNotCutOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrap  func(http.ResponseWriter) http.ResponseWriter
		whole bool
	}{
		"patient":     {func(w http.ResponseWriter) http.ResponseWriter { return &patient{w, http.NewResponseController(w)} }, true},
		"not patient": {func(w http.ResponseWriter) http.ResponseWriter { return w }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const pieces = 10
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				out := c.wrap(w)
				for range pieces {
					time.Sleep(100 * time.Millisecond) // the disk's time
					if _, err := out.Write(make([]byte, 100_000)); err != nil {
						return
					}
				}
			}))
			server.Config.WriteTimeout = 300 * time.Millisecond
			server.Start()
			defer server.Close()
			a, err := http.Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
			n, err := io.Copy(io.Discard, a.Body)
			if (n == pieces*100_000 && err == nil) != c.whole {
				t.Errorf("%d bytes, %v", n, err)
			}
		})
	}
}
