package signaling

import "net/http"

// routes is a mux that knows what hangs in it: tests walk through all of it.
type routes struct {
	*http.ServeMux
	patterns []string // "GET /api/v1/hub", "/"
}

func newRoutes() *routes { return &routes{ServeMux: http.NewServeMux()} }

// Handle hangs a handler in.
func (r *routes) Handle(pattern string, h http.Handler) {
	r.patterns = append(r.patterns, pattern)
	r.ServeMux.Handle(pattern, h)
}

// HandleFunc hangs a function in.
func (r *routes) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	r.Handle(pattern, http.HandlerFunc(f))
}
