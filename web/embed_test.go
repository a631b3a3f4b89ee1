package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

// A request that was meant for the API and misses it is not answered with a page, as if
// all were well.
func TestPagesAreOnlyRead(t *testing.T) {
	t.Parallel()
	pages := handler(fstest.MapFS{"index.html": {Data: []byte("<p>the application")}})
	for method, want := range map[string]int{
		http.MethodGet: http.StatusOK, http.MethodHead: http.StatusOK,
		http.MethodPut: http.StatusMethodNotAllowed, http.MethodPost: http.StatusMethodNotAllowed, http.MethodDelete: http.StatusMethodNotAllowed,
	} {
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, httptest.NewRequest(method, "/recordings/r1/hold", nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", method, w.Code, want)
		}
	}
}
