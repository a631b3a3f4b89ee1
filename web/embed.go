// Package web is the pages: a single-page application built by Vite into
// dist/, embedded into the binary.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// FS is the built pages.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded: it is there
	}
	return sub
}

// Handler serves the pages. Files under assets/ carry their hash in their name
// and are kept for a year; any path without an extension is the application,
// which knows its own pages.
func Handler() http.Handler { return handler(FS()) }

func handler(pages fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "pages are read only: the API is under /api/v1", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if path.Ext(name) == "" {
			name = "index.html"
		}
		if _, err := fs.Stat(pages, name); err != nil {
			missing(w, r, name)
			return
		}
		cache := "no-cache"
		switch {
		case name == "index.html":
			cache = "no-store"
		case strings.HasPrefix(name, "assets/"):
			cache = "public, max-age=31536000, immutable"
		}
		w.Header().Set("Cache-Control", cache)
		if !zipped(w, r, pages, name) {
			http.ServeFileFS(w, r, pages, name)
		}
	})
}

// zipped serves the file that the build has compressed beforehand, if the
// browser takes it.
func zipped(w http.ResponseWriter, r *http.Request, pages fs.FS, name string) bool {
	if _, err := fs.Stat(pages, name+".gz"); err != nil {
		return false
	}
	w.Header().Set("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return false
	}
	kind, ok := types[path.Ext(name)]
	if !ok {
		return false
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", kind)
	http.ServeFileFS(w, r, pages, name+".gz")
	return true
}

// types of the files that are compressed.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
}

func missing(w http.ResponseWriter, r *http.Request, name string) {
	if name == "index.html" {
		http.Error(w, "The pages are not built: run `make web`, then build avhub again.", http.StatusServiceUnavailable)
		return
	}
	http.NotFound(w, r)
}
